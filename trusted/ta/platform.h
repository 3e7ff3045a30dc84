/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that the trusted application asks of its platform: randomness, a key
 * that only this device and this application have, a small place that can be
 * overwritten, clocks, and what the platform says it is. platform.c does it
 * with GlobalPlatform calls; platform_board.c adds what a board of ours has,
 * and platform_plain.c says that there is no such thing.
 */
#ifndef TRUSTED_TA_PLATFORM_H
#define TRUSTED_TA_PLATFORM_H

#include "trusted/base/bytes.h"
#include "trusted/base/wipe.h"

/* A 32-byte secret of the platform or the erasable place. */
struct vch_root_key {
	uint8_t secret[32];
};
VCH_SECRET(root_key)

/* Random bytes; the platform panics if it has none. */
void vch_platform_random(void *out, size_t len);

/*
 * The device's key for this application. VCH_STORAGE if it has none,
 * VCH_UPGRADED if it was handed over to other code.
 */
VCH_MUST enum vch_err vch_platform_unique_key(struct vch_root_key *ret);

/*
 * The generation keys: the one that is in use, its number, and the next one
 * while what is sealed is being sealed anew.
 */
struct vch_generation {
	struct vch_root_key key;
	struct vch_root_key next;
	uint64_t number;
	bool has_next;
};
VCH_SECRET(generation)

/*
 * Their place. Load: VCH_ROLLBACK if there is nothing, VCH_CORRUPT,
 * VCH_STORAGE. Create refuses to overwrite. Store overwrites: durable on
 * VCH_OK, then what stood there is gone, as far as vch_platform_erase says.
 */
VCH_MUST enum vch_err vch_platform_generation_load(struct vch_generation *ret);
VCH_MUST enum vch_err
vch_platform_generation_create(const struct vch_generation *generation);
VCH_MUST enum vch_err
vch_platform_generation_store(const struct vch_generation *generation);

/*
 * What overwriting the generation key is worth: `none` where the medium may
 * keep what was overwritten, `file` where it is a file of the emulated TEE,
 * `flash` where it is erased in flash that only the TEE can reach.
 */
struct vch_span vch_platform_erase(void);

/*
 * Counters that only this application can change, one for each of 64 shards.
 * How well they resist an older copy of themselves is the platform's: what
 * the name says. Load: VCH_ROLLBACK if there are none, VCH_CORRUPT,
 * VCH_STORAGE. Store: cnt of them from the first-th on, all or none; where
 * there are none yet, all that are given; VCH_STORAGE. Other instances may
 * store others at the same time.
 */
#define VCH_COUNTER_CNT 64
VCH_MUST enum vch_err vch_platform_counters_load(uint64_t ret[VCH_COUNTER_CNT]);
VCH_MUST enum vch_err
vch_platform_counters_store(const uint64_t counters[VCH_COUNTER_CNT],
			    uint8_t first, uint8_t cnt);

/* Seconds since the platform started; never goes back, survives suspend. */
uint64_t vch_platform_monotonic_s(void);

/* Seconds since the epoch by the host's untrusted clock. */
uint64_t vch_platform_host_s(void);

/*
 * What the platform calls itself, not zero-terminated. At most cap bytes. One
 * that cannot say what it is ends: without a name, evidence of an emulated
 * TEE would not say EMULATED.
 */
struct vch_span vch_platform_name(char *buf, size_t cap);

/*
 * For evidence, the least that is true; measurement: of this code, zeros where
 * the platform takes none. protect and counter: if the counters are used. A
 * board that cannot say what it runs ends.
 */
struct vch_platform_claims {
	const char *protect;
	const char *seal;
	const char *counter;
	uint8_t measurement[32];
};
void vch_platform_claims(struct vch_platform_claims *ret);

/*
 * The device's own signature over this code's measurement and hash, with what
 * its factory said of the device; empty where there is no such thing.
 * VCH_STORAGE, VCH_UPGRADED.
 */
#define VCH_ENDORSEMENT_MAX 160
VCH_MUST enum vch_err vch_platform_endorse(uint8_t ret[VCH_ENDORSEMENT_MAX],
					   size_t *ret_len,
					   const uint8_t hash[32]);

/*
 * From now on key, generation keys and counters are those of the code with
 * that measurement and not of this one: all or nothing. give false: only looks
 * whether it could. Where keys are not for a measurement there is nothing to
 * do. VCH_EXISTS: that code has such things here already; VCH_UPGRADED: they
 * are not this code's to give; VCH_STORAGE.
 */
VCH_MUST enum vch_err vch_platform_hand_over(const uint8_t measurement[32],
					     bool give);

#endif
