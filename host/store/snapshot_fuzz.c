/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is a snapshot's file without its sum, which is
 * made here, so that what is behind it is reached. What the parser takes can
 * be walked, and each entry is that of its slot.
 */
#include <stdlib.h>
#include <string.h>

#include "host/store/snapshot.h"
#include "trusted/base/check.h"
#include "trusted/crypto/sha256.h"
#include "trusted/log/chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_MAX_TRIED (1u << 16)

static enum vch_err check(void *ctx, const struct vch_slot *slot,
			  const struct vch_snap_entry *entry)
{
	uint8_t config_hash[32], state[32];

	VCH_CHECK(vch_shard_of(slot->id) == *(const uint8_t *)ctx);
	VCH_CHECK(entry->config.len > 0 && entry->config.len <= VCH_CONFIG_MAX);
	VCH_CHECK(entry->counters.len <= VCH_COUNTERS_MAX);
	if (slot->flags & VCH_SLOT_DELETED)
		return VCH_OK;
	vch_sha256_hash(config_hash, entry->config);
	vch_slot_state(state, config_hash, entry->counters);
	VCH_CHECK(memcmp(state, slot->state, sizeof(state)) == 0);
	return VCH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vch_snap snap;
	uint8_t *file;

	if (size > SIZE_MAX_TRIED)
		return 0;
	file = malloc(size + 32);
	VCH_CHECK(file);
	if (size > 0)
		memcpy(file, data, size);
	vch_sha256_hash(file + size, vch_span(file, size));
	if (vch_snap_parse(&snap, vch_span(file, size + 32)) == VCH_OK)
		VCH_CHECK(vch_snap_each(&snap, check, &snap.name.shard) ==
			  VCH_OK);
	free(file);
	return 0;
}
