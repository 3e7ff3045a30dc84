/* SPDX-License-Identifier: Apache-2.0 */
/* The GP calls and the store behind them, in one process, on a real file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pta_system.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/gp.h"

#define RW (TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE)
#define RWM (RW | TEE_DATA_FLAG_ACCESS_WRITE_META)

static const struct vch_device device_a = {{0xa0, 1, 2, 3}};
static const struct vch_device device_b = {{0xb0, 1, 2, 3}};

struct storage {
	int fd;
	char path[32];
};

static int storage_make(void **state)
{
	static struct storage storage;
	uint8_t blank[VCH_STORAGE_SIZE] = {0};

	strcpy(storage.path, "/tmp/vouch-store-XXXXXX");
	memcpy(blank, VCH_STORAGE_BLANK, 8);
	memcpy(blank + VCH_STORAGE_SLOT, VCH_STORAGE_BLANK, 8);
	storage.fd = mkstemp(storage.path);
	if (storage.fd < 0 ||
	    write(storage.fd, blank, sizeof(blank)) != sizeof(blank))
		return -1;
	vch_gp_start(&device_a, storage.fd);
	*state = &storage;
	return 0;
}

static int storage_remove(void **state)
{
	struct storage *storage = *state;

	close(storage->fd);
	unlink(storage->path);
	return 0;
}

static TEE_Result put(const char *id, const void *data, size_t len)
{
	return TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, id, strlen(id),
					  RW | TEE_DATA_FLAG_OVERWRITE,
					  TEE_HANDLE_NULL, data, len, NULL);
}

static TEE_Result get(const char *id, void *data, size_t max, size_t *len)
{
	TEE_ObjectHandle object;
	TEE_Result result = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id,
						     strlen(id), RW, &object);

	if (result == TEE_SUCCESS)
		result = TEE_ReadObjectData(object, data, max, len);
	TEE_CloseObject(object);
	return result;
}

static void assert_stored(const char *id, const char *text)
{
	char data[VCH_STORE_DATA_MAX];
	size_t len = 0;

	assert_int_equal(get(id, data, sizeof(data), &len), TEE_SUCCESS);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(data, text, len);
}

static void assert_open_says(TEE_Result want)
{
	char data[8];
	size_t len;

	assert_int_equal(get("generation", data, sizeof(data), &len), want);
}

/* True if the bytes of text stand anywhere in the file. */
static bool file_has(const struct storage *storage, const char *text)
{
	uint8_t file[2 * VCH_STORAGE_SIZE];
	ssize_t len = pread(storage->fd, file, sizeof(file), 0);

	/* behind the two slots the test flavour keeps the last image */
	if (len > VCH_STORAGE_SIZE)
		len = VCH_STORAGE_SIZE;
	assert_true(len > 0);
	return memmem(file, (size_t)len, text, strlen(text)) != NULL;
}

static void objects_are_kept(void **state)
{
	const struct storage *storage = *state;

	assert_open_says(TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(put("generation", "first", 5), TEE_SUCCESS);
	assert_int_equal(put("other", "", 0), TEE_SUCCESS);
	assert_stored("generation", "first");
	vch_gp_start(&device_a, storage->fd);
	assert_stored("generation", "first");
	assert_stored("other", "");
	assert_open_says(TEE_SUCCESS);
}

static void what_is_replaced_is_overwritten(void **state)
{
	const struct storage *storage = *state;
	TEE_ObjectHandle object;

	assert_int_equal(put("generation", "old-secret-1", 12), TEE_SUCCESS);
	assert_true(file_has(storage, "old-secret-1"));
	assert_int_equal(put("generation", "new", 3), TEE_SUCCESS);
	assert_false(file_has(storage, "old-secret-1"));
	assert_int_equal(put("generation", "old-secret-2", 12), TEE_SUCCESS);
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE,
						  "generation", 10, RWM,
						  &object),
			 TEE_SUCCESS);
	assert_int_equal(TEE_TruncateObjectData(object, 3), TEE_SUCCESS);
	assert_false(file_has(storage, "secret-2"));
	assert_int_equal(TEE_CloseAndDeletePersistentObject1(object),
			 TEE_SUCCESS);
	assert_false(file_has(storage, "generation"));
	assert_open_says(TEE_ERROR_ITEM_NOT_FOUND);
}

static void reads_writes_and_seeks(void **state)
{
	TEE_ObjectHandle object;
	char data[16];
	size_t len;

	(void)state;
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "o", 1,
						    RW, TEE_HANDLE_NULL,
						    "abcdef", 6, &object),
			 TEE_SUCCESS);
	assert_int_equal(TEE_ReadObjectData(object, data, 4, &len), 0);
	assert_int_equal(len, 4);
	assert_int_equal(TEE_ReadObjectData(object, data, 4, &len), 0);
	assert_int_equal(len, 2);
	assert_int_equal(TEE_SeekObjectData(object, -2, TEE_DATA_SEEK_END), 0);
	assert_int_equal(TEE_WriteObjectData(object, "XYZ", 3), TEE_SUCCESS);
	assert_int_equal(TEE_SeekObjectData(object, -99, TEE_DATA_SEEK_CUR), 0);
	assert_int_equal(TEE_ReadObjectData(object, data, 16, &len), 0);
	assert_int_equal(len, 7);
	assert_memory_equal(data, "abcdXYZ", 7);
	/* past the end: a gap of zeros */
	assert_int_equal(TEE_SeekObjectData(object, 2, TEE_DATA_SEEK_CUR), 0);
	assert_int_equal(TEE_WriteObjectData(object, "!", 1), TEE_SUCCESS);
	assert_int_equal(TEE_SeekObjectData(object, 6, TEE_DATA_SEEK_SET), 0);
	assert_int_equal(TEE_ReadObjectData(object, data, 16, &len), 0);
	assert_int_equal(len, 4);
	assert_memory_equal(data, "Z\0\0!", 4);
	TEE_CloseObject(object);
}

static void bounds_hold(void **state)
{
	static const uint8_t large[VCH_STORE_DATA_MAX + 1];
	TEE_ObjectHandle object, second;
	char name[2] = "a";

	(void)state;
	assert_int_equal(put("o", large, sizeof(large)),
			 TEE_ERROR_STORAGE_NO_SPACE);
	assert_int_equal(put("o", large, VCH_STORE_DATA_MAX), TEE_SUCCESS);
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "o", 1,
						  RW, &object),
			 TEE_SUCCESS);
	assert_int_equal(TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "o", 1,
						  RW, &second),
			 TEE_ERROR_ACCESS_CONFLICT);
	assert_null(second);
	assert_int_equal(put("o", "x", 1), TEE_ERROR_ACCESS_CONFLICT);
	assert_int_equal(TEE_WriteObjectData(object, large, sizeof(large)),
			 TEE_ERROR_STORAGE_NO_SPACE);
	assert_int_equal(
		TEE_SeekObjectData(object, INTMAX_MAX, TEE_DATA_SEEK_CUR),
		TEE_ERROR_OVERFLOW);
	assert_int_equal(TEE_SeekObjectData(object, TEE_DATA_MAX_POSITION,
					    TEE_DATA_SEEK_SET),
			 TEE_SUCCESS);
	assert_int_equal(TEE_WriteObjectData(object, large, 1),
			 TEE_ERROR_STORAGE_NO_SPACE);
	assert_int_equal(TEE_TruncateObjectData(object, sizeof(large)),
			 TEE_ERROR_STORAGE_NO_SPACE);
	TEE_CloseObject(object);
	assert_int_equal(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "o", 1,
						    RW, TEE_HANDLE_NULL, NULL,
						    0, NULL),
			 TEE_ERROR_ACCESS_CONFLICT);
	for (int i = 1; i < VCH_STORE_OBJECTS_MAX; i++, name[0]++)
		assert_int_equal(put(name, name, 1), TEE_SUCCESS);
	assert_int_equal(put(name, name, 1), TEE_ERROR_STORAGE_NO_SPACE);
	assert_int_equal(TEE_OpenPersistentObject(2, "o", 1, RW, &object),
			 TEE_ERROR_ITEM_NOT_FOUND);
}

/* The file as it is after every possible place of a cut during a commit. */
static void every_tear_leaves_old_or_new(void **state)
{
	const struct storage *storage = *state;
	uint8_t before[VCH_STORAGE_SIZE], after[VCH_STORAGE_SIZE];
	const int fd = storage->fd;

	assert_int_equal(put("generation", "old", 3), TEE_SUCCESS);
	assert_int_equal(pread(fd, before, sizeof(before), 0), sizeof(before));
	assert_int_equal(put("generation", "new", 3), TEE_SUCCESS);
	assert_int_equal(pread(fd, after, sizeof(after), 0), sizeof(after));
	for (size_t cut = 0; cut <= sizeof(after); cut += 61) {
		bool is_new = cut >= VCH_STORAGE_SLOT;

		assert_int_equal(pwrite(fd, before, sizeof(before), 0),
				 sizeof(before));
		assert_int_equal(pwrite(fd, after, cut, 0), cut);
		vch_gp_start(&device_a, fd);
		assert_stored("generation", is_new ? "new" : "old");
		/* and the start has made both slots the same again */
		assert_false(file_has(storage, is_new ? "old" : "new"));
	}
}

static void every_tear_of_the_first_write(void **state)
{
	const struct storage *storage = *state;
	uint8_t before[VCH_STORAGE_SIZE], after[VCH_STORAGE_SIZE];
	const int fd = storage->fd;

	assert_int_equal(pread(fd, before, sizeof(before), 0), sizeof(before));
	assert_int_equal(put("generation", "new", 3), TEE_SUCCESS);
	assert_int_equal(pread(fd, after, sizeof(after), 0), sizeof(after));
	for (size_t cut = 0; cut <= sizeof(after); cut += 61) {
		assert_int_equal(pwrite(fd, before, sizeof(before), 0),
				 sizeof(before));
		assert_int_equal(pwrite(fd, after, cut, 0), cut);
		vch_gp_start(&device_a, fd);
		if (cut < VCH_STORAGE_SLOT)
			assert_open_says(TEE_ERROR_ITEM_NOT_FOUND);
		else
			assert_stored("generation", "new");
	}
}

static void flip(int fd, off_t at)
{
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

/* Damage is corrupt, for opening and for making, and is left as it is. */
static void assert_corrupt(const struct storage *storage)
{
	vch_gp_start(&device_a, storage->fd);
	assert_open_says(TEE_ERROR_CORRUPT_OBJECT);
	assert_int_equal(put("generation", "x", 1), TEE_ERROR_CORRUPT_OBJECT);
	vch_gp_start(&device_a, storage->fd);
	assert_open_says(TEE_ERROR_CORRUPT_OBJECT);
}

static void one_bad_slot_is_mended(void **state)
{
	const struct storage *storage = *state;

	assert_int_equal(put("generation", "kept", 4), TEE_SUCCESS);
	for (off_t at = 0; at < VCH_STORAGE_SIZE; at += 97) {
		flip(storage->fd, at);
		vch_gp_start(&device_a, storage->fd);
		assert_stored("generation", "kept");
	}
}

static void two_bad_slots_are_corrupt(void **state)
{
	const struct storage *storage = *state;

	assert_int_equal(put("generation", "gone", 4), TEE_SUCCESS);
	for (off_t at = 0; at < VCH_STORAGE_SLOT; at += 97) {
		flip(storage->fd, at);
		flip(storage->fd, VCH_STORAGE_SLOT + at);
		assert_corrupt(storage);
		flip(storage->fd, at);
		flip(storage->fd, VCH_STORAGE_SLOT + at);
		vch_gp_start(&device_a, storage->fd);
		assert_stored("generation", "gone");
	}
}

static void other_files_are_corrupt(void **state)
{
	static const off_t sizes[] = {VCH_STORAGE_SIZE - 1, VCH_STORAGE_SLOT, 1,
				      0, VCH_STORAGE_SIZE};
	const struct storage *storage = *state;

	assert_int_equal(put("generation", "mine", 4), TEE_SUCCESS);
	/* of another device */
	vch_gp_start(&device_b, storage->fd);
	assert_open_says(TEE_ERROR_CORRUPT_OBJECT);
	vch_gp_start(&device_a, storage->fd);
	assert_stored("generation", "mine");
	/* cut off; at last of the right size again, but zeros */
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(ftruncate(storage->fd, sizes[i]), 0);
		assert_corrupt(storage);
	}
}

/* A write that the kernel refuses ends the store for this start. */
static void failed_write_is_final(void **state)
{
	const struct storage *storage = *state;
	int keep = dup(storage->fd);
	int read_only;

	assert_int_equal(put("generation", "old", 3), TEE_SUCCESS);
	read_only = open(storage->path, O_RDONLY);
	assert_true(read_only >= 0);
	assert_int_equal(dup2(read_only, storage->fd), storage->fd);
	assert_int_equal(put("generation", "new", 3),
			 TEE_ERROR_STORAGE_NOT_AVAILABLE);
	assert_int_equal(dup2(keep, storage->fd), storage->fd);
	assert_open_says(TEE_ERROR_STORAGE_NOT_AVAILABLE);
	assert_int_equal(put("generation", "new", 3),
			 TEE_ERROR_STORAGE_NOT_AVAILABLE);
	vch_gp_start(&device_a, storage->fd);
	assert_stored("generation", "old");
	close(read_only);
	close(keep);
}

static TEE_Result derive(const char *extra, size_t extra_len, void *key,
			 size_t key_len)
{
	static const TEE_UUID system_uuid = PTA_SYSTEM_UUID;
	TEE_TASessionHandle session;
	TEE_Param params[TEE_NUM_PARAMS];
	TEE_Result result;

	memset(params, 0, sizeof(params));
	params[0].memref.buffer = (void *)(uintptr_t)extra;
	params[0].memref.size = extra_len;
	params[1].memref.buffer = key;
	params[1].memref.size = key_len;
	result = TEE_OpenTASession(&system_uuid, TEE_TIMEOUT_INFINITE, 0, NULL,
				   &session, NULL);
	assert_int_equal(result, TEE_SUCCESS);
	result = TEE_InvokeTACommand(
		session, TEE_TIMEOUT_INFINITE, PTA_SYSTEM_DERIVE_TA_UNIQUE_KEY,
		TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INPUT,
				TEE_PARAM_TYPE_MEMREF_OUTPUT,
				TEE_PARAM_TYPE_NONE, TEE_PARAM_TYPE_NONE),
		params, NULL);
	TEE_CloseTASession(session);
	return result;
}

static void unique_key_is_unique(void **state)
{
	static const char extra[1025];
	const struct storage *storage = *state;
	uint8_t a[32], again[32], other[32];

	assert_int_equal(derive("seal", 4, a, 32), TEE_SUCCESS);
	assert_int_equal(derive("seal", 4, again, 32), TEE_SUCCESS);
	assert_memory_equal(a, again, 32);
	assert_int_equal(derive("tags", 4, other, 32), TEE_SUCCESS);
	assert_memory_not_equal(a, other, 32);
	assert_int_equal(derive("seal\0", 5, other, 32), TEE_SUCCESS);
	assert_memory_not_equal(a, other, 32);
	assert_int_equal(derive(NULL, 0, other, 32), TEE_SUCCESS);
	assert_memory_not_equal(a, other, 32);
	vch_gp_start(&device_b, storage->fd);
	assert_int_equal(derive("seal", 4, other, 32), TEE_SUCCESS);
	assert_memory_not_equal(a, other, 32);
	/* OP-TEE's bounds */
	assert_int_equal(derive(extra, 1024, a, 16), TEE_SUCCESS);
	assert_int_equal(derive(extra, 1025, a, 32), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(derive("x", 1, a, 15), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(derive("x", 1, a, 33), TEE_ERROR_BAD_PARAMETERS);
}

static void no_other_application(void **state)
{
	TEE_UUID other = PTA_SYSTEM_UUID;
	TEE_TASessionHandle session;
	uint32_t origin = 0;

	(void)state;
	other.clockSeqAndNode[7] ^= 1;
	assert_int_equal(
		TEE_OpenTASession(&other, 0, 0, NULL, &session, &origin),
		TEE_ERROR_ITEM_NOT_FOUND);
	assert_int_equal(origin, TEE_ORIGIN_API);
	assert_null(session);
}

static void random_does_not_repeat(void **state)
{
	static uint8_t draws[256][32];

	(void)state;
	for (size_t i = 0; i < 256; i++) {
		TEE_GenerateRandom(draws[i], sizeof(draws[i]));
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(draws[i], draws[j], 32);
	}
}

static void clocks_and_description(void **state)
{
	TEE_Time before, after;
	char text[64];
	size_t len = sizeof(text);

	(void)state;
	TEE_GetSystemTime(&before);
	TEE_GetSystemTime(&after);
	assert_true(after.seconds * 1000ull + after.millis >=
		    before.seconds * 1000ull + before.millis);
	TEE_GetREETime(&after);
	assert_true(after.seconds > 1700000000 && after.millis < 1000);
	assert_int_equal(TEE_GetPropertyAsString(TEE_PROPSET_TEE_IMPLEMENTATION,
						 "gpd.tee.description", text,
						 &len),
			 TEE_SUCCESS);
	assert_non_null(strstr(text, "EMULATED"));
	assert_int_equal(len, strlen(text) + 1);
	len--;
	assert_int_equal(TEE_GetPropertyAsString(TEE_PROPSET_TEE_IMPLEMENTATION,
						 "gpd.tee.description", text,
						 &len),
			 TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(TEE_GetPropertyAsString(TEE_PROPSET_TEE_IMPLEMENTATION,
						 "gpd.x", text, &len),
			 TEE_ERROR_ITEM_NOT_FOUND);
}

static void misuse_read(void)
{
	size_t len;

	TEE_ReadObjectData(TEE_HANDLE_NULL, NULL, 0, &len);
}

static void misuse_name(void)
{
	TEE_ObjectHandle object;

	TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, "", 0, RW, &object);
}

static void misuse_rights(void)
{
	TEE_ObjectHandle object;

	TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "r", 1,
				   TEE_DATA_FLAG_ACCESS_READ, TEE_HANDLE_NULL,
				   NULL, 0, &object);
	TEE_WriteObjectData(object, "x", 1);
}

static void misuse_session(void)
{
	TEE_Param params[TEE_NUM_PARAMS];

	memset(params, 0, sizeof(params));
	TEE_InvokeTACommand(TEE_HANDLE_NULL, 0, 0, 0, params, NULL);
}

/* Wrong use of the API is a programming error: it ends the process. */
static void misuse_panics(void **state)
{
	static void (*const misuses[])(void) = {misuse_read, misuse_name,
						misuse_rights, misuse_session};

	(void)state;
	for (size_t i = 0; i < sizeof(misuses) / sizeof(misuses[0]); i++) {
		int status;
		pid_t child = fork();

		if (child == 0) {
			misuses[i]();
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(WEXITSTATUS(status), VCH_EXIT_PANIC);
	}
}

#define STORE_TEST(f)                                                          \
	cmocka_unit_test_setup_teardown(f, storage_make, storage_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(objects_are_kept),
		STORE_TEST(what_is_replaced_is_overwritten),
		STORE_TEST(reads_writes_and_seeks),
		STORE_TEST(bounds_hold),
		STORE_TEST(every_tear_leaves_old_or_new),
		STORE_TEST(every_tear_of_the_first_write),
		STORE_TEST(one_bad_slot_is_mended),
		STORE_TEST(two_bad_slots_are_corrupt),
		STORE_TEST(other_files_are_corrupt),
		STORE_TEST(failed_write_is_final),
		STORE_TEST(unique_key_is_unique),
		STORE_TEST(no_other_application),
		STORE_TEST(random_does_not_repeat),
		STORE_TEST(clocks_and_description),
		STORE_TEST(misuse_panics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
