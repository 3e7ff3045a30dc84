/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of whoever owns keys of the key service: a private JSON file with
 * an Ed25519 seed or a P-256 scalar. For a person at a command line; a
 * service keeps its own where it keeps such keys.
 */
#ifndef HOST_CLI_OWNER_KEY_H
#define HOST_CLI_OWNER_KEY_H

#include "host/cli/demo_passkey.h"
#include "trusted/crypto/ed25519.h"
#include "wire/gen/ta.h"

struct vch_owner_key {
	uint8_t type; /* OWNER_ED25519: seed; OWNER_P256: p256, for its key */
	uint8_t secret_seed[32];
	struct vch_demo_passkey p256;
	uint8_t public_key[64];
	size_t public_key_len;
};
VCH_SECRET(owner_key)

/* Draws a new one. VCH_ENTROPY, VCH_ARGUMENT if there is no such type. */
VCH_MUST enum vch_err vch_owner_key_create(struct vch_owner_key *ret,
					   const char *type);

/* "ed25519" or "p256". */
const char *vch_owner_key_type(const struct vch_owner_key *key);

/* VCH_FILE (also if others may read it), VCH_JSON, VCH_PUBLIC_KEY. */
VCH_MUST enum vch_err vch_owner_key_load(struct vch_owner_key *ret,
					 const char *path);
/* Mode 0600; refuses to replace a file. VCH_FILE. */
VCH_MUST enum vch_err vch_owner_key_save(const struct vch_owner_key *key,
					 const char *path);

/*
 * Signs the request, whose nonce is set, for that command; sig holds the
 * bytes that the request then views. VCH_INTERNAL.
 */
VCH_MUST enum vch_err vch_owner_key_sign(const struct vch_owner_key *key,
					 struct vch_key_request *req,
					 uint8_t sig[64], uint8_t command);

#endif
