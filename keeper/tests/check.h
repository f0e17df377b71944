/* The assertions of the tests: the first that fails says where and ends the test. */
#ifndef CHECK_H
#define CHECK_H
#include "../sys.h"

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
#define CHECK_EQ(a, b) check_equal(__FILE__, __LINE__, #a " == " #b, (long long)(a), (long long)(b))
static inline __attribute__((noreturn)) void check_failed(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: %s\n", file, line, what);
  _exit(99);
}
static inline void check_equal(const char *file, int line, const char *what, long long a, long long b) {
  if (a == b) return;
  fprintf(stderr, "%s:%d: %s: %lld, %lld\n", file, line, what, a, b);
  _exit(99);
}

#endif
