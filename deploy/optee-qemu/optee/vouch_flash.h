/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this board keeps in its secure flash, which the normal world cannot
 * reach: the fuses, written once when the device was made (the seed anew
 * before each start), and for each of a few trusted applications a place of
 * VOUCH_PLACE_MAX bytes that can be overwritten.
 */
#ifndef VOUCH_FLASH_H
#define VOUCH_FLASH_H

#include <stddef.h>
#include <stdint.h>
#include <tee_api_types.h>

#define VOUCH_PLACE_MAX 1904

/* The code that asks. Zeros but for a text: OP-TEE itself. */
struct vouch_code {
	uint8_t measurement[32];
	TEE_UUID uuid;
};

/* At VOUCH_FUSES_BASE; deploy/optee-qemu/factory.py writes it. */
struct vouch_fuses {
	uint8_t magic[8];
	uint8_t secret[32];	 /* the hardware unique key */
	uint8_t attest_seed[32]; /* Ed25519, of the device's own key */
	uint8_t attest_key[32];	 /* its public half */
	uint8_t certificate[64]; /* the factory's signature over that */
	uint8_t seed[64];	 /* for the random generator; used once */
};

/* Panics if this device was never made. The secret parts are secret. */
void vouch_fuses_read(struct vouch_fuses *fuses);

/*
 * A place belongs to a measurement; the first that it belonged to is its
 * origin. Where a place was handed over, it is its owner alone that its UUID
 * stands for: any other code of that UUID that has no place is answered
 * TEE_ERROR_ACCESS_DENIED by all of the following.
 */

/* The newest thing stored there. TEE_ERROR_ITEM_NOT_FOUND: there is none. */
TEE_Result vouch_place_read(const struct vouch_code *code, uint8_t *data,
			    size_t *size);

/*
 * All of it or nothing, whenever the power goes. forget: nothing that was
 * stored before can be read again, by any means. TEE_ERROR_STORAGE_NO_SPACE:
 * too many owners; TEE_ERROR_STORAGE_NOT_AVAILABLE: the flash did not take it.
 */
TEE_Result vouch_place_write(const struct vouch_code *code, const uint8_t *data,
			     size_t size, bool forget);

/* What its keys come from: the origin of its place, or its own measurement. */
TEE_Result vouch_place_origin(uint8_t origin[32],
			      const struct vouch_code *code);

/*
 * Its place is the successor's, all or nothing as with a write: at every
 * moment one of the two has all, and the other nothing. really false: only
 * looks. TEE_ERROR_ACCESS_CONFLICT: the successor has or began a place (the
 * code itself, too); TEE_ERROR_ITEM_NOT_FOUND: there is nothing to give.
 */
TEE_Result vouch_place_hand_over(const struct vouch_code *code,
				 const uint8_t successor[32], bool really);

#endif
