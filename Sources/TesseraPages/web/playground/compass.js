'use strict';
// Groups of annotators: an arrow each, which can be turned and lengthened, and their shares.

const makeCompass = (parent, sharesParent, actions) => {
  const [middle, scale] = [110, 95 / LIMITS.steepest];
  let shown = [];
  const levels = [1, 2, 3].map((k) => svg('circle', { class: 'level', cx: middle, cy: middle, r: k * 95 / 3 }));
  const shafts = svg('g');
  const tips = svg('g');
  const drawing = svg('svg', { viewBox: '0 0 220 220', role: 'group', 'aria-label': 'What each group of annotators prefers' },
    ...levels, shafts, tips);
  parent.replaceChildren(drawing);
  const place = (group) => [middle + group.x * scale, middle - group.y * scale];

  const set = (index, x, y) => {
    // A length beyond the rim is cut to it.
    const cut = Math.min(1, LIMITS.steepest / Math.max(Math.hypot(x, y), 1e-9));
    actions.change(shown.map((group, i) => (i === index
      ? { share: group.share, x: Math.round(x * cut * 100) / 100, y: Math.round(y * cut * 100) / 100 } : group)));
  };
  const makeTip = (index) => {
    const tip = svg('g', { class: 'tip', tabindex: 0, role: 'button' },
      svg('circle', { class: 'hit', r: 20 }), svg('circle', { class: 'focus', r: 14 }), svg('circle', { class: 'head', r: 10 }),
      svg('text', { dy: 4.2 }, String(index + 1)));
    tip.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const size = event.shiftKey ? 1 : 0.2;
      actions.begin(`turn ${index}`);
      set(index, shown[index].x + arrow[0] * size, shown[index].y + arrow[1] * size);
    });
    return tip;
  };
  makeDraggable(drawing, {
    pick: (px, py) => {
      const near = shown.map((group, what) => {
        const [x, y] = place(group);
        return { what, x, y, distance: Math.hypot(x - px, y - py) };
      }).filter((found) => found.distance < 26);
      return near.sort((a, b) => a.distance - b.distance)[0] ?? null;
    },
    grab: (index) => { tips.children[index].focus({ preventScroll: true }); actions.begin(null); },
    drag: (index, px, py) => set(index, (px - middle) / scale, (middle - py) / scale),
    drop: () => {},
  });

  const makeShare = (index) => {
    const name = `share-${index + 1}`;
    const slider = html('input', { type: 'range', id: name, min: 1, max: 100, step: 1 });
    slider.addEventListener('input', () => {
      actions.begin(name);
      actions.change(shown.map((group, i) => (i === index ? { ...group, share: Number(slider.value) } : group)));
    });
    return html('div', {}, html('label', { class: 'slider', for: name }, html('span', {}, `Group ${index + 1}`),
      html('output', { for: name })), slider);
  };

  const draw = (groups) => {
    shown = groups;
    const total = groups.reduce((sum, group) => sum + group.share, 0);
    const lines = keep(shafts, groups.length, () => svg('line', { class: 'shaft', x1: middle, y1: middle }));
    const heads = keep(tips, groups.length, makeTip);
    const shares = keep(sharesParent, groups.length, makeShare);
    groups.forEach((group, i) => {
      const [x, y] = place(group);
      const percent = `${Math.round(100 * group.share / total)} %`;
      setAttributes(lines[i], { x2: x.toFixed(2), y2: y.toFixed(2) });
      setAttributes(heads[i], {
        transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})`,
        'aria-label': `Group ${i + 1}, ${percent}: reward rises by ${decimals(group.x, 1)} to the right and ${decimals(group.y, 1)} upwards`,
      });
      const [label, slider] = shares[i].children;
      label.lastElementChild.textContent = percent;
      slider.value = group.share;
      slider.disabled = groups.length === 1;
    });
  };
  return { draw };
};
