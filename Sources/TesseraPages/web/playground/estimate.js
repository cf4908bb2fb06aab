'use strict';
// Rewards from win rates: Equations 1 and 2 of the paper in one form, where every pair is compared.

/**
 * Lower triangular factor L of a symmetric positive definite matrix, L L' = A, and the solution of A x = b with it.
 * Works in place on both arguments.
 */
const solveCholesky = (a, b) => {
  const m = b.length;
  for (let j = 0; j < m; j++) {
    for (let k = 0; k < j; k++) for (let i = j; i < m; i++) a[i][j] -= a[i][k] * a[j][k];
    const pivot = Math.sqrt(a[j][j]);
    for (let i = j; i < m; i++) a[i][j] /= pivot;
  }
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < i; k++) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (let i = m - 1; i >= 0; i--) {
    for (let k = i + 1; k < m; k++) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
};

/**
 * The rewards that minimise
 *
 *     F(r) = - sum_{i<j} w_i w_j [p_ij log s(r_i - r_j) + p_ji log s(r_j - r_i)] + (lambda / 2) sum_i w_i r_i^2
 *
 * Its gradient is -w_i R_i with R_i = sum_j w_j (p_ij - s(r_i - r_j)) - lambda r_i. Newton's method with a line search; the
 * certificate is the largest |R_i|, 0 at the exact minimum (Theorems 2.5 and 4.4).
 *
 * rates: p_ij as rows. weights: positive, sum 1; all alike for the standard estimate. lambda: positive.
 */
const bradleyTerry = (rates, weights, lambda) => {
  const m = weights.length;
  const roots = weights.map(Math.sqrt);

  const look = (rewards) => {
    let value = 0;
    const residuals = new Array(m).fill(0);
    // The Hessian between the roots of the weights: lambda and a Laplacian, however small a weight is.
    const system = Array.from({ length: m }, () => new Array(m).fill(0));
    for (let i = 0; i < m; i++) {
      residuals[i] -= lambda * rewards[i];
      system[i][i] += lambda;
      value += lambda / 2 * weights[i] * rewards[i] ** 2;
      for (let j = 0; j < i; j++) {
        const difference = rewards[i] - rewards[j];
        const rate = rates[i][j];
        const small = Math.exp(-Math.abs(difference));
        const inverse = 1 / (1 + small);
        const slope = small * inverse * inverse;
        // p - s, which loses no digits where both are close to 1.
        const gap = inverse * (difference >= 0 ? rate * small - (1 - rate) : rate - (1 - rate) * small);
        value += weights[i] * weights[j]
          * (Math.log1p(small) + (difference >= 0 ? (1 - rate) * difference : -rate * difference));
        residuals[i] += weights[j] * gap;
        residuals[j] -= weights[i] * gap;
        system[i][i] += weights[j] * slope;
        system[j][j] += weights[i] * slope;
        system[i][j] = -roots[i] * roots[j] * slope;
      }
    }
    return { value, residuals, system, certificate: Math.max(...residuals.map(Math.abs)) };
  };

  let rewards = new Array(m).fill(0);
  let here = look(rewards);
  let iterations = 0;
  for (; iterations < 100 && here.certificate > 1e-15; iterations++) {
    const { residuals, certificate, value } = here;
    const step = solveCholesky(here.system, residuals.map((r, i) => roots[i] * r)).map((s, i) => s / roots[i]);
    const downhill = step.reduce((sum, s, i) => sum + weights[i] * residuals[i] * s, 0);
    let length = 1;
    let next = null;
    for (let tries = 0; tries < 40 && !next; tries++, length /= 2) {
      const there = rewards.map((r, i) => r + length * step[i]);
      const seen = look(there);
      // Near the minimum rounding hides the decrease; there the certificate decides.
      const near = length * downhill <= 1e-12 * Math.abs(value);
      if (near ? seen.certificate < certificate : seen.value <= value - 1e-4 * length * downhill) next = [there, seen];
    }
    if (!next) break;
    [rewards, here] = next;
  }
  return { rewards, certificate: here.certificate, iterations };
};

/** 1 for the largest; rewards that differ by less than nine digits share a rank. */
const ranksOf = (rewards) => {
  const same = 1e-9 * Math.max(...rewards.map(Math.abs), 1e-300);
  return rewards.map((r) => 1 + rewards.filter((other) => other > r + same).length);
};
