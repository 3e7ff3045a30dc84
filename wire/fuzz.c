/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the first byte chooses a struct, the rest is decoded.
 * What decodes must encode to the very same bytes (one canonical form); what
 * does not must leave only zeros.
 */
#include <stdlib.h>
#include <string.h>

#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "wire/gen/each.h"
#include "wire/gen/ta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ONE(name, most, shape)                                                 \
	static void one_##name(struct vch_writer *w, struct vch_span in)       \
	{                                                                      \
		static struct vch_##name it;                                   \
                                                                               \
		memset(&it, 0xa5, sizeof(it));                                 \
		if (vch_##name##_decode(&it, in) == VCH_OK) {                  \
			VCH_CHECK(in.len <= (most));                           \
			VCH_CHECK(vch_##name##_encode(w, &it) == VCH_OK);      \
			VCH_CHECK(vch_span_equal(vch_written(w), in));         \
		} else {                                                       \
			VCH_CHECK(vch_ct_is_zero(&it, sizeof(it)));            \
		}                                                              \
	}
VCH_WIRE_EACH(ONE)

#define ENTRY(name, most, shape) one_##name,
static void (*const each[])(struct vch_writer *w,
			    struct vch_span in) = {VCH_WIRE_EACH(ENTRY)};

void vch_panic(const char *where)
{
	(void)where;
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vch_writer w;
	uint8_t *out;

	if (size == 0)
		return 0;
	out = malloc(size);
	VCH_CHECK(out);
	w = vch_writer(out, size);
	each[data[0] % VCH_ARRAY_LEN(each)](&w, vch_span(data + 1, size - 1));
	free(out);
	return 0;
}
