/*
** SQLite's math functions (https://www.sqlite.org/lang_mathfunc.html), which the
** driver's build lacks. They are registered as SQLite registers them: for use in
** checks, indexes, generated columns and triggers.
*/
#include <math.h>
#include <stddef.h>

#include "../bulk/sqlite3.h"

static const double pi = 3.141592653589793238462643383279502884;

/* numeric returns whether v is a number, and stores it in x. */
static int numeric(sqlite3_value *v, double *x) {
  int type = sqlite3_value_numeric_type(v);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return 0;
  *x = sqlite3_value_double(v);
  return 1;
}

/* Rounding leaves an integer unchanged. */
static void rounding(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  double (*f)(double) = *(double (**)(double))sqlite3_user_data(ctx);
  switch (sqlite3_value_numeric_type(argv[0])) {
    case SQLITE_INTEGER: sqlite3_result_int64(ctx, sqlite3_value_int64(argv[0])); break;
    case SQLITE_FLOAT: sqlite3_result_double(ctx, f(sqlite3_value_double(argv[0]))); break;
  }
}

static void of_one(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  double (*f)(double) = *(double (**)(double))sqlite3_user_data(ctx);
  double x;
  if (numeric(argv[0], &x)) sqlite3_result_double(ctx, f(x));
}

static void of_two(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  double (*f)(double, double) = *(double (**)(double, double))sqlite3_user_data(ctx);
  double x, y;
  if (numeric(argv[0], &x) && numeric(argv[1], &y)) sqlite3_result_double(ctx, f(x, y));
}

/* A logarithm that does not exist is NULL. */
static void logarithm(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  double (*f)(double) = *(double (**)(double))sqlite3_user_data(ctx);
  double x;
  if (numeric(argv[0], &x) && x > 0) sqlite3_result_double(ctx, f(x));
}

static void logarithm_to_base(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc;
  double base, x;
  if (!numeric(argv[0], &base) || base <= 0 || log(base) <= 0) return;
  if (numeric(argv[1], &x) && x > 0) sqlite3_result_double(ctx, log(x) / log(base));
}

static void the_pi(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc, (void)argv;
  sqlite3_result_double(ctx, pi);
}

static double radians(double x) { return x * (pi / 180); }
static double degrees(double x) { return x * (180 / pi); }

static const struct {
  const char *name;
  int args;
  void (*function)(sqlite3_context *, int, sqlite3_value **);
  double (*one)(double); /* what function applies, by its number of arguments */
  double (*two)(double, double);
} functions[] = {
  {"ceil", 1, rounding, ceil, 0},     {"ceiling", 1, rounding, ceil, 0},
  {"floor", 1, rounding, floor, 0},   {"trunc", 1, rounding, trunc, 0},
  {"ln", 1, logarithm, log, 0},       {"log", 1, logarithm, log10, 0},
  {"log10", 1, logarithm, log10, 0},  {"log2", 1, logarithm, log2, 0},
  {"log", 2, logarithm_to_base, 0, 0},
  {"exp", 1, of_one, exp, 0},         {"sqrt", 1, of_one, sqrt, 0},
  {"acos", 1, of_one, acos, 0},       {"asin", 1, of_one, asin, 0},
  {"atan", 1, of_one, atan, 0},       {"cos", 1, of_one, cos, 0},
  {"sin", 1, of_one, sin, 0},         {"tan", 1, of_one, tan, 0},
  {"cosh", 1, of_one, cosh, 0},       {"sinh", 1, of_one, sinh, 0},
  {"tanh", 1, of_one, tanh, 0},       {"acosh", 1, of_one, acosh, 0},
  {"asinh", 1, of_one, asinh, 0},     {"atanh", 1, of_one, atanh, 0},
  {"radians", 1, of_one, radians, 0}, {"degrees", 1, of_one, degrees, 0},
  {"atan2", 2, of_two, 0, atan2},     {"mod", 2, of_two, 0, fmod},
  {"pow", 2, of_two, 0, pow},         {"power", 2, of_two, 0, pow},
  {"pi", 0, the_pi, 0, 0},
};

int lf_math_functions(sqlite3 *db) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    const void *applied = functions[i].args == 2 ? (const void *)&functions[i].two : &functions[i].one;
    int rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].args,
        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, (void *)applied,
        functions[i].function, NULL, NULL, NULL);
    if (rc != SQLITE_OK) return rc;
  }
  return SQLITE_OK;
}
