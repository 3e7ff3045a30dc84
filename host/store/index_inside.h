/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the index, for the files of this room that fill and save it. */
#ifndef HOST_STORE_INDEX_INSIDE_H
#define HOST_STORE_INDEX_INSIDE_H

#include <pthread.h>

#include "host/store/alias.h"
#include "host/store/index.h"

/* One account: what the trusted application needs brought with a request. */
struct vch_entry {
	struct vch_slot slot;
	struct vch_log_pos pos; /* of its latest record */
	uint8_t section_idx;
	uint8_t record_idx;
	uint16_t config_len;
	uint16_t counters_len;
	uint16_t change_len;
	uint16_t receipt_len;
	uint8_t *config;
	uint8_t *counters;
	uint8_t *change;  /* that waits; NULL or empty: none does */
	uint8_t *receipt; /* of that record, if the log was pruned of it */
};

/* Open addressing; a power of two, at most half full. */
struct vch_index {
	pthread_mutex_t mutex;
	char *log_dir;
	struct vch_entry *table;
	size_t cap;
	uint64_t seed[2]; /* ids can be ground to collide, but not with it */
	struct vch_aliases aliases; /* addresses of keys for Ethereum */
	struct vch_index_stats stats;
	size_t used; /* entries of the table, deleted keys too */
};

/* Where the id is, or the free place where it belongs. The caller of all of
 * these holds the mutex. */
struct vch_entry *vch_index_find(const struct vch_index *index,
				 const uint8_t id[20]);

/* An entry is about to have this slot. */
void vch_index_count(struct vch_index *index, const struct vch_entry *e,
		     const struct vch_slot *slot);

/* Makes room, so that a place is free for the next account. */
void vch_index_grow(struct vch_index *index);

/* Replaces one of an entry's byte strings. */
void vch_entry_set(uint8_t **ptr, uint16_t *len, struct vch_span in);

/* A key that signs for Ethereum is asked for by its address. */
void vch_index_add_alias(struct vch_index *index, const struct vch_slot *slot,
			 struct vch_span key_config);

#endif
