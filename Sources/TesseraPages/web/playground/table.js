'use strict';
// Every answer with its weight, rewards and ranks. Rows keep their places: copies stand below their original.

const makeTable = (parent) => {
  const heading = (text) => html('th', { scope: 'col', class: 'number' }, text);
  const tall = (text, style) => html('th', { scope: 'col', rowspan: 2, class: style }, text);
  const wide = (kind) => html('th', { scope: 'colgroup', colspan: 2, class: `group ${kind}` }, kind);
  const body = html('tbody');
  parent.replaceChildren(html('table', {},
    html('thead', {}, html('tr', {}, tall('answer', ''), tall('weight', 'number'), wide('standard'), wide('weighted')),
      html('tr', {}, heading('reward'), heading('rank'), heading('reward'), heading('rank'))), body));

  const makeRow = () => {
    const rank = (shape, kind) => html('td', { class: 'number place' }, html('span'), html('span', { class: `sign ${shape} ${kind}` }));
    return html('tr', {}, html('th', { scope: 'row' }, html('span', { class: 'swatch' }), html('span')),
      html('td', { class: 'number' }), html('td', { class: 'number' }), rank('square', 'standard'),
      html('td', { class: 'number' }), rank('circle', 'weighted'));
  };
  const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const draw = (state, outcome, chosen) => {
    const order = state.points.map((_, i) => i);
    const firstOf = (i) => state.points.findIndex((point) => point.id === originalOf(state.points[i].id));
    const number = (i) => Number(/\d*$/.exec(state.points[i].id)[0]);
    order.sort((i, j) => firstOf(i) - firstOf(j) || number(i) - number(j));
    const rows = keep(body, order.length, makeRow);
    order.forEach((i, place) => {
      const { id } = state.points[i];
      const row = rows[place];
      row.className = `${isCopy(id) ? 'copy' : ''} ${id === chosen ? 'chosen' : ''}`;
      const [name, weight, standardReward, standardRank, weightedReward, weightedRank] = row.children;
      setHue(name.firstElementChild, id);
      say(name.lastElementChild, id);
      say(weight, decimals(outcome.weights[i], 4));
      for (const [kind, reward, rank] of [
        ['standard', standardReward, standardRank], ['weighted', weightedReward, weightedRank],
      ]) {
        say(reward, signed(outcome[kind].rewards[i], 4));
        say(rank.firstElementChild, String(outcome[kind].ranks[i]));
        const isFirst = outcome[kind].ranks[i] === 1;
        rank.className = isFirst ? 'number place first' : 'number place';
        setAttributes(rank.lastElementChild, isFirst ? { role: 'img', 'aria-label': 'wins' } : { role: 'presentation' });
        if (!isFirst) rank.lastElementChild.removeAttribute('aria-label');
      }
    });
  };
  return { draw };
};
