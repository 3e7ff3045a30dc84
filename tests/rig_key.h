/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the key service for tests: a host that keeps them and brings them. */
#ifndef TESTS_RIG_KEY_H
#define TESTS_RIG_KEY_H

#include "tests/rig.h"
#include "trusted/crypto/ed25519.h"
#include "trusted/policy/key.h"

/* A key as its host keeps it. */
struct rig_key {
	uint8_t id[20];
	uint8_t public_key[64];
	size_t public_key_len;
	uint8_t config[VCH_CONFIG_MAX];
	uint8_t counters[VCH_COUNTERS_MAX];
	uint8_t blob[VCH_BLOB_MAX];
	size_t config_len, counters_len, blob_len;
	struct vch_slot slot;
	uint16_t code; /* of the last use */
};

/* A policy without limits or lists, owned by the host. */
struct vch_key_policy key_policy(uint8_t purpose, uint8_t type);

enum vch_err key_generate(struct rig *rig, struct rig_key *ret,
			  const struct vch_key_policy *policy);
enum vch_err key_generate_flags(struct rig *rig, struct rig_key *ret,
				const struct vch_key_policy *policy,
				uint8_t flags);

/* Begins an import of the key of that secret; fills in what is to be sealed. */
struct rig_import {
	struct vch_import_plain plain;
	uint8_t id[16];	 /* of the import */
	uint8_t key[20]; /* the id that the key will have */
	uint8_t to[32];	 /* the evidence's import key */
	uint8_t claims[VCH_EVIDENCE_ENC_MAX];
	size_t claims_len;
};
enum vch_err key_import_begin(struct rig *rig, struct rig_import *ret,
			      const uint8_t secret[32],
			      const struct vch_key_policy *policy);
/* Seals the plain and brings it; aad: NULL, or other than the id. */
enum vch_err key_import(struct rig *rig, struct rig_key *ret,
			const struct rig_import *import, const uint8_t *aad);

/* One step of GENERATION. */
enum vch_err key_generation(struct rig *rig, struct vch_generation_answer *ret,
			    uint8_t step);
/* REWRAP of one blob; *ret_len 0: not living. */
enum vch_err key_rewrap(struct rig *rig, const uint8_t id[20],
			struct vch_span blob, uint8_t ret[VCH_BLOB_MAX],
			size_t *ret_len);

/* A request that brings nothing yet, and what its host brings with it. */
struct vch_key_request key_request(const struct rig_key *key, uint8_t kind,
				   const void *payload, size_t len);
void key_bring(struct vch_key_request *req, const struct rig_key *key);

/* Signs the request as its owner, with a nonce. sig holds the signature. */
void key_own(struct vch_key_request *req, uint8_t sig[64],
	     const struct vch_ed25519_sk *owner, uint8_t command,
	     uint64_t nonce);

/*
 * Through SIGN_MESSAGE; the key is brought if the request brings nothing.
 * ret_sig (may be NULL) holds 65 bytes. The key's state moves on.
 */
enum vch_err key_sign_request(struct rig *rig, struct rig_key *key,
			      const struct vch_key_request *req,
			      uint8_t *ret_sig);
enum vch_err key_sign(struct rig *rig, struct rig_key *key, uint8_t kind,
		      const void *payload, size_t len, uint8_t *ret_sig);

enum vch_err key_delete(struct rig *rig, struct rig_key *key,
			const struct vch_key_request *req, uint8_t *ret_erased);

/* The key as the whole log has it: how many records it has. */
size_t key_fold(const struct rig *rig, struct rig_key *key);

#endif
