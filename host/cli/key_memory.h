/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last receipt of each key that this user has used, in one JSON file: it
 * is shown with the next request, so that a node on another history is found
 * out. Losing the file loses nothing else.
 */
#ifndef HOST_CLI_KEY_MEMORY_H
#define HOST_CLI_KEY_MEMORY_H

#include "trusted/base/bytes.h"
#include "wire/gen/log.h"

#define VCH_KEY_MEMORY_MAX 1024

/* receipt_len 0: nothing was seen yet. */
struct vch_key_seen {
	uint8_t key[20];
	uint8_t log_key[32];
	uint64_t seq;
	uint8_t receipt[VCH_RECEIPT_ENC_MAX];
	size_t receipt_len;
};

/* What is known of that key; nothing if the file is not there. VCH_JSON. */
VCH_MUST enum vch_err vch_key_memory_get(struct vch_key_seen *ret,
					 const char *path,
					 const uint8_t key[20]);

/* Keeps it; of too many, all others go. Mode 0600. VCH_FILE, VCH_JSON. */
VCH_MUST enum vch_err vch_key_memory_put(const struct vch_key_seen *seen,
					 const char *path);

#endif
