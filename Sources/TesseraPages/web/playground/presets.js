'use strict';
// Places to begin.

/** Numbers in [0, 1) that follow from a seed alone (Mulberry32). */
const randomNumbers = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const named = (places) => places.reduce((state, [x, y]) => withPoint(state, x, y), { points: [] }).points;

const FIGURE_1 = [[0, 0], [1, 0], [1, 1]];

/** What each preset shows; `hint` says what to do there. */
const PRESETS = {
  theorem: {
    hint: 'Three groups rank a, b and c in a circle (Theorem 3.2). Copy c, which loses to b, and watch.',
    select: 'c',
    state: () => ({ points: named([[0.2, 0.3], [0.8, 0.2], [0.6, 0.8]]), groups: POPULATIONS.three, lambda: 0.1 }),
  },
  figure1: {
    hint: 'Figure 1 of the paper: three corners share the square as 3, 2 and 3 eighths.',
    select: 'c',
    state: () => ({ points: named(FIGURE_1), groups: POPULATIONS.one, lambda: 0.1 }),
  },
  figure2: {
    hint: 'Figure 2 of the paper: an answer close to c takes its weight from c. The others keep nearly all of theirs.',
    select: 'c2',
    state: () => ({
      points: [...named(FIGURE_1), { id: 'c2', x: 0.9, y: 1 }], groups: POPULATIONS.one, lambda: 0.1,
    }),
  },
  opposed: {
    hint: 'A mild majority and a firm minority want opposite things. Copy d, and watch.',
    select: 'd',
    state: () => ({
      points: named([[0.15, 0.2], [0.4, 0.35], [0.55, 0.7], [0.85, 0.8]]), groups: POPULATIONS.two, lambda: 0.1,
    }),
  },
  corners: {
    hint: 'Four corners weigh a quarter each. Copies of a corner share its quarter.',
    select: 'd',
    state: () => ({ points: named([[0, 0], [1, 0], [0, 1], [1, 1]]), groups: POPULATIONS.two, lambda: 0.1 }),
  },
  grid: {
    hint: 'Answers spread evenly: all weigh the same, and both estimates agree.',
    select: 'm',
    state: () => {
      const steps = [0.1, 0.3, 0.5, 0.7, 0.9];
      return { points: named(steps.flatMap((y) => steps.map((x) => [x, y]))), groups: POPULATIONS.three, lambda: 0.1 };
    },
  },
  random: {
    hint: 'Twelve answers at random. Press again for twelve others.',
    select: 'a',
    state: (seed) => {
      const next = randomNumbers(seed);
      const places = Array.from({ length: 12 }, () => [0.05 + 0.9 * next(), 0.05 + 0.9 * next()]);
      return { points: named(places), groups: POPULATIONS.three, lambda: 0.1 };
    },
  },
};
