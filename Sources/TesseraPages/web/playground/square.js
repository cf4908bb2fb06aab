'use strict';
// The unit square: cells, points, winners. SVG, since points take the focus, print sharply and follow the colour scheme.

const makeSquare = (parent, actions) => {
  const margin = 24;
  let side = 500;
  let shown = { points: [] };
  const cells = svg('g');
  const frame = svg('rect', { class: 'frame' });
  const points = svg('g');
  const drawing = svg('svg', { role: 'group', 'aria-label': 'The unit square: cells and answers' }, cells, frame, points);
  parent.replaceChildren(drawing);

  const across = (x) => margin + x * side;
  const down = (y) => margin + (1 - y) * side;
  const back = (px, py) => [(px - margin) / side, 1 - (py - margin) / side];

  const makePoint = (index) => {
    const group = svg('g', { class: 'point', tabindex: 0, role: 'button' },
      svg('circle', { class: 'hit', r: 20 }), svg('circle', { class: 'focus', r: 18 }),
      svg('rect', { class: 'ring standard', x: -11, y: -11, width: 22, height: 22 }),
      svg('circle', { class: 'ring weighted', r: 15 }), svg('circle', { class: 'dot' }),
      svg('text', {}, svg('tspan', { class: 'name' }), svg('tspan', { class: 'share', dx: 5 })));
    const id = () => shown.points[index].id;
    group.addEventListener('focus', () => actions.select(id()));
    group.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const size = event.shiftKey ? 0.05 : 0.01;
      if (arrow) actions.nudge(id(), arrow[0] * size, arrow[1] * size);
      else if (event.key === 'Delete' || event.key === 'Backspace') actions.remove(id());
      else if (event.key === 'c' || event.key === 'C') actions.copy(id());
      else return;
      event.preventDefault();
    });
    return group;
  };

  const pick = (px, py, isTouch) => {
    // Among copies the original is easier to take: it carries them along.
    const reach = isTouch ? 30 : 18;
    const near = shown.points.map((point) => {
      const [x, y] = [across(point.x), down(point.y)];
      return { what: point.id, x, y, distance: Math.hypot(x - px, y - py) - (isCopy(point.id) ? 0 : 6) };
    }).filter((found) => found.distance < reach);
    return near.sort((a, b) => a.distance - b.distance)[0] ?? null;
  };
  const focus = (id) => {
    points.children[shown.points.findIndex((point) => point.id === id)]?.focus({ preventScroll: true });
  };
  makeDraggable(drawing, {
    pick,
    grab: (id) => { focus(id); actions.grab(id); },
    drag: (id, px, py) => actions.move(id, ...back(px, py)),
    drop: (id) => actions.drop(id),
  });
  drawing.addEventListener('dblclick', (event) => {
    const box = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / box.width;
    const [px, py] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    const [x, y] = back(px, py);
    if (!pick(px, py, false) && x >= 0 && x <= 1 && y >= 0 && y <= 1) actions.add(x, y);
  });

  const drawLabel = (text, point, outcome, family, chosen) => {
    const [name, share] = text.children;
    const alone = family.length === 1;
    const isShown = !isCopy(point.id) || point.id === chosen;
    name.textContent = !isShown ? '' : isCopy(point.id) || alone ? point.id : `${point.id} \u00d7${family.length}`;
    // A family's weight stands beside its original.
    const weight = (isCopy(point.id) ? [point] : family)
      .reduce((sum, member) => sum + outcome.weights[shown.points.indexOf(member)], 0);
    share.textContent = isShown && shown.points.filter((p) => !isCopy(p.id)).length <= 16 ? decimals(weight) : '';
    const width = 16 + 8 * name.textContent.length + 8 * share.textContent.length;
    const isLeft = across(point.x) + width > margin + side;
    const isLow = down(point.y) < margin + 26 || (isCopy(point.id) && down(point.y) < margin + side - 30);
    setAttributes(text, { x: isLeft ? -17 : 17, y: isLow ? 24 : -13, 'text-anchor': isLeft ? 'end' : 'start' });
  };

  const draw = (state, outcome, chosen) => {
    shown = state;
    side = Math.max(parent.clientWidth, 240) - 2 * margin;
    setAttributes(drawing, { viewBox: `0 0 ${side + 2 * margin} ${side + 2 * margin}` });
    setAttributes(frame, { x: margin, y: margin, width: side, height: side });
    const paths = keep(cells, state.points.length, () => svg('path', { class: 'cell' }));
    const groups = keep(points, state.points.length, makePoint);
    const crowd = state.points.length > 16;
    state.points.forEach((point, i) => {
      const family = state.points.filter((other) => originalOf(other.id) === originalOf(point.id));
      const corners = outcome.cells[i].map(([x, y]) => `${across(x).toFixed(2)} ${down(y).toFixed(2)}`);
      setAttributes(paths[i], {
        d: corners.length > 2 ? `M${corners.join('L')}Z` : '', class: `cell ${point.id === chosen ? 'chosen' : ''} ${family.length > 1 ? 'shared' : ''}`,
      });
      setHue(paths[i], point.id);
      const [, , standard, weighted, dot, text] = groups[i].children;
      const ranks = [outcome.standard.ranks[i], outcome.weighted.ranks[i]];
      setAttributes(groups[i], {
        transform: `translate(${across(point.x).toFixed(2)} ${down(point.y).toFixed(2)})`,
        'aria-label': `${point.id} at ${decimals(point.x, 2)}, ${decimals(point.y, 2)}: weight ${decimals(outcome.weights[i])}, `
          + `standard rank ${ranks[0]}, weighted rank ${ranks[1]}`,
      });
      setAttributes(dot, { r: isCopy(point.id) ? 3 : crowd ? 4.5 : 5.5 });
      setAttributes(standard, { display: ranks[0] === 1 ? 'inline' : 'none' });
      setAttributes(weighted, { display: ranks[1] === 1 ? 'inline' : 'none' });
      drawLabel(text, point, outcome, family, chosen);
    });
  };
  return { draw, focus };
};
