#ifndef TESSERA_ROWS_H
#define TESSERA_ROWS_H

#include <stdint.h>

// Bytes that may be read behind those of a buffer of lines, whatever they hold.
#define TESSERA_SLACK 16

// What stands around the values of lines that are alike: in front of value v the bytes ends[v - 1] to ends[v] of `gaps` (from 0
// for the first), behind the last value those from there to ends[values]. TESSERA_SLACK bytes more can be read behind them.
typedef struct {
  const uint8_t *gaps;
  const int32_t *ends;
  const uint8_t *is_text;  // a text up to its quotation mark; else a number without an exponent
  int32_t values;
} tessera_shape;

// Lines at the beginning of `bytes` that have a shape, at most `most`: how many. A text in them is ASCII without escapes. Lines
// end with LF or CRLF; the first that differs ends the run, as one does that is longer than `longest` bytes or not all there.
//
// spans gets 2 values + 1 places a line, counted from `bytes`: where each value begins and ends, and where the next line begins.
// count: below 2^31. TESSERA_SLACK bytes behind the `count` can be read.
long tessera_scan_lines(const uint8_t *bytes, long count, const tessera_shape *shape, long longest, long most, int32_t *spans);

// A table of strings by their bytes: open addressing with linear probing, the hash in a slot's upper half, the number and one
// more below, 0 for an empty slot. String n is bytes[ends[n]] to bytes[ends[n + 1]].
typedef struct {
  const uint64_t *slots;
  uint64_t mask;
  const uint8_t *bytes;
  const long *ends;
  uint64_t seed, factor;
} tessera_strings;

// A hash of bytes; nobody who does not know the two secrets can make many strings that share one. factor: odd.
uint32_t tessera_string_hash(const uint8_t *key, long count, uint64_t seed, uint64_t factor);

// The numbers of `count` strings, -1 for those that are not in the table: string k is text[spans[k * stride]] to
// text[spans[k * stride + 1]]. What a look-up waits for from memory is asked for ahead, for many strings at once.
void tessera_find_strings(const tessera_strings *table, const uint8_t *text, const int32_t *spans, long stride, long count,
                          int32_t *numbers);

// Asks for what stands at an address, which need not be valid: it will be read or written soon.
static inline void tessera_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
