// Plain names for the calls that take file offsets; off_t has 64 bits on every platform of ours.
#define MPG123_NO_LARGENAME
#include <mpg123.h>

// mpg123.h renames `mpg123_param` by a macro, which Swift does not see through.
static inline int mpg123_set_parameter(mpg123_handle *handle, int parameter, long value) {
  return mpg123_param(handle, parameter, value, 0);
}
