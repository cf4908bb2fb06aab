// Lines of files of rows: their values found sixteen bytes at a time, and strings looked up many at a time.
//
// Vectors of sixteen bytes are part of every x86-64 processor, and names are seldom longer: there is nothing to choose at run
// time. Elsewhere bytes are looked at one by one, with the same results.

#include "tessera_rows.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>

// A bit for each of sixteen bytes that is no plain ASCII inside of quotation marks.
static inline uint32_t ends_text(const uint8_t *bytes) {
  const __m128i v = _mm_loadu_si128((const __m128i *)bytes);
  const __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x22)), backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x5C));
  // Signed: control characters, and all beyond ASCII.
  const __m128i other = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));
  return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), other));
}

// A bit for each of sixteen bytes that differs.
static inline uint32_t differences(const uint8_t *a, const uint8_t *b) {
  const __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)a), _mm_loadu_si128((const __m128i *)b));
  return (uint32_t)_mm_movemask_epi8(equal) ^ 0xFFFF;
}
#else
static inline uint32_t ends_text(const uint8_t *bytes) {
  uint32_t found = 0;
  for (int i = 0; i < 16; i++)
    found |= (uint32_t)(bytes[i] == 0x22 || bytes[i] == 0x5C || bytes[i] < 0x20 || bytes[i] >= 0x80) << i;
  return found;
}

static inline uint32_t differences(const uint8_t *a, const uint8_t *b) {
  uint32_t found = 0;
  for (int i = 0; i < 16; i++) found |= (uint32_t)(a[i] != b[i]) << i;
  return found;
}
#endif

// Both can be read up to sixteen bytes behind `length`.
static inline int is_same(const uint8_t *a, const uint8_t *b, long length) {
  for (; length > 16; length -= 16, a += 16, b += 16)
    if (differences(a, b)) return 0;
  return !(differences(a, b) & ((1u << length) - 1));
}

static inline long text_end(const uint8_t *bytes, long at, long count) {
  for (; at < count; at += 16) {
    const uint32_t found = ends_text(bytes + at);
    if (found) return at + __builtin_ctz(found);
  }
  return count;
}

static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - 0x30) < 10; }

// Behind a number without an exponent; `at` where there is none. Reads one byte behind `count` at most.
static inline long number_end(const uint8_t *bytes, long at, long count) {
  const long first = at + (bytes[at] == 0x2D);
  long end = first;
  while (end < count && is_digit(bytes[end])) end++;
  if (end == first || (end > first + 1 && bytes[first] == 0x30)) return at;
  if (end >= count || bytes[end] != 0x2E) return end;
  const long whole = end++;
  while (end < count && is_digit(bytes[end])) end++;
  return end > whole + 1 ? end : at;
}

long tessera_scan_lines(const uint8_t *bytes, long count, const tessera_shape *shape, long longest, long most, int32_t *spans) {
  const int32_t values = shape->values;
  long start = 0, lines = 0;
  for (; lines < most; lines++) {
    long at = start, before = 0;
    for (int32_t v = 0; v < values; v++) {
      const long length = shape->ends[v] - before;
      if (at + length >= count || !is_same(bytes + at, shape->gaps + before, length)) return lines;
      at += length;
      before = shape->ends[v];
      const long end = shape->is_text[v] ? text_end(bytes, at, count) : number_end(bytes, at, count);
      if (end == at && !shape->is_text[v]) return lines;
      spans[2 * v] = (int32_t)at;
      spans[2 * v + 1] = (int32_t)end;
      at = end;
    }
    // A text ends where its quotation mark stands: the next gap begins with it.
    const long length = shape->ends[values] - before;
    if (at + length >= count || !is_same(bytes + at, shape->gaps + before, length)) return lines;
    at += length;
    if (bytes[at] == 0x0D) at++;
    if (at >= count || bytes[at] != 0x0A) return lines;
    at++;
    if (at - start > longest) return lines;
    spans[2 * values] = (int32_t)at;
    spans += 2 * values + 1;
    start = at;
  }
  return lines;
}

static inline uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

static inline uint32_t half_at(const uint8_t *bytes) {
  uint32_t half;
  memcpy(&half, bytes, 4);
  return half;
}

// Both halves of a product with a secret: every bit of a word moves bits that only the secret tells.
static inline uint64_t mixed(uint64_t word, uint64_t factor) {
  const unsigned __int128 product = (unsigned __int128)word * factor;
  return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

// Loads stay within the key: the last of them may overlap the one before, which with the length still tells every byte.
static inline uint32_t hash_of(const uint8_t *key, long count, uint64_t seed, uint64_t factor) {
  uint64_t hash = seed ^ (uint64_t)count, last = 0;
  if (count >= 8) {
    long at = 0;
    for (; at + 8 < count; at += 8) hash = mixed(hash ^ word_at(key + at), factor);
    last = word_at(key + count - 8);
  } else if (count >= 4) {
    last = (uint64_t)half_at(key) << 32 | half_at(key + count - 4);
  } else if (count > 0) {
    last = (uint64_t)key[0] << 16 | (uint64_t)key[count / 2] << 8 | key[count - 1];
  }
  return (uint32_t)(mixed(mixed(hash ^ last, factor) ^ seed, factor) >> 32);
}

uint32_t tessera_string_hash(const uint8_t *key, long count, uint64_t seed, uint64_t factor) {
  return hash_of(key, count, seed, factor);
}

static inline int is_equal(const uint8_t *a, const uint8_t *b, long count) {
  if (count > 16) return memcmp(a, b, (size_t)count) == 0;
  if (count >= 8) return word_at(a) == word_at(b) && word_at(a + count - 8) == word_at(b + count - 8);
  if (count >= 4) return half_at(a) == half_at(b) && half_at(a + count - 4) == half_at(b + count - 4);
  for (long i = 0; i < count; i++)
    if (a[i] != b[i]) return 0;
  return 1;
}

// The number in the next slot with this hash, from `slot` on; -1 at an empty one.
static inline int64_t probed(const tessera_strings *table, uint32_t hash, uint64_t *slot) {
  while (1) {
    const uint64_t held = table->slots[*slot];
    if (!held) return -1;
    if ((uint32_t)(held >> 32) == hash) return (int64_t)(held & 0xFFFFFFFF) - 1;
    *slot = (*slot + 1) & table->mask;
  }
}

#define STRINGS_AT_ONCE 64

void tessera_find_strings(const tessera_strings *table, const uint8_t *text, const int32_t *spans, long stride, long count,
                          int32_t *numbers) {
  uint32_t hashes[STRINGS_AT_ONCE];
  uint64_t slots[STRINGS_AT_ONCE];
  int64_t found[STRINGS_AT_ONCE];
  for (long first = 0; first < count; first += STRINGS_AT_ONCE) {
    const long some = count - first < STRINGS_AT_ONCE ? count - first : STRINGS_AT_ONCE;
    const int32_t *own = spans + first * stride;
    for (long k = 0; k < some; k++) {
      const int32_t *span = own + k * stride;
      hashes[k] = hash_of(text + span[0], span[1] - span[0], table->seed, table->factor);
      slots[k] = hashes[k] & table->mask;
      __builtin_prefetch(table->slots + slots[k]);
    }
    for (long k = 0; k < some; k++) {
      found[k] = probed(table, hashes[k], &slots[k]);
      if (found[k] >= 0) __builtin_prefetch(table->ends + found[k]);
    }
    for (long k = 0; k < some; k++)
      if (found[k] >= 0) __builtin_prefetch(table->bytes + table->ends[found[k]]);
    for (long k = 0; k < some; k++) {
      const int32_t *span = own + k * stride;
      const long length = span[1] - span[0];
      while (found[k] >= 0) {
        const long start = table->ends[found[k]];
        if (table->ends[found[k] + 1] - start == length && is_equal(table->bytes + start, text + span[0], length)) break;
        slots[k] = (slots[k] + 1) & table->mask;
        found[k] = probed(table, hashes[k], &slots[k]);
      }
      numbers[first + k] = (int32_t)found[k];
    }
  }
}
