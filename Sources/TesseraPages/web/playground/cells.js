'use strict';
// Cells and weights in the unit square: Definition 4.1 of the paper, exactly.

/** Keeps the part of a convex polygon around the origin that is at least as near to the origin as to q. */
const clipped = (polygon, qx, qy) => {
  // x . q <= |q|^2 / 2, scaled so that a near copy does not underflow.
  const size = Math.max(Math.abs(qx), Math.abs(qy));
  const [nx, ny] = [qx / size, qy / size];
  const offset = (nx * qx + ny * qy) / 2;
  const beyond = ([x, y]) => nx * x + ny * y - offset;
  const kept = [];
  let from = polygon[polygon.length - 1];
  let before = from ? beyond(from) : 0;
  for (const to of polygon) {
    const now = beyond(to);
    if (before > 0 !== now > 0) {
      const part = before / (before - now);
      kept.push([from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])]);
    }
    if (now <= 0) kept.push(to);
    [from, before] = [to, now];
  }
  return kept;
};

/** Twice the area is summed around the first corner, so that small cells keep their digits. */
const areaOf = (polygon) => {
  let twice = 0;
  for (let i = 1; i + 1 < polygon.length; i++) {
    const [ax, ay] = [polygon[i][0] - polygon[0][0], polygon[i][1] - polygon[0][1]];
    const [bx, by] = [polygon[i + 1][0] - polygon[0][0], polygon[i + 1][1] - polygon[0][1]];
    twice += ax * by - bx * ay;
  }
  return Math.max(twice / 2, 0);
};

/**
 * The share of the square that is nearest to each point. Exact copies divide the cell that one of them would have held.
 *
 * points: {x, y} in the unit square. Returns cells, polygons of [x, y] counterclockwise, the same one for exact copies, and
 * weights, which sum to 1. Every pair of places is looked at once: forty points take well under a millisecond.
 */
const voronoi = (points) => {
  const places = new Map();
  for (const { x, y } of points) {
    const key = `${x} ${y}`;
    const place = places.get(key) ?? { x, y, count: 0 };
    place.count += 1;
    places.set(key, place);
  }
  for (const place of places.values()) {
    const { x, y } = place;
    // In coordinates around the point itself.
    let polygon = [[-x, -y], [1 - x, -y], [1 - x, 1 - y], [-x, 1 - y]];
    for (const other of places.values()) {
      if (other !== place) polygon = clipped(polygon, other.x - x, other.y - y);
    }
    place.area = areaOf(polygon);
    place.cell = polygon.map(([px, py]) => [px + x, py + y]);
  }
  const found = points.map(({ x, y }) => places.get(`${x} ${y}`));
  return { cells: found.map((place) => place.cell), weights: found.map((place) => place.area / place.count) };
};
