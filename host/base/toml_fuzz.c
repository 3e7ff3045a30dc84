/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input is a configuration file. Every entry handed
 * out is within its bounds; a refusal names a line that the text has.
 */
#include <string.h>

#include "host/base/toml.h"
#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum vch_err see(void *ctx, const struct vch_toml_entry *e,
			struct vch_toml_fault *fault)
{
	size_t sum = 0;

	(void)ctx;
	(void)fault;
	VCH_CHECK(strlen(e->section) < VCH_TOML_NAME_MAX);
	VCH_CHECK(strlen(e->key) > 0 && strlen(e->key) < VCH_TOML_NAME_MAX);
	VCH_CHECK(e->item_cnt <= VCH_TOML_ITEMS_MAX);
	VCH_CHECK(e->type == VCH_TOML_LIST || e->item_cnt == 1);
	for (size_t i = 0; i < e->item_cnt; i++)
		sum += strlen(e->items[i]) + 1;
	VCH_CHECK(sum <= VCH_TOML_TEXT_MAX);
	return VCH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vch_toml_fault fault;
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (vch_toml_read(vch_span(data, size), see, NULL, &fault) == VCH_OK)
		return 0;
	VCH_CHECK(fault.line >= 1 && fault.line <= lines);
	VCH_CHECK(fault.why[0]);
	return 0;
}
