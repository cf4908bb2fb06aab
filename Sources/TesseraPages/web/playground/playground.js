'use strict';
// What the page does with what people do to it. Everything shown follows from `state`, `chosen` and `distance`.

const history = { past: [], future: [], step: null };
let state = PRESETS.theorem.state();
let chosen = 'c';
let distance = 0.015;
let preset = 'theorem';
let seed = 1;
let told = '';

const square = makeSquare(byId('square'), {
  select: (id) => { chosen = id; show(); },
  grab: (id) => { chosen = id; begin(null); },
  move: (id, x, y) => change(withMove(state, id, x, y)),
  drop: () => { settle(); begin(null); },
  nudge: (id, dx, dy) => {
    const point = state.points.find((other) => other.id === id);
    begin(`move ${id}`);
    change(withMove(state, id, point.x + dx, point.y + dy));
    settle();
  },
  copy: (id) => copy(id, 1),
  remove: (id) => remove(id),
  add: (x, y) => add(x, y),
});
const compass = makeCompass(byId('compass'), byId('shares'), {
  begin: (step) => begin(step), change: (groups) => change({ ...state, groups }),
});
const table = makeTable(byId('table'));
const slopes = makeSlopes(byId('slopes'));

/** Marks where a step begins that can be undone. Changes under one name that follow each other are one step. */
function begin(step) {
  if (step !== null && step === history.step) return;
  history.step = step;
  const now = encoded(state);
  if (history.past.at(-1) !== now) history.past.push(now);
  if (history.past.length > 500) history.past.shift();
}

function change(next) {
  state = next;
  history.future = [];
  if (!state.points.some((point) => point.id === chosen)) chosen = originalOf(chosen);
  if (!state.points.some((point) => point.id === chosen)) chosen = state.points[0].id;
  show();
}

/** One step of its own. */
function act(next) {
  begin(null);
  change(next);
}

/** A copy that has left its original gets a name of its own; it stays the chosen one. */
function settle() {
  const place = state.points.findIndex((point) => point.id === chosen);
  const next = settled(state);
  chosen = next.points[place]?.id ?? chosen;
  change(next);
}

function travel(from, to) {
  // What the last step began with may be what is shown.
  const now = encoded(state);
  while (from.at(-1) === now) from.pop();
  const target = from.pop();
  if (!target) return;
  to.push(now);
  state = decoded(target);
  history.step = null;
  if (!state.points.some((point) => point.id === chosen)) chosen = state.points[0].id;
  show();
}

function copy(id, count) { act(withCopies(state, id, count, distance)); }

function remove(id) { if (state.points.length > LIMITS.fewest) act(withoutPoint(state, id)); }

function add(x, y) {
  if (state.points.length >= LIMITS.most) return;
  act(withPoint(state, x, y));
  chosen = state.points.at(-1).id;
  show();
  square.focus(chosen);
}

function start(name) {
  if (name === 'random' && preset === 'random') seed += 1;
  preset = name;
  act(PRESETS[name].state(seed));
  chosen = PRESETS[name].select;
  byId('hint').textContent = PRESETS[name].hint;
  show();
}

// MARK: Showing

let frame = 0;
function show() { frame ||= requestAnimationFrame(draw); }

function draw() {
  frame = 0;
  const begun = performance.now();
  const outcome = outcomeOf(state);
  square.draw(state, outcome, chosen);
  slopes.draw(state, outcome);
  table.draw(state, outcome, chosen);
  compass.draw(state.groups);
  drawWords(outcome);
  performance.clearMeasures('draw');
  performance.measure('draw', { start: begun });
  later();
}

function drawWords(outcome) {
  const verdict = verdictOf(outcome);
  byId('standard-wins').textContent = verdict.standard;
  byId('weighted-wins').textContent = verdict.weighted;
  byId('consequence').textContent = consequenceOf(outcome)
    || 'There are no copies yet: copy the selected answer and see which estimate follows.';
  const room = LIMITS.most - state.points.length;
  const original = originalOf(chosen);
  byId('copy').textContent = `Copy ${original}`;
  byId('fill').textContent = room > 1 ? `Copy ${original} \u00d7${room}` : `Copy ${original} to the limit`;
  byId('remove').textContent = `Remove ${chosen}`;
  byId('copy').disabled = byId('fill').disabled = byId('add').disabled = room === 0;
  byId('remove').disabled = state.points.length <= LIMITS.fewest;
  byId('undo').disabled = !history.past.some((past) => past !== encoded(state));
  byId('redo').disabled = history.future.length === 0;
  const i = state.points.findIndex((point) => point.id === chosen);
  byId('selection').textContent = `Selected: ${chosen} at (${decimals(state.points[i].x, 3)}, ${decimals(state.points[i].y, 3)}), weight `
    + `${decimals(outcome.weights[i], 4)}. ${state.points.length} of at most ${LIMITS.most} answers.`;
  byId('distance').value = distance;
  byId('distance-value').textContent = distance === 0 ? '0 (exact copies)' : decimals(distance, 3);
  byId('lambda').value = Math.round(4 * Math.log10(state.lambda));
  byId('lambda-value').textContent = String(state.lambda);
  byId('command').textContent = fitCommand(state);
  const groups = JSON.stringify(state.groups);
  for (const button of document.querySelectorAll('[data-population]')) {
    button.setAttribute('aria-pressed', String(JSON.stringify(POPULATIONS[button.dataset.population]) === groups));
  }
  for (const button of document.querySelectorAll('[data-preset]')) {
    button.setAttribute('aria-pressed', String(button.dataset.preset === preset));
  }
  const sentence = `Standard: ${verdict.standard}. Weighted: ${verdict.weighted}.`;
  document.title = `${sentence} What copies do to rewards`;
  say(sentence);
}

/** Aloud, when it has changed and stays so for a moment. */
let speech = 0;
function say(sentence) {
  clearTimeout(speech);
  speech = setTimeout(() => {
    if (sentence !== told) byId('announcement').textContent = sentence;
    told = sentence;
  }, 400);
}

/** The address follows when hands rest: browsers count how often it changes. */
let writing = 0;
function later() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const hash = `#${encoded(state)}`;
    if (location.hash !== hash) window.history.replaceState(null, '', hash);
  }, 300);
}

/** Shows what the address holds; an address that does not fit is said, and changes nothing. */
function readAddress() {
  if (location.hash.length < 2) return;
  const found = decoded(location.hash.slice(1));
  if (found && encoded(found) === encoded(state)) return;
  if (found) {
    act(found);
    chosen = state.points[0].id;
    preset = '';
  }
  byId('hint').textContent = found ? 'Shown as the address says.' : 'The address holds no state of this page; it was left aside.';
  show();
}

// MARK: Listening

const press = (id, action) => byId(id).addEventListener('click', action);
press('copy', () => copy(chosen, 1));
press('fill', () => copy(chosen, LIMITS.most));
press('remove', () => remove(chosen));
press('add', () => {
  // Where there is most room: the corner of a cell that is farthest from every point.
  const corners = voronoi(state.points).cells.flat();
  const room = ([x, y]) => Math.min(...state.points.map((point) => Math.hypot(point.x - x, point.y - y)));
  const [x, y] = corners.reduce((best, corner) => (room(corner) > room(best) ? corner : best));
  add(within(x, 0.04, 0.96), within(y, 0.04, 0.96));
});
press('undo', () => travel(history.past, history.future));
press('redo', () => travel(history.future, history.past));
press('reset', () => start(preset || 'theorem'));
press('save-comparisons', () => save('comparisons.jsonl', comparisonLines(state)));
press('save-alternatives', () => save('alternatives.jsonl', alternativeLines(state)));
press('copy-link', async () => {
  const link = `${location.href.split('#')[0]}#${encoded(state)}`;
  try {
    await navigator.clipboard.writeText(link);
    byId('copy-link').textContent = 'Copied';
  } catch {
    byId('copy-link').textContent = 'Take it from the address bar';
  }
  setTimeout(() => { byId('copy-link').textContent = 'Copy the link'; }, 2000);
});
for (const button of document.querySelectorAll('[data-preset]')) {
  button.addEventListener('click', () => start(button.dataset.preset));
}
for (const button of document.querySelectorAll('[data-population]')) {
  button.addEventListener('click', () => act({ ...state, groups: POPULATIONS[button.dataset.population] }));
}
byId('lambda').addEventListener('input', (event) => {
  begin('lambda');
  change({ ...state, lambda: Number((10 ** (Number(event.target.value) / 4)).toPrecision(3)) });
});
byId('distance').addEventListener('input', (event) => {
  distance = Number(event.target.value);
  begin('distance');
  change(withDistance(state, distance));
});
document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
  event.preventDefault();
  if (event.shiftKey) travel(history.future, history.past);
  else travel(history.past, history.future);
});
window.addEventListener('hashchange', readAddress);
new ResizeObserver(show).observe(byId('square'));

function save(name, text) {
  const link = html('a', { href: URL.createObjectURL(new Blob([text], { type: 'application/jsonl' })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

byId('hint').textContent = PRESETS.theorem.hint;
readAddress();
show();
