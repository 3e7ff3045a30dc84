/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Release manifests: which code comes next, signed by release keys. A manifest
 * is a JSON file; what is signed is PROTOCOL 6's, UPGRADE in wire/ta.wire. A
 * release key is an Ed25519 key in PEM (PKCS #8), as `openssl genpkey` makes
 * it: for a person at a command line; whoever has better signs elsewhere.
 */
#ifndef HOST_CLI_RELEASE_H
#define HOST_CLI_RELEASE_H

#include "trusted/crypto/ed25519.h"
#include "wire/gen/ta.h"

/* A release, and who signed it so far. */
struct vch_manifest {
	struct vch_release release;
	struct vch_release_signature
		signature[VCH_UPGRADE_REQUEST_SIGNATURES_MAX];
	uint8_t signature_cnt;
};

/* VCH_FILE, VCH_JSON. */
VCH_MUST enum vch_err vch_manifest_load(struct vch_manifest *ret,
					const char *path);
/* Replaces the file, whole. VCH_FILE. */
VCH_MUST enum vch_err vch_manifest_save(const struct vch_manifest *manifest,
					const char *path);

/* Signs it too, or anew. VCH_FULL: no more signatures fit. */
VCH_MUST enum vch_err vch_manifest_sign(struct vch_manifest *manifest,
					const struct vch_ed25519_sk *key);

/* Is that signature what it says? VCH_SIGNATURE, VCH_PUBLIC_KEY. */
VCH_MUST enum vch_err
vch_manifest_check_var(const struct vch_manifest *manifest, uint8_t idx);

/* Draws a new key into a private file. VCH_FILE (also if there is one). */
VCH_MUST enum vch_err vch_release_key_create(struct vch_ed25519_sk *ret,
					     const char *path);
/* VCH_FILE (also if others may read it), VCH_FORMAT: no such key. */
VCH_MUST enum vch_err vch_release_key_load(struct vch_ed25519_sk *ret,
					   const char *path);

/*
 * The measurement of a trusted application as OP-TEE's loader takes it: the
 * digest in the file's header, which must be that of its contents. VCH_FILE,
 * VCH_SIZE, VCH_FORMAT.
 */
VCH_MUST enum vch_err vch_ta_measure(uint8_t ret[32], const char *path);

#endif
