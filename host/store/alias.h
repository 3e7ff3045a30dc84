/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which key has an Ethereum address: keys are known by their ids, wallets ask
 * by address. Only grows; a key that was deleted is found and then refused.
 * Not thread-safe: the index holds its own lock.
 */
#ifndef HOST_STORE_ALIAS_H
#define HOST_STORE_ALIAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vch_alias_entry {
	uint8_t address[20];
	uint8_t id[20];
	bool used;
};

/* Open addressing; a power of two, at most half full. Zeros: empty. */
struct vch_aliases {
	struct vch_alias_entry *table;
	size_t cap;
	size_t cnt;
};

void vch_aliases_free(struct vch_aliases *aliases);

/* The same pair again does nothing. */
void vch_aliases_put(struct vch_aliases *aliases, const uint8_t address[20],
		     const uint8_t id[20]);

/* The id, or NULL. */
const uint8_t *vch_aliases_find(const struct vch_aliases *aliases,
				const uint8_t address[20]);

#endif
