'use strict';
// The same data as files, for the command line.

/** Every pair once, with the expected share of its votes. */
const comparisonLines = (state) => {
  const rates = winRates(state.points, state.groups);
  return state.points.flatMap((a, i) => state.points.slice(i + 1).map((b, k) => JSON.stringify({
    a: a.id, b: b.id, preference: rates[i][i + 1 + k],
  }))).join('\n') + '\n';
};

const alternativeLines = (state) => state.points.map(({ id, x, y }) => JSON.stringify({ id, context: [x, y] })).join('\n') + '\n';

const fitCommand = (state) => ['tessera fit comparisons.jsonl', '--alternatives alternatives.jsonl',
  '--weights voronoi --space unit-cube', `--pairs proportion --lambda ${state.lambda}`].join(' \\\n  ');
