/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secure flash's driver when nothing fails: what it keeps, for whom, how
 * often it erases; what it finds in a flash that another hand wrote, the
 * factory's first of all. flash_cut_test.c takes its power away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "deploy/optee-qemu/flash_twin.h"

#define SECTOR_ENTRIES (FLASH_SECTOR / FLASH_ENTRY)
#define FACTORY "deploy/optee-qemu/flash_factory.py"
#define SEED_AT offsetof(struct vouch_fuses, seed)

static const uint8_t no_seed[64];

static int begin(void **state)
{
	(void)state;
	flash_seed(1);
	flash_make();
	return 0;
}

static TEE_Result put(uint8_t code, const void *data, size_t size, bool forget)
{
	struct vouch_code c = twin_code(code);

	return vouch_place_write(&c, data, size, forget);
}

static void assert_reads(uint8_t code, const void *wanted, size_t size)
{
	struct vouch_code c = twin_code(code);
	uint8_t data[VOUCH_PLACE_MAX];
	size_t got = sizeof(data);

	assert_int_equal(vouch_place_read(&c, data, &got), TEE_SUCCESS);
	assert_int_equal(got, size);
	assert_memory_equal(data, wanted, size);
}

static uint8_t *place_at(size_t place, size_t sector, size_t idx)
{
	return flash_bytes + FLASH_PLACES_AT +
	       (place * 2 + sector) * FLASH_SECTOR + idx * FLASH_ENTRY;
}

static uint64_t number_at(size_t place, size_t sector, size_t idx)
{
	uint64_t number;

	memcpy(&number, place_at(place, sector, idx) + 8, sizeof(number));
	return number;
}

/* ---- places ------------------------------------------------------------ */

static void test_every_size(void **state)
{
	uint8_t data[VOUCH_PLACE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 31 + i / 256);
	for (size_t size = 0; size <= VOUCH_PLACE_MAX;
	     size += size < 16 || size > VOUCH_PLACE_MAX - 16 ? 1 : 33) {
		assert_int_equal(put(1, data, size, size % 2), TEE_SUCCESS);
		assert_reads(1, data, size);
		flash_boot();
		assert_reads(1, data, size);
	}
	assert_int_equal(put(1, data, VOUCH_PLACE_MAX + 1, false),
			 TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(flash_seen.bits_set, 0);
}

static void test_short_buffer(void **state)
{
	struct vouch_code c = twin_code(1);
	uint8_t data[8] = "untouch";
	size_t size = 4;

	(void)state;
	assert_int_equal(put(1, "12345", 5, false), TEE_SUCCESS);
	assert_int_equal(vouch_place_read(&c, data, &size),
			 TEE_ERROR_SHORT_BUFFER);
	assert_memory_equal(data, "untouch", 8);
	size = 5;
	assert_int_equal(vouch_place_read(&c, data, &size), TEE_SUCCESS);
	assert_memory_equal(data, "12345ch", 8);
}

/* Six owners have room, and a seventh is told so. */
static void test_places_run_out(void **state)
{
	uint32_t count = 0;

	(void)state;
	assert_int_equal(nv_counter_get_ree_fs(&count), TEE_SUCCESS);
	assert_int_equal(count, 0);
	assert_int_equal(nv_counter_incr_ree_fs_to(9), TEE_SUCCESS);
	for (uint8_t code = 0; code < FLASH_PLACES; code++)
		assert_int_equal(put(code, &code, 1, false),
				 code < FLASH_PLACES - 1
					 ? TEE_SUCCESS
					 : TEE_ERROR_STORAGE_NO_SPACE);
	flash_boot();
	assert_int_equal(put(FLASH_PLACES, "", 0, true),
			 TEE_ERROR_STORAGE_NO_SPACE);
	for (uint8_t code = 0; code < FLASH_PLACES - 1; code++)
		assert_reads(code, &code, 1);
	assert_int_equal(nv_counter_get_ree_fs(&count), TEE_SUCCESS);
	assert_int_equal(count, 9);
}

/* What is no counter is not read as one. */
static void test_counter_of_another_size(void **state)
{
	struct flash_entry e = {
		.number = 1,
		.owner.measurement = "OP-TEE: counter of the storage",
		.size = 3,
	};
	uint32_t count = 77;

	(void)state;
	memcpy(e.origin, e.owner.measurement, sizeof(e.origin));
	flash_put_entry(FLASH_PLACES_AT, &e);
	assert_int_equal(nv_counter_get_ree_fs(&count),
			 TEE_ERROR_CORRUPT_OBJECT);
	assert_int_equal(nv_counter_incr_ree_fs_to(99),
			 TEE_ERROR_CORRUPT_OBJECT);
}

static TEE_Result give(uint8_t code, uint8_t to, bool really)
{
	struct vouch_code c = twin_code(code);
	struct vouch_code successor = twin_code(to);

	return vouch_place_hand_over(&c, successor.measurement, really);
}

static void assert_has_nothing(uint8_t code, TEE_Result why)
{
	struct vouch_code c = twin_code(code);
	uint8_t data[VOUCH_PLACE_MAX], origin[32];
	size_t size = sizeof(data);

	assert_int_equal(vouch_place_read(&c, data, &size), why);
	assert_int_equal(give(code, 7, true), why);
	if (why == TEE_ERROR_ITEM_NOT_FOUND)
		return;
	assert_int_equal(put(code, "", 0, false), why);
	assert_int_equal(vouch_place_origin(origin, &c), why);
}

static void test_owners(void **state)
{
	struct vouch_code c = twin_code(1);
	uint8_t origin[32];

	(void)state;
	assert_has_nothing(0, TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(put(0, "mine", 4, false), TEE_SUCCESS);
	assert_int_equal(put(4, "other", 5, false), TEE_SUCCESS);
	/* not to itself, nor to who has a place; looking changes nothing */
	assert_int_equal(give(0, 0, true), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(give(0, 4, true), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(give(0, 1, false), TEE_SUCCESS);
	assert_reads(0, "mine", 4);
	assert_has_nothing(1, TEE_ERROR_ITEM_NOT_FOUND);

	assert_int_equal(give(0, 1, true), TEE_SUCCESS);
	for (int start = 0; start < 2; start++) {
		assert_int_equal(vouch_place_origin(origin, &c), TEE_SUCCESS);
		assert_int_equal(origin[0], 0x30);
		assert_true(flash_is_wiped());
		assert_reads(1, "mine", 4);
		assert_has_nothing(0, TEE_ERROR_ACCESS_DENIED);
		assert_has_nothing(2, TEE_ERROR_ACCESS_DENIED);
		/* the other application is none of its business */
		assert_has_nothing(5, TEE_ERROR_ITEM_NOT_FOUND);
		assert_reads(4, "other", 5);
		flash_boot();
	}
	/* on, but never back to who began it */
	assert_int_equal(give(1, 0, true), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(give(1, 2, true), TEE_SUCCESS);
	assert_int_equal(put(2, "later", 5, true), TEE_SUCCESS);
	flash_boot();
	assert_reads(2, "later", 5);
	assert_has_nothing(1, TEE_ERROR_ACCESS_DENIED);
}

/* ---- the journal ------------------------------------------------------- */

/* Between them, two sectors are erased once in a sector's entries. */
static void test_wear(void **state)
{
	uint64_t *erased = &flash_seen.erased[1];

	(void)state;
	for (uint32_t i = 0; i < 4 * SECTOR_ENTRIES; i++)
		assert_int_equal(put(3, &i, sizeof(i), false), TEE_SUCCESS);
	assert_true(erased[0] + erased[1] <= 4);
	assert_true(erased[0] && erased[1]);
	/* forgetting costs one, too, while the power stays */
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(put(3, &i, sizeof(i), true), TEE_SUCCESS);
	assert_true(erased[0] + erased[1] <= 4 + 8);
	assert_int_equal(flash_seen.bits_set, 0);
}

/* The seed's clearing apart, looking costs nothing. */
static void test_reading_writes_nothing(void **state)
{
	uint64_t writes;

	(void)state;
	assert_int_equal(put(3, "x", 1, false), TEE_SUCCESS);
	flash_boot();
	assert_reads(3, "x", 1);
	writes = flash_seen.writes;
	assert_reads(3, "x", 1);
	assert_int_equal(give(3, 2, false), TEE_SUCCESS);
	assert_has_nothing(1, TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(nv_counter_incr_ree_fs_to(0), TEE_SUCCESS);
	assert_int_equal(flash_seen.writes, writes);
}

static struct flash_entry entry_of(uint8_t code, uint64_t number)
{
	struct flash_entry e = {.number = number,
				.owner = twin_code(code),
				.size = 4,
				.data = "back"};

	memcpy(e.origin, e.owner.measurement, sizeof(e.origin));
	return e;
}

/* The newest is the one with the highest number, wherever it stands. */
static void test_newest(void **state)
{
	struct flash_entry e = entry_of(2, 7);

	(void)state;
	memcpy(e.data, "good", 4);
	flash_put_entry(FLASH_PLACES_AT + FLASH_SECTOR + 3 * FLASH_ENTRY, &e);
	e = entry_of(2, 6);
	flash_put_entry(FLASH_PLACES_AT + FLASH_SECTOR + 5 * FLASH_ENTRY, &e);
	flash_put_entry(FLASH_PLACES_AT, &e);
	assert_reads(2, "good", 4);
	/* the older sector is gone; the next entry is where none was */
	assert_int_equal(*place_at(0, 0, 0), 0xff);
	assert_int_equal(put(2, "next", 4, false), TEE_SUCCESS);
	assert_int_equal(number_at(0, 1, 4), 8);
	assert_int_equal(put(2, "then", 4, false), TEE_SUCCESS);
	assert_int_equal(number_at(0, 1, 6), 9);
	flash_boot();
	assert_reads(2, "then", 4);
}

/* Any bit of an entry: then it is none, and the one before it counts. */
static void test_every_bit(void **state)
{
	struct vouch_code c = twin_code(2);
	uint8_t data[VOUCH_PLACE_MAX];
	size_t size = sizeof(data);

	(void)state;
	assert_int_equal(put(2, "first", 5, false), TEE_SUCCESS);
	assert_int_equal(put(2, "second", 6, false), TEE_SUCCESS);
	for (size_t bit = 0; bit < 2040 * 8; bit++) {
		uint8_t *byte = place_at(0, 0, 1) + bit / 8;

		*byte ^= (uint8_t)(1u << bit % 8);
		flash_boot();
		assert_reads(2, "first", 5);
		*byte ^= (uint8_t)(1u << bit % 8);
	}
	/* and while it runs, it is not read */
	flash_boot();
	assert_reads(2, "second", 6);
	*place_at(0, 0, 1) ^= 1;
	assert_int_equal(vouch_place_read(&c, data, &size),
			 TEE_ERROR_CORRUPT_OBJECT);
	assert_int_equal(give(2, 3, true), TEE_ERROR_CORRUPT_OBJECT);
}

/* ---- fuses and the factory --------------------------------------------- */

static void start_rng(void *arg)
{
	(void)arg;
	plat_rng_init();
}

static void test_seed(void **state)
{
	struct tee_hw_unique_key key;
	struct vouch_fuses fuses;

	(void)state;
	vouch_fuses_read(&fuses);
	assert_int_equal(tee_otp_get_hw_unique_key(&key), TEE_SUCCESS);
	assert_memory_equal(key.data, fuses.secret, sizeof(key.data));
	assert_int_equal(flash_try(start_rng, NULL), FLASH_RETURNED);
	assert_memory_equal(flash_seen.rng_seed, fuses.seed, 64);
	/* used once: whoever asks for a place clears it first */
	assert_has_nothing(0, TEE_ERROR_ITEM_NOT_FOUND);
	assert_memory_equal(flash_bytes + SEED_AT, no_seed, sizeof(no_seed));
	assert_memory_equal(flash_bytes, &fuses, SEED_AT);
	flash_boot();
	assert_int_equal(flash_try(start_rng, NULL), FLASH_PANIC);
	assert_string_equal(flash_seen.panic,
			    "no seed for the random generator");
	memset(flash_bytes + SEED_AT, 1, sizeof(no_seed));
	flash_boot();
	assert_int_equal(flash_try(start_rng, NULL), FLASH_RETURNED);
}

/* A board that no factory made does not start. */
static void test_no_fuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		flash_make();
		flash_bytes[i] ^= 0x10;
		assert_int_equal(flash_try(start_rng, NULL), FLASH_PANIC);
		assert_string_equal(flash_seen.panic,
				    "this device was never made: no fuses");
	}
}

struct image {
	char home[32];
	char said[1024];
};

static int factory(struct image *im, const char *what, const char *more)
{
	char line[2048];
	FILE *out;

	snprintf(line, sizeof(line), "python3 " FACTORY " %s %s %s", what,
		 im->home, more);
	out = popen(line, "r");
	assert_non_null(out);
	im->said[fread(im->said, 1, sizeof(im->said) - 1, out)] = '\0';
	return pclose(out);
}

/* The part of the image that is the driver's, from the file or into it. */
static void exchange(const struct image *im, bool store)
{
	char path[64];
	ssize_t done;
	int fd;

	snprintf(path, sizeof(path), "%s/flash.img", im->home);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	if (store)
		done = pwrite(fd, flash_bytes, sizeof(flash_bytes), FLASH_AT);
	else
		done = pread(fd, flash_bytes, sizeof(flash_bytes), FLASH_AT);
	assert_int_equal(done, sizeof(flash_bytes));
	close(fd);
	flash_boot();
}

static void put_hex(char *to, const char *name, const uint8_t *at, size_t size)
{
	to += strlen(to);
	to += sprintf(to, " %s=", name);
	for (size_t i = 0; i < size; i++)
		to += sprintf(to, "%02x", at[i]);
}

static void test_what_the_factory_made(void **state)
{
	struct image *im = *state;
	struct vouch_fuses fuses;
	char said[1024] = "";

	assert_int_equal(factory(im, "make", ""), 0);
	exchange(im, false);
	vouch_fuses_read(&fuses);
	put_hex(said, "secret", fuses.secret, sizeof(fuses.secret));
	put_hex(said, "attest_seed", fuses.attest_seed, 32);
	put_hex(said, "attest_key", fuses.attest_key, 32);
	put_hex(said, "certificate", fuses.certificate, 64);
	put_hex(said, "seed", fuses.seed, sizeof(fuses.seed));
	assert_int_equal(factory(im, "fuses", said), 0);
	/* its places are blank: nothing is to be erased before the first use */
	assert_int_equal(put(0, "a", 1, true), TEE_SUCCESS);
	for (size_t i = 0; i < FLASH_SECTORS; i++)
		assert_int_equal(flash_seen.erased[i], 0);
	/* and it hands out a seed for the next start, and no more than that */
	exchange(im, true);
	assert_int_equal(factory(im, "start", ""), 0);
	exchange(im, false);
	assert_memory_not_equal(flash_bytes + SEED_AT, no_seed, 64);
	assert_memory_not_equal(flash_bytes + SEED_AT, fuses.seed, 64);
	assert_memory_equal(flash_bytes, &fuses, SEED_AT);
	assert_int_equal(flash_try(start_rng, NULL), FLASH_RETURNED);
	assert_reads(0, "a", 1);
}

/* Whose places it sees: the newest entry's, in each. */
static void test_what_the_factory_reads(void **state)
{
	struct image *im = *state;
	char wanted[256] = "";

	assert_int_equal(factory(im, "make", ""), 0);
	assert_int_equal(factory(im, "owners", ""), 0);
	assert_string_equal(im->said, "\n");
	exchange(im, false);
	assert_int_equal(nv_counter_incr_ree_fs_to(5), TEE_SUCCESS);
	assert_int_equal(put(0, "a", 1, false), TEE_SUCCESS);
	assert_int_equal(give(0, 1, true), TEE_SUCCESS);
	assert_int_equal(put(4, "b", 1, false), TEE_SUCCESS);
	/* over 255 entries, on to the other sector */
	for (uint16_t i = 0; i < 2 * SECTOR_ENTRIES + 5; i++)
		assert_int_equal(put(1, &i, sizeof(i), false), TEE_SUCCESS);
	exchange(im, true);
	assert_int_equal(factory(im, "owners", ""), 0);
	memset(wanted, '3', 64);
	for (size_t i = 1; i < 64; i += 2)
		wanted[i] = '1';
	wanted[64] = '\n';
	memset(wanted + 65, '3', 64);
	for (size_t i = 66; i < 129; i += 2)
		wanted[i] = '4';
	wanted[129] = '\n';
	assert_string_equal(im->said, wanted);
}

static int make_home(void **state)
{
	static struct image im;

	snprintf(im.home, sizeof(im.home), "/tmp/vouch-flash-XXXXXX");
	*state = &im;
	return mkdtemp(im.home) ? begin(state) : -1;
}

static int drop_home(void **state)
{
	const struct image *im = *state;
	char line[64];

	snprintf(line, sizeof(line), "rm -r %s", im->home);
	return system(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_every_size, begin),
		cmocka_unit_test_setup(test_short_buffer, begin),
		cmocka_unit_test_setup(test_places_run_out, begin),
		cmocka_unit_test_setup(test_counter_of_another_size, begin),
		cmocka_unit_test_setup(test_owners, begin),
		cmocka_unit_test_setup(test_wear, begin),
		cmocka_unit_test_setup(test_reading_writes_nothing, begin),
		cmocka_unit_test_setup(test_newest, begin),
		cmocka_unit_test_setup(test_every_bit, begin),
		cmocka_unit_test_setup(test_seed, begin),
		cmocka_unit_test_setup(test_no_fuses, begin),
		cmocka_unit_test_setup_teardown(test_what_the_factory_made,
						make_home, drop_home),
		cmocka_unit_test_setup_teardown(test_what_the_factory_reads,
						make_home, drop_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
