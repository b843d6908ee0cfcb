/* EC_KEY is the only way to give ECDSA its nonce; see MLSCrypto's DeterministicECDSA. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* What the headers offer only as a macro. */
static const int EVP_PKEY_KEYPAIR_SELECTION = EVP_PKEY_KEYPAIR;
