'use strict';
// What both estimates say, what copies did to them, and the sentences for it.

const estimates = (points, groups, lambda) => {
  const rates = winRates(points, groups);
  const { cells, weights } = voronoi(points);
  const equal = points.map(() => 1 / points.length);
  const [standard, weighted] = [bradleyTerry(rates, equal, lambda), bradleyTerry(rates, weights, lambda)];
  const told = ({ rewards, certificate }) => {
    const ranks = ranksOf(rewards);
    return { rewards, ranks, certificate, winners: points.filter((_, i) => ranks[i] === 1).map((point) => point.id) };
  };
  return { cells, weights, standard: told(standard), weighted: told(weighted) };
};

/** Both estimates of a state, and of the same without its copies. */
const outcomeOf = ({ points, groups, lambda }) => {
  const now = estimates(points, groups, lambda);
  const originals = points.filter((point) => !isCopy(point.id));
  const copies = points.filter((point) => isCopy(point.id));
  const before = copies.length ? estimates(originals, groups, lambda) : now;
  const families = (winners) => [...new Set(winners.map(originalOf))].sort().join();
  const compare = (kind) => {
    const shifts = originals.map((point, i) => Math.abs(
      now[kind].rewards[points.indexOf(point)] - before[kind].rewards[i]));
    return {
      hasMoved: families(now[kind].winners) !== families(before[kind].winners),
      before: before[kind].winners,
      shift: Math.max(...shifts),
    };
  };
  return { ...now, copies, effect: { standard: compare('standard'), weighted: compare('weighted') } };
};

const listed = (words) => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);

/** "b", "c and its copies", "c3, a copy of c," or "a and d". */
const winnersInWords = (winners) => {
  const names = [...new Set(winners.map(originalOf))].map((family) => {
    const members = winners.filter((id) => originalOf(id) === family);
    if (members.length === 1) return isCopy(members[0]) ? `${members[0]} (a copy of ${family})` : members[0];
    return members.length === 2 ? `${family} and its copy` : `${family} and its copies`;
  });
  return names.length > 4 ? `${names.length} answers` : listed(names);
};

const verdictOf = ({ standard, weighted }) => {
  const say = ({ winners }) => `${winnersInWords(winners)} ${winners.length > 1 ? 'win' : 'wins'}`;
  return { standard: say(standard), weighted: say(weighted) };
};

const copiesInWords = (copies) => {
  const families = [...new Set(copies.map((point) => originalOf(point.id)))];
  const what = families.length > 4 ? `${families.length} answers` : listed(families);
  return `${copies.length === 1 ? 'one copy' : `${copies.length} copies`} of ${what}`;
};

/** What the copies did, in a sentence or two; empty without copies. */
const consequenceOf = ({ copies, effect }) => {
  if (!copies.length) return '';
  const moved = ['standard', 'weighted'].filter((kind) => effect[kind].hasMoved);
  const was = (kind) => winnersInWords(effect[kind].before);
  const who = moved.length === 2
    ? `moved both winners; without, it was ${was('standard')} (standard) and ${was('weighted')} (weighted).`
    : moved.length === 1 ? `moved the ${moved[0]} winner, which was ${was(moved[0])}.` : 'moved no winner.';
  const digits = (x) => (x < 5e-7 ? '0' : x.toPrecision(2).includes('e') ? x.toFixed(6) : x.toPrecision(2));
  return `Adding ${copiesInWords(copies)} ${who} Rewards of the originals shifted by up to ${digits(effect.standard.shift)} `
    + `(standard) and ${digits(effect.weighted.shift)} (weighted).`;
};
