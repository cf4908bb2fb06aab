// Texts side by side: which words of one are not in the other, by their longest common subsequence.

/** Words and what stands between them. */
function tokensOf(text) {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

/**
 * Parts of a text with whether the other one lacks them: [["The ", false], ["cat", true]].
 * Texts whose different middles are longer than some thousand words are marked as a whole there.
 */
function differencesOf(text, other) {
  const [a, b] = [tokensOf(text), tokensOf(other)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [own, theirs] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const common = commonWords(own, theirs);
  const marks = a.map((_, place) => place >= start && place < a.length - end && !common.has(place - start));
  const parts = [];
  a.forEach((token, place) => {
    const mark = marks[place] && token.trim() !== "";
    const last = parts.at(-1);
    if (last && (last[1] === mark || token.trim() === "")) last[0] += token;
    else parts.push([token, mark]);
  });
  return parts;
}

/** Places of `a` that a longest common subsequence with `b` holds. */
function commonWords(a, b) {
  const kept = new Set();
  if (a.length * b.length > 4_000_000) return kept;
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = a[i] === b[j]
        ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) { kept.add(i); i += 1; j += 1; }
    else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return kept;
}
