// The plain functions of SHA-256 keep their state in a value, without an allocation; OpenSSL 3 would rather have callers
// use its general interface, and has no plans to remove these.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <openssl/crypto.h>

// `OpenSSL 3.0.19 27 Jan 2026`; a macro names the kind.
static inline const char *crypto_version_text(void) { return OpenSSL_version(OPENSSL_VERSION); }
