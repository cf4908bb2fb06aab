#ifndef TESSERA_MACHINE_H
#define TESSERA_MACHINE_H

// What a processor can do at most, in loops that do nothing else. Each function does its work `rounds` times and says how many
// operations that was; the caller looks at the clock. They use the widest vectors of the machine, no more than `bits` wide.

// Multiply-adds of numbers that stay in registers, in single and in double precision.
double machine_multiply_adds_single(int bits, long rounds);
double machine_multiply_adds_double(int bits, long rounds);
// Additions of single precision, and such followed by a comparison that keeps the smaller one with the place of it.
double machine_additions(int bits, long rounds);
// Two multiply-adds and two additions in turn, counted together: whether the machine does both at once.
double machine_mixed(int bits, long rounds);
double machine_kept(int bits, long rounds);
// Square roots and divisions in double precision.
double machine_roots(int bits, long rounds);
double machine_divisions(int bits, long rounds);
// Exponentials in double precision: of the C library, one by one; of its vector library, where there is one (0 elsewhere).
double machine_exponentials(long rounds);
double machine_vector_exponentials(int bits, long rounds);
// Bytes of memory: read, and moved by a = b + s c, of arrays of `count` numbers.
double machine_read(const double *a, long count);
double machine_triad(double *a, const double *b, const double *c, long count);

#endif
