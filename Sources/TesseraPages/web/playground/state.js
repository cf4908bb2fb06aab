'use strict';
// What the page shows, as a value: answers, groups and lambda. It is written into the address, and read back with care.

const LIMITS = { fewest: 3, most: 40, steepest: 12, smallestLambda: 0.001, largestLambda: 10, groups: 3, near: 0.12 };

const four = (x) => Math.round(x * 1e4) / 1e4;
const within = (x, low, high) => Math.min(Math.max(x, low), high);

/** The answer that an id such as c2 is a copy of; an original is its own. */
const originalOf = (id) => id.replace(/\d+$/, '');
const isCopy = (id) => originalOf(id) !== id;

/** a to z, then aa to az: the first that is free. */
const freeLetter = (points) => {
  const taken = new Set(points.map((point) => point.id));
  for (const prefix of ['', 'a']) {
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') if (!taken.has(prefix + letter)) return prefix + letter;
  }
  throw new Error('more answers than names');
};

const withPoint = (state, x, y) => ({
  ...state, points: [...state.points, { id: freeLetter(state.points), x: four(within(x, 0, 1)), y: four(within(y, 0, 1)) }],
});

/** Where copy number k (2, 3, ...) of an answer stands: on a circle around it, turned inwards at the edge of the square. */
const copyPlace = (original, number, distance) => {
  // Golden angles: however many there are, copies stand apart.
  const angle = 2.399963 * (number - 2);
  const inside = (x, step) => four(within(x + step, 0, 1) === x + step ? x + step : within(x - step, 0, 1));
  return { x: inside(original.x, distance * Math.cos(angle)), y: inside(original.y, distance * Math.sin(angle)) };
};

const withCopies = (state, id, count, distance) => {
  const points = [...state.points];
  const original = points.find((point) => point.id === originalOf(id));
  for (let number = 2; count > 0 && points.length < LIMITS.most; number++) {
    const name = original.id + number;
    if (points.some((point) => point.id === name)) continue;
    points.push({ id: name, ...copyPlace(original, number, distance) });
    count -= 1;
  }
  return { ...state, points };
};

/** The same answers with all copies at another distance. */
const withDistance = (state, distance) => ({
  ...state,
  points: state.points.map((point) => {
    if (!isCopy(point.id)) return point;
    const original = state.points.find((other) => other.id === originalOf(point.id));
    return { id: point.id, ...copyPlace(original, Number(point.id.slice(original.id.length)), distance) };
  }),
});

/** Without one answer. Where an original goes, its first copy takes its name. */
const withoutPoint = (state, id) => {
  const points = state.points.filter((point) => point.id !== id);
  const heir = points.findIndex((point) => originalOf(point.id) === id);
  if (heir >= 0) points[heir] = { ...points[heir], id };
  return { ...state, points };
};

/** One answer elsewhere. Copies go along with their original. */
const withMove = (state, id, x, y) => {
  const from = state.points.find((point) => point.id === id);
  const [dx, dy] = [within(x, 0, 1) - from.x, within(y, 0, 1) - from.y];
  const follows = (point) => point.id === id || (!isCopy(id) && originalOf(point.id) === id);
  return {
    ...state,
    points: state.points.map((point) => (follows(point)
      ? { id: point.id, x: four(within(point.x + dx, 0, 1)), y: four(within(point.y + dy, 0, 1)) } : point)),
  };
};

/** A copy that was moved away is an answer of its own: it gets a letter. */
const settled = (state) => {
  const points = [];
  for (const point of state.points) {
    const original = state.points.find((other) => other.id === originalOf(point.id));
    const far = Math.hypot(point.x - original.x, point.y - original.y) > LIMITS.near;
    points.push(far ? { ...point, id: freeLetter([...state.points, ...points]) } : point);
  }
  return { ...state, points };
};

const encoded = ({ points, groups, lambda }) => [
  `l=${lambda}`,
  `g=${groups.map((g) => [g.share, g.x, g.y].join()).join(';')}`,
  `p=${points.map((p) => [p.id, p.x, p.y].join()).join(';')}`,
].join('&');

/** Reads what `encoded` wrote; null for anything else. An address can come from anybody. */
const decoded = (text) => {
  const parts = text.length <= 4000 ? /^l=([^&]+)&g=([^&]+)&p=([^&]+)$/.exec(text) : null;
  if (!parts) return null;
  const number = (word, low, high) => {
    const value = /^-?\d{1,3}(\.\d{1,6})?$/.test(word ?? '') ? Number(word) : NaN;
    return value >= low && value <= high ? value : NaN;
  };
  const lists = (list) => list.split(';').map((item) => item.split(','));
  const lambda = number(parts[1], LIMITS.smallestLambda, LIMITS.largestLambda);
  const groups = lists(parts[2]).map(([share, x, y]) => ({
    share: number(share, 1, 100), x: number(x, -12, 12), y: number(y, -12, 12),
  }));
  const points = lists(parts[3]).map(([id, x, y]) => ({ id, x: number(x, 0, 1), y: number(y, 0, 1) }));
  const ids = new Set(points.map((point) => point.id));
  const isGood = [lambda, ...groups.flatMap((g) => [g.share, g.x, g.y]), ...points.flatMap((p) => [p.x, p.y])]
    .every((value) => !Number.isNaN(value))
    && groups.length <= LIMITS.groups && points.length >= LIMITS.fewest && points.length <= LIMITS.most
    && ids.size === points.length
    && points.every(({ id }) => /^[a-z]{1,2}([2-9]|[1-3]\d|40)?$/.test(id) && ids.has(originalOf(id)))
    && lists(parts[2]).concat(lists(parts[3])).every((item) => item.length === 3);
  return isGood ? { points, groups, lambda } : null;
};
