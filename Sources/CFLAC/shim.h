#include <FLAC/metadata.h>
#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>

// A C global that could be assigned to, which Swift refuses to read; here it is a function.
static inline const char *flac_version_string(void) { return FLAC__VERSION_STRING; }
