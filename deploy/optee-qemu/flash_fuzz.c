/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the input says what stands in the secure flash, entries
 * with a right digest among it, and then what is asked of the driver. It ends,
 * reads no byte past the flash, and what it says was written is there after
 * the next start. Only a flash without fuses may end it, by a panic.
 */
#include <stdlib.h>

#include "deploy/optee-qemu/flash_twin.h"
#include "trusted/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PUT_MAX 24
#define OPS_MAX 6
/* Each operation looks through all of it a few times at most. */
#define READS_MAX (4 * FLASH_SIZE_MODEL / sizeof(uint32_t))
#define SECTOR_ENTRIES (FLASH_SECTOR / FLASH_ENTRY)

struct input {
	const uint8_t *at, *end;
};

static uint8_t take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static uint64_t take_number(struct input *in, int bytes)
{
	uint64_t number = 0;

	while (bytes-- > 0)
		number = number << 8 | take(in);
	return number;
}

/* An entry as a driver could have written it: any number but the last ones. */
static void put_whole(struct input *in, size_t at)
{
	uint8_t codes = take(in);
	struct flash_entry e = {
		.number = take_number(in, codes & 0x80 ? 8 : 1) >> 1,
		.owner = twin_code(codes % TWIN_CODES),
		.size = (uint32_t)take_number(in, codes & 0x40 ? 4 : 1),
	};
	struct vouch_code origin = twin_code(codes / TWIN_CODES % TWIN_CODES);

	memcpy(e.origin, origin.measurement, sizeof(e.origin));
	memset(e.data, take(in), sizeof(e.data));
	flash_put_entry(at, &e);
}

static void put_bytes(struct input *in, size_t at)
{
	size_t cnt = take_number(in, 2) % FLASH_ENTRY;

	for (size_t i = 0; i < cnt && at + i < sizeof(flash_bytes); i++)
		flash_bytes[at + i] = take(in);
}

static void put_same(struct input *in, size_t at)
{
	size_t cnt = take_number(in, 3) % FLASH_SECTOR;

	if (cnt > sizeof(flash_bytes) - at)
		cnt = sizeof(flash_bytes) - at;
	memset(flash_bytes + at, take(in), cnt);
}

static void fill(struct input *in)
{
	size_t cnt = take(in) % PUT_MAX;

	for (size_t i = 0; i < cnt; i++) {
		uint8_t how = take(in);
		size_t entry = take(in) % SECTOR_ENTRIES;
		size_t sector = 1 + how / 4u % (2 * FLASH_PLACES);
		size_t at = sector * FLASH_SECTOR + entry * FLASH_ENTRY;

		if (how % 4 < 2)
			put_whole(in, at);
		else if (how % 4 == 2)
			put_bytes(in, at + take(in));
		else
			put_same(in, at);
	}
	if (take(in) == 0xfe)
		put_bytes(in, 0);
}

static void read_back(struct vouch_code code, const uint8_t *wanted, size_t cnt)
{
	uint8_t data[VOUCH_PLACE_MAX];
	size_t size = sizeof(data);

	VCH_CHECK(!vouch_place_read(&code, data, &size));
	VCH_CHECK(size == cnt && !memcmp(data, wanted, cnt));
}

static void write_one(struct vouch_code code, struct input *in, bool forget)
{
	uint8_t data[VOUCH_PLACE_MAX + 1];
	size_t size = take_number(in, 2) % (sizeof(data) + 1);

	memset(data, take(in), sizeof(data));
	if (vouch_place_write(&code, data, size, forget))
		return;
	read_back(code, data, size);
	flash_boot();
	read_back(code, data, size);
}

/* What it had is the successor's, and not its own any more. */
static void give_one(struct vouch_code code, struct vouch_code to)
{
	uint8_t had[VOUCH_PLACE_MAX], data[VOUCH_PLACE_MAX];
	size_t size = sizeof(had), again = sizeof(data);

	if (vouch_place_read(&code, had, &size) ||
	    vouch_place_hand_over(&code, to.measurement, false) ||
	    vouch_place_hand_over(&code, to.measurement, true))
		return;
	flash_boot();
	to.uuid = code.uuid;
	read_back(to, had, size);
	/* unless this flash had two places of one owner */
	if (vouch_place_read(&code, data, &again))
		return;
	VCH_CHECK(vouch_place_hand_over(&to, code.measurement, false) ==
		  TEE_ERROR_ACCESS_CONFLICT);
}

static void count_one(uint32_t to)
{
	uint32_t was = 0, now = 0;

	if (nv_counter_get_ree_fs(&was) || nv_counter_incr_ree_fs_to(to))
		return;
	flash_boot();
	VCH_CHECK(!nv_counter_get_ree_fs(&now));
	VCH_CHECK(now == (to > was ? to : was));
}

static void one_op(void *arg)
{
	struct input *in = arg;
	uint8_t what = take(in);
	struct vouch_code code = twin_code(take(in) % TWIN_CODES);
	struct vouch_code to = twin_code(take(in) % TWIN_CODES);
	uint8_t data[VOUCH_PLACE_MAX];
	size_t size = take(in) * 8u;

	switch (what % 6) {
	case 0:
	case 1:
		write_one(code, in, what % 6);
		break;
	case 2:
		give_one(code, to);
		break;
	case 3:
		count_one((uint32_t)take_number(in, 4));
		break;
	case 4:
		if (!vouch_place_read(&code, data, &size))
			VCH_CHECK(size <= sizeof(data));
		break;
	default:
		flash_boot();
		plat_rng_init();
	}
	VCH_CHECK(flash_is_wiped());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};

	flash_seed(1);
	flash_make();
	fill(&in);
	flash_boot();
	for (int i = 0; i < OPS_MAX && in.at < in.end; i++) {
		flash_seen.reads = 0;
		if (flash_try(one_op, &in) == FLASH_PANIC)
			return 0;
		VCH_CHECK(flash_seen.reads < READS_MAX);
	}
	return 0;
}
