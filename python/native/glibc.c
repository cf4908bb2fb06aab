// What newer versions of glibc have under a newer name, so that the library loads on those of 2.34 as well.

#include <math.h>

// Swift's runtime refers to it; nothing here calls it. In double precision neither square leaves the range.
float hypotf(float x, float y) { return (float)sqrt((double)x * x + (double)y * y); }
