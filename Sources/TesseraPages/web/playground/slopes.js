'use strict';
// Both estimates side by side: a line from the standard reward of each answer to its weighted one, on one scale.

const makeSlopes = (parent) => {
  const [height, top, bottom] = [250, 34, 12];
  const zero = svg('line', { class: 'zero' });
  const nought = svg('text', { class: 'nought' }, '0');
  const leaders = svg('g');
  const lines = svg('g');
  const ends = svg('g');
  const labels = svg('g');
  const headings = ['standard', 'weighted'].map((kind) => svg('text', { class: `heading ${kind}`, y: 14 }, kind));
  const drawing = svg('svg', { role: 'img' }, zero, nought, leaders, lines, ends, ...headings, labels);
  parent.replaceChildren(drawing);

  /** Places at least `gap` apart, close to where they should be, within the figure. */
  const apart = (wanted, gap) => {
    const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
    const places = [];
    let last = -Infinity;
    for (const i of order) last = places[i] = Math.max(wanted[i], last + gap);
    let limit = height - bottom + 4;
    for (const i of order.toReversed()) limit = (places[i] = Math.min(places[i], limit)) - gap;
    return places;
  };

  const draw = (state, outcome) => {
    const width = Math.max(parent.clientWidth, 240);
    const left = Math.max(100, width * 0.28);
    const right = width - left;
    setAttributes(drawing, { viewBox: `0 0 ${width} ${height}` });
    const all = [...outcome.standard.rewards, ...outcome.weighted.rewards];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const y = (reward) => top + (high - reward) / Math.max(high - low, 1e-9) * (height - top - bottom);
    setAttributes(zero, { x1: left, x2: right, y1: y(0), y2: y(0) });
    setAttributes(nought, { x: width / 2, y: y(0) - 4 });
    setAttributes(headings[0], { x: left, 'text-anchor': 'end' });
    setAttributes(headings[1], { x: right, 'text-anchor': 'start' });
    const count = state.points.length;
    const paths = keep(lines, count, () => svg('line'));
    const dots = keep(ends, 2 * count, () => svg('circle', { class: 'end' }));
    state.points.forEach(({ id }, i) => {
      const isFirst = outcome.standard.ranks[i] === 1 || outcome.weighted.ranks[i] === 1;
      const [from, to] = [y(outcome.standard.rewards[i]), y(outcome.weighted.rewards[i])];
      setAttributes(paths[i], {
        x1: left, y1: from.toFixed(2), x2: right, y2: to.toFixed(2),
        class: `slope ${isFirst ? 'first' : isCopy(id) ? 'copy' : ''}`,
      });
      setAttributes(dots[2 * i], { cx: left, cy: from.toFixed(2), r: isCopy(id) ? 2 : 3.5 });
      setAttributes(dots[2 * i + 1], { cx: right, cy: to.toFixed(2), r: isCopy(id) ? 2 : 3.5 });
      for (const element of [paths[i], dots[2 * i], dots[2 * i + 1]]) setHue(element, id);
    });
    drawLabels(state, outcome, y, left, right);
    setAttributes(drawing, {
      'aria-label': `Standard and weighted rewards of ${count} answers, joined by lines. The table below has the numbers.`,
    });
  };

  const drawLabels = (state, outcome, y, left, right) => {
    const originals = state.points.map((_, i) => i).filter((i) => !isCopy(state.points[i].id));
    const named = ['standard', 'weighted'].map((kind) => {
      const { ranks } = outcome[kind];
      const wins = state.points.map((_, i) => i).filter((i) => ranks[i] === 1);
      // Of tied copies one is enough; of many answers the first ones.
      const shown = [...new Set([wins[0], ...originals])].sort((i, j) => ranks[i] - ranks[j]).slice(0, 14);
      return shown;
    });
    const texts = keep(labels, named[0].length + named[1].length, () => svg('text'));
    const guides = keep(leaders, texts.length, () => svg('line', { class: 'leader' }));
    let next = 0;
    ['standard', 'weighted'].forEach((kind, side) => {
      const { rewards, ranks } = outcome[kind];
      const wanted = named[side].map((i) => y(rewards[i]));
      const places = apart(wanted, 15);
      named[side].forEach((i, k) => {
        const [text, guide] = [texts[next], guides[next]];
        next += 1;
        const words = side === 0 ? `${state.points[i].id}  ${signed(rewards[i])}` : `${signed(rewards[i])}  ${state.points[i].id}`;
        if (text.textContent !== words) text.textContent = words;
        const [end, step] = side === 0 ? [left, -1] : [right, 1];
        setAttributes(text, {
          x: end + 20 * step, y: places[k] + 4.5, 'text-anchor': side === 0 ? 'end' : 'start', class: ranks[i] === 1 ? 'first' : '',
        });
        setAttributes(guide, { x1: end + 4 * step, y1: wanted[k].toFixed(2), x2: end + 17 * step, y2: places[k] });
      });
    });
  };
  return { draw };
};
