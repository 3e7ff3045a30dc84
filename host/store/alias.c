/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/alias.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "trusted/base/bytes.h"

#define CAP_FIRST 64

void vch_aliases_free(struct vch_aliases *aliases)
{
	free(aliases->table);
	*aliases = (struct vch_aliases){0};
}

/* Where the address is, or the free place where it belongs. */
static struct vch_alias_entry *find(const struct vch_aliases *a,
				    const uint8_t address[20])
{
	size_t at = (size_t)vch_load_be64(address + 8) & (a->cap - 1);

	while (a->table[at].used &&
	       memcmp(a->table[at].address, address, 20) != 0)
		at = (at + 1) & (a->cap - 1);
	return &a->table[at];
}

static void grow(struct vch_aliases *a)
{
	struct vch_aliases old = *a;

	a->cap = old.cap ? old.cap * 2 : CAP_FIRST;
	a->table = vch_alloc(a->cap, sizeof(*a->table));
	for (size_t i = 0; i < old.cap; i++) {
		if (old.table[i].used)
			*find(a, old.table[i].address) = old.table[i];
	}
	free(old.table);
}

void vch_aliases_put(struct vch_aliases *aliases, const uint8_t address[20],
		     const uint8_t id[20])
{
	struct vch_alias_entry *e;

	if ((aliases->cnt + 1) * 2 > aliases->cap)
		grow(aliases);
	e = find(aliases, address);
	if (e->used)
		return;
	memcpy(e->address, address, 20);
	memcpy(e->id, id, 20);
	e->used = true;
	aliases->cnt++;
}

const uint8_t *vch_aliases_find(const struct vch_aliases *aliases,
				const uint8_t address[20])
{
	const struct vch_alias_entry *e;

	if (aliases->cap == 0)
		return NULL;
	e = find(aliases, address);
	return e->used ? e->id : NULL;
}
