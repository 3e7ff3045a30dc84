/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of keys with a daily count (tests/model_test.c): it knows how often
 * each signed and what it would sign again for nothing.
 */
#ifndef TESTS_MODEL_KEY_H
#define TESTS_MODEL_KEY_H

#include "tests/rig_key.h"

#define MODEL_KEYS 3
#define MODEL_KEY_LIMIT 10
#define MODEL_PAYLOADS 14 /* that they are asked to sign */
#define MODEL_RECENT 8

struct model_key {
	uint64_t records;
	uint32_t counted;
	uint8_t recent[MODEL_RECENT];
	uint8_t recent_cnt;
	bool deleted;
};

struct model_keys {
	size_t cnt;
	struct model_key twin[MODEL_KEYS];
	struct rig_key key[MODEL_KEYS];
};

/* Each does it at that instance, and asserts what the twin says of it. */
void model_key_create(struct model_keys *keys, struct rig *rig);
void model_key_sign(struct model_keys *keys, size_t k, struct rig *rig,
		    uint8_t payload);
void model_key_delete(struct model_keys *keys, size_t k, struct rig *rig);

#endif
