'use strict';
// Who compares: groups of annotators, each with a reward that rises along an arrow.

const logistic = (x) => 1 / (1 + Math.exp(-x));

/**
 * p_ij, the expected share of comparisons in which i is preferred to j. An annotator of a group prefers i to j with
 * probability s(r(i) - r(j)) where r(x, y) = gx x + gy y, so near answers have near rewards.
 *
 * groups: {share, x, y}; shares are positive and taken relative to their sum.
 */
const winRates = (points, groups) => {
  const total = groups.reduce((sum, group) => sum + group.share, 0);
  const rates = points.map(() => new Array(points.length).fill(0.5));
  for (let i = 0; i < points.length; i++) {
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [points[i].x - points[j].x, points[i].y - points[j].y];
      const rate = groups.reduce((sum, g) => sum + g.share / total * logistic(g.x * dx + g.y * dy), 0);
      rates[i][j] = rate;
      rates[j][i] = 1 - rate;
    }
  }
  return rates;
};

/**
 * Populations to begin with. `three` has the rewards of the paper's Table 2 (ln 100, ln 10, 0 in a circle) at three places,
 * (0.2, 0.3), (0.8, 0.2), (0.6, 0.8): through three values passes exactly one plane for each group.
 */
const POPULATIONS = (() => {
  const [high, middle] = [Math.log(100), Math.log(10)];
  const plane = (share, a, b, c) => {
    // (0.6, -0.1) . g = b - a and (0.4, 0.5) . g = c - a.
    const [u, v] = [b - a, c - a];
    const four = (x) => Math.round(x * 1e4) / 1e4;
    return { share, x: four((0.5 * u + 0.1 * v) / 0.34), y: four((0.6 * v - 0.4 * u) / 0.34) };
  };
  return {
    one: [{ share: 100, x: 2, y: 3 }],
    two: [{ share: 60, x: 1.5, y: 1.5 }, { share: 40, x: -6, y: -6 }],
    three: [plane(40, high, middle, 0), plane(30, middle, 0, high), plane(30, 0, high, middle)],
  };
})();
