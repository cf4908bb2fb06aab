// The kernels of pairs.c for one set of instructions. Included once for each with
//   NAME(x) the name of a function for it
//   TARGET  the attribute that allows its instructions

#define INLINE TARGET __attribute__((always_inline)) static inline

// mask ? a : b, lane by lane.
INLINE eights NAME(choose)(longs mask, eights a, eights b) {
  return (eights)(((longs)a & mask) | ((longs)b & ~mask));
}

// exp(x) for x <= 0, to about one unit in the last place; what is below exp(-708) becomes exp(-708). exp(0) is 1.
INLINE eights NAME(exponential)(eights x) {
  const eights magic = (eights){0} + 0x1.8p52;
  x = NAME(choose)(x > -708.0, x, (eights){0} - 708.0);
  // x = n ln 2 + r: the first part of ln 2 has 32 bits, so that its product with n is exact.
  eights shifted = x * 0x1.71547652b82fep0 + magic;
  eights n = shifted - magic;
  eights r = (x - n * 0x1.62e42feep-1) - n * 0x1.a39ef35793c76p-33;
  // exp(r) = 1 + r + r^2 q(r), |r| <= ln 2 / 2: minimax by Remez' exchange, 4e-18.
  eights rr = r * r, rrrr = rr * rr;
  eights q0 = (0x1.000000000000ap-1 + r * 0x1.55555555554fap-3) + rr * (0x1.555555555087cp-5 + r * 0x1.1111111127be5p-7);
  eights q1 = (0x1.6c16c1842a11cp-10 + r * 0x1.a01a012a57b53p-13) +
              rr * (0x1.a0199a0c678d5p-16 + r * 0x1.71df255238d61p-19);
  eights q2 = 0x1.28ad72cc21b6dp-22 + r * 0x1.ad7f6f07cda2ep-26;
  eights y = 1.0 + (r + rr * (q0 + rrrr * (q1 + rrrr * q2)));
  // 2^n stands in the low bits of what was shifted.
  longs power = ((longs)shifted << 52) + 0x3ff0000000000000;
  return y * (eights)power;
}

// log(1 + s) for s from 0 to 1, to about one unit in the last place of the larger of it and ln 2 / 2.
INLINE eights NAME(logarithm)(eights s) {
  const longs large = s > 0x1.a827999fcef32p-2;
  // log(1 + s) = ln 2 + log(1 + (s - 1) / 2): t within sqrt(2) - 1 of zero.
  eights t = NAME(choose)(large, (s - 1.0) * 0.5, s);
  eights z = t / (t + 2.0);
  // log(1 + t) = 2 atanh(z) = 2 z + z^3 p(z^2): minimax, 2e-18.
  eights u = z * z, uu = u * u;
  eights p = (0.6666666666666735 + u * 0.3999999999940748) +
             uu * ((0.2857142874414271 + u * 0.22222198378347696) +
                   uu * ((0.1818357517205941 + u * 0.1531375559383718) + uu * 0.1479906775311244));
  eights own = (z + z) + z * u * p;
  return own + NAME(choose)(large, (eights){0} + 0x1.62e42fefa39efp-1, (eights){0});
}

// Lanes added up, the same way always.
INLINE double NAME(total)(eights x) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

INLINE eights NAME(taken)(const double *from, const int32_t *places) {
  return (eights){from[places[0]], from[places[1]], from[places[2]], from[places[3]],
                  from[places[4]], from[places[5]], from[places[6]], from[places[7]]};
}

// Asks for what eight entries will need, so many entries ahead. limit: how many there are.
INLINE void NAME(ask)(const tessera_graph *graph, const double *from, long entry, long limit) {
  const long first = entry + graph->ahead;
  if (!graph->ahead || first + 8 > limit) return;
  for (long lane = 0; lane < 8; lane++) __builtin_prefetch(from + graph->opponents[first + lane]);
}

// -p log s(d) - (1 - p) log s(-d), with exp(-|d|) at hand. won: where d >= 0. rest: 1 - p.
INLINE eights NAME(loss)(eights difference, longs won, eights small, eights p, eights rest) {
  return NAME(logarithm)(small) + NAME(choose)(won, rest, (eights){0} - p) * difference;
}

INLINE eights NAME(small)(eights difference) {
  return NAME(exponential)((eights)((longs)difference | ((longs){0} + INT64_MIN)));
}

// What a block of eight entries adds.
typedef struct {
  eights residual, diagonal, value;
} NAME(sums);

// own: the row's reward. row: its number. Entries of lanes without mass add nothing. rewards: NULL where all are zero; then
// exp(0) is 1, and nothing is looked up.
INLINE eights NAME(block)(NAME(sums) *sums, const double *rewards, const int32_t *opponents, eights factor, eights rate,
                          double own, int32_t row) {
  eights difference = rewards ? own - NAME(taken)(rewards, opponents) : (eights){0};
  const longs won = difference >= 0.0;
  eights small = rewards ? NAME(small)(difference) : (eights){0} + 1.0;
  eights inverse = 1.0 / (1.0 + small);
  eights slope = factor * small * inverse * inverse;
  // p - s as p (1 - s) - (1 - p) s, which loses no digits where p is 1 and s is close to it.
  eights rest = 1.0 - rate;
  eights gap = NAME(choose)(won, rate * small - rest, rate - rest * small);
  sums->residual += factor * inverse * gap;
  sums->diagonal += slope;
  // Each pair once, in the row of the smaller number; opponents ascend.
  if (opponents[7] > row) {
    const longs counts = {-(int64_t)(opponents[0] > row), -(int64_t)(opponents[1] > row), -(int64_t)(opponents[2] > row),
                          -(int64_t)(opponents[3] > row), -(int64_t)(opponents[4] > row), -(int64_t)(opponents[5] > row),
                          -(int64_t)(opponents[6] > row), -(int64_t)(opponents[7] > row)};
    eights term = factor * NAME(loss)(difference, won, small, rate, rest);
    sums->value += (eights)((longs)term & counts);
  }
  return slope;
}

INLINE double NAME(terms)(const tessera_graph *graph, const double *rates, const double *rewards, double lambda, long first,
                          long last, double *residuals, double *curvature, double *diagonal) {
  double value = 0;
  const long limit = graph->row_starts[last];
  for (long i = first; i < last; i++) {
    if (!graph->is_active[i]) continue;
    double own = rewards ? rewards[i] : 0, ridge = lambda * graph->coverage[i];
    NAME(sums) sums = {{0}, {0}, {0}};
    long entry = graph->row_starts[i];
    const long end = graph->row_starts[i + 1];
    for (; entry + 8 <= end; entry += 8) {
      if (rewards) NAME(ask)(graph, rewards, entry, limit);
      *(eights *)(curvature + entry) =
          NAME(block)(&sums, rewards, graph->opponents + entry, *(const eights *)(graph->mass + entry),
                      *(const eights *)(rates + entry), own, (int32_t)i);
    }
    if (entry < end) {
      const long rest = end - entry;
      if (rewards) NAME(ask)(graph, rewards, entry, limit);
      // Lanes beyond the row have no mass; the last one repeats the last opponent, which tells whether there is one above.
      int32_t opponents[8];
      eights factor = {0}, rate = {0};
      for (long lane = 0; lane < 8; lane++) opponents[lane] = graph->opponents[lane < rest ? entry + lane : end - 1];
      for (long lane = 0; lane < rest; lane++) {
        factor[lane] = graph->mass[entry + lane];
        rate[lane] = rates[entry + lane];
      }
      eights slope = NAME(block)(&sums, rewards, opponents, factor, rate, own, (int32_t)i);
      for (long lane = 0; lane < rest; lane++) curvature[entry + lane] = slope[lane];
    }
    residuals[i] = NAME(total)(sums.residual) - ridge * own;
    diagonal[i] = NAME(total)(sums.diagonal) + ridge;
    value += graph->weights[i] * (NAME(total)(sums.value) + ridge / 2 * own * own);
  }
  return value;
}

TARGET static double NAME(pair_terms)(const tessera_graph *graph, const double *rates, const double *rewards,
                                      double lambda, long first, long last, double *residuals, double *curvature,
                                      double *diagonal) {
  // Two loops, each with one kind of block.
  return rewards ? NAME(terms)(graph, rates, rewards, lambda, first, last, residuals, curvature, diagonal)
                 : NAME(terms)(graph, rates, 0, lambda, first, last, residuals, curvature, diagonal);
}

TARGET static double NAME(hessian_product)(const tessera_graph *graph, const double *curvature, const double *diagonal,
                                           const double *x, long first, long last, double *product) {
  double sum = 0;
  const long limit = graph->row_starts[last];
  for (long i = first; i < last; i++) {
    if (!graph->is_active[i]) continue;
    eights others = {0};
    long entry = graph->row_starts[i];
    const long end = graph->row_starts[i + 1];
    for (; entry + 8 <= end; entry += 8) {
      NAME(ask)(graph, x, entry, limit);
      others += *(const eights *)(curvature + entry) * NAME(taken)(x, graph->opponents + entry);
    }
    double rest = 0;
    if (entry < end) NAME(ask)(graph, x, entry, limit);
    for (; entry < end; entry++) rest += curvature[entry] * x[graph->opponents[entry]];
    double row = graph->weights[i] * (diagonal[i] * x[i] - (NAME(total)(others) + rest));
    product[i] = row;
    sum += x[i] * row;
  }
  return sum;
}

TARGET static void NAME(hessian_products)(const tessera_graph *graph, const double *curvature, const double *diagonal,
                                          const double *x, long first, long last, double *product, double *sums) {
  const eights *from = (const eights *)x;
  eights sum = {0};
  const long limit = graph->row_starts[last], ahead = graph->ahead;
  for (long i = first; i < last; i++) {
    if (!graph->is_active[i]) continue;
    eights row = diagonal[i] * from[i];
    const long end = graph->row_starts[i + 1];
    for (long entry = graph->row_starts[i]; entry < end; entry++) {
      if (ahead && entry + ahead < limit) __builtin_prefetch(from + graph->opponents[entry + ahead]);
      row -= curvature[entry] * from[graph->opponents[entry]];
    }
    row *= graph->weights[i];
    ((eights *)product)[i] = row;
    sum += from[i] * row;
  }
  *(eights *)sums = sum;
}

INLINE eights NAME(losses_of)(const double *rewards, const int32_t *a, const int32_t *b, eights p) {
  eights difference = NAME(taken)(rewards, a) - NAME(taken)(rewards, b);
  return NAME(loss)(difference, difference >= 0.0, NAME(small)(difference), p, 1.0 - p);
}

TARGET static void NAME(losses)(const double *rewards, const int32_t *a, const int32_t *b, const double *outcomes,
                                const double *mass, long count, double *losses) {
  long k = 0;
  for (; k + 8 <= count; k += 8)
    *(eights *)(losses + k) =
        *(const eights *)(mass + k) * NAME(losses_of)(rewards, a + k, b + k, *(const eights *)(outcomes + k));
  if (k == count) return;
  int32_t last_a[8], last_b[8];
  eights p = {0};
  for (long lane = 0; lane < 8; lane++) {
    long place = k + lane < count ? k + lane : k;
    last_a[lane] = a[place];
    last_b[lane] = b[place];
    p[lane] = outcomes[place];
  }
  eights found = NAME(losses_of)(rewards, last_a, last_b, p);
  for (long lane = 0; k + lane < count; lane++) losses[k + lane] = mass[k + lane] * found[lane];
}

TARGET static void NAME(noise)(const tessera_graph *graph, const double *variances, uint64_t seed, uint64_t batch,
                               long first, long last, double *noise) {
  const words shifts = {0, 7, 14, 21, 28, 35, 42, 49};
  for (long i = first; i < last; i++) {
    eights sum = {0};
    for (long entry = graph->row_starts[i]; entry < graph->row_starts[i + 1]; entry++) {
      if (!(graph->mass[entry] > 0)) continue;
      const uint64_t j = (uint64_t)graph->opponents[entry], own = (uint64_t)i;
      // Both rows of a pair hash to the same signs; e_ji = -e_ij.
      words bits = (words){0} + sign_bits(own < j ? own << 32 | j : j << 32 | own, seed, batch);
      double size = graph->mass[entry] * __builtin_sqrt(variances[entry]);
      eights sized = (eights){0} + (own < j ? size : -size);
      sum += (eights)((words)sized ^ ((bits >> shifts) << 63));
    }
    ((eights *)noise)[i] = sum;
  }
}

// Eight numbers of a row from `entry` on, of which there are `rest`; lanes beyond them hold `other`.
INLINE eights NAME(lanes)(const double *from, long entry, long rest, double other) {
  if (rest >= 8) return *(const eights *)(from + entry);
  eights result = (eights){0} + other;
  for (long lane = 0; lane < rest; lane++) result[lane] = from[entry + lane];
  return result;
}

// The larger and the smaller of two, lane by lane.
INLINE eights NAME(larger)(eights a, eights b) { return NAME(choose)(a > b, a, b); }
INLINE eights NAME(smaller)(eights a, eights b) { return NAME(choose)(a < b, a, b); }

// Adds the pairs of the rows to `sums`, where there are no variances to fill.
TARGET static void NAME(pair_noise)(const tessera_graph *graph, const tessera_pair_outcomes *outcomes, double phi,
                                    double pooled, long first, long last, double *variances, double *sums) {
  eights spread = {0}, freedoms = {0};
  const long limit = graph->row_starts[last];
  for (long i = first; i < last; i++) {
    const double own = outcomes->rewards[i], inverse = outcomes->inverse[i], weight = graph->weights[i];
    const long end = graph->row_starts[i + 1];
    for (long entry = graph->row_starts[i]; entry < end; entry += 8) {
      const long rest = end - entry;
      int32_t last_opponents[8];
      const int32_t *opponents = graph->opponents + entry;
      if (rest < 8) {
        for (long lane = 0; lane < 8; lane++) last_opponents[lane] = graph->opponents[lane < rest ? entry + lane : end - 1];
        opponents = last_opponents;
      }
      // Opponents ascend: where the last is below the row, all are.
      if (!variances && opponents[7] <= i) continue;
      NAME(ask)(graph, outcomes->rewards, entry, limit);
      if (!outcomes->leverage) NAME(ask)(graph, outcomes->share, entry, limit);
      eights n = NAME(lanes)(outcomes->counts, entry, rest, 1.0), p = NAME(lanes)(outcomes->rates, entry, rest, 0.0);
      eights difference = own - NAME(taken)(outcomes->rewards, opponents);
      const longs won = difference >= 0.0;
      eights small = NAME(small)(difference);
      eights over = 1.0 / (1.0 + small);
      eights model = small * over * over;
      // p - s as in `block`.
      eights lost = 1.0 - p;
      eights gap = over * NAME(choose)(won, p * small - lost, p - lost * small);
      eights within = outcomes->within ? NAME(larger)(NAME(lanes)(outcomes->within, entry, rest, 0.0), (eights){0}) : p * lost;
      eights leverage = outcomes->leverage ? NAME(lanes)(outcomes->leverage, entry, rest, 0.0)
                                           : NAME(lanes)(graph->mass, entry, rest, 0.0) * model *
                                                 (inverse + weight * NAME(taken)(outcomes->share, opponents));
      leverage = NAME(smaller)(leverage, (eights){0} + 0.999);
      eights residual = n * within + gap * gap;
      eights freedom = NAME(larger)(n - 1.0, (eights){0}) + (1.0 - leverage) / NAME(larger)(n, (eights){0} + 1.0);
      if (variances) {
        eights found = (residual + pooled * phi * model) / ((freedom + pooled) * n);
        if (rest >= 8) {
          *(eights *)(variances + entry) = found;
        } else {
          for (long lane = 0; lane < rest; lane++) variances[entry + lane] = found[lane];
        }
        continue;
      }
      longs counts;
      for (long lane = 0; lane < 8; lane++) counts[lane] = -(int64_t)(lane < rest && opponents[lane] > i);
      spread += (eights)((longs)residual & counts);
      freedoms += (eights)((longs)(freedom * model) & counts);
    }
  }
  if (!variances) {
    sums[0] = NAME(total)(spread);
    sums[1] = NAME(total)(freedoms);
  }
}

#undef INLINE
#undef NAME
#undef TARGET
