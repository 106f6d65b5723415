#include <opus.h>
#include <opus_multistream.h>

// Settings go through a call with any number of arguments, which Swift refuses.
static inline int opus_encoder_set(OpusEncoder *encoder, int request, opus_int32 value) {
  return opus_encoder_ctl(encoder, request, value);
}

static inline int opus_encoder_get(OpusEncoder *encoder, int request, opus_int32 *value) {
  return opus_encoder_ctl(encoder, request, value);
}

static inline int opus_multistream_decoder_set(OpusMSDecoder *decoder, int request, opus_int32 value) {
  return opus_multistream_decoder_ctl(decoder, request, value);
}
