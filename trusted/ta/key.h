/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of the key service inside the trusted application: what the commands
 * on them share. A key is a hot slot with SLOT_KEY set; the host brings its
 * config, counters and blob with a request, and they count only if they are
 * what the slot was made from.
 */
#ifndef TRUSTED_TA_KEY_H
#define TRUSTED_TA_KEY_H

#include "trusted/policy/key.h"
#include "trusted/ta/state.h"

/*
 * A key whose config and counters are those of its slot. config views into
 * the request that brought it.
 */
struct vch_open_key {
	struct vch_slot *slot;
	struct vch_span blob;
	struct vch_key_config config;
	struct vch_key_counters counters;
	uint8_t config_hash[32];
};

/*
 * Opens the key that a request is about and brings. VCH_NO_KEY if there is
 * none or its shard is another's; VCH_STALE if what was brought is not what
 * was last written.
 */
VCH_MUST enum vch_err vch_key_open(struct vch_open_key *ret, struct vch_ta *ta,
				   const uint8_t id[20], struct vch_span config,
				   struct vch_span counters);

/* Moves the slot on by one record; ret: the counters, encoded in buf. */
struct vch_span vch_key_advance(struct vch_open_key *key,
				uint8_t buf[VCH_COUNTERS_MAX]);

/* Writes the beginning of a record of that kind and moves the clock. */
void vch_key_record_head(struct vch_writer *w, struct vch_ta *ta, uint8_t kind,
			 const struct vch_time *time);

#endif
