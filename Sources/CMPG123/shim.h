// Plain names for the calls that take file offsets; off_t has 64 bits on every platform of ours.
#define MPG123_NO_LARGENAME
#include <mpg123.h>

// mpg123.h renames `mpg123_param` by a macro, which Swift does not see through.
static inline int mpg123_set_parameter(mpg123_handle *handle, int parameter, long value) {
  return mpg123_param(handle, parameter, value, 0);
}

// The library tells its version since its interface 48; before that, the interface that it was built for.
#define MIXDOWN_TEXT(x) #x
#define MIXDOWN_NUMBER(x) MIXDOWN_TEXT(x)
static inline const char *mpg123_version_text(void) {
#if MPG123_API_VERSION >= 48
  return mpg123_distversion(0, 0, 0);
#else
  return "interface " MIXDOWN_NUMBER(MPG123_API_VERSION);
#endif
}
