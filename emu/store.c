/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/fault.h"
#include "trusted/base/bytes.h"
#include "trusted/base/check.h"
#include "trusted/base/ct.h"
#include "trusted/crypto/hmac.h"

#define MAGIC "VCHSTOR1"
#define MAGIC_SIZE 8
#define TAG_SIZE VCH_HMAC_SHA256_SIZE
#define TAG_AT (VCH_STORAGE_SLOT - TAG_SIZE)
#define OBJECT_SIZE (1 + VCH_STORE_ID_MAX + 2 + VCH_STORE_DATA_MAX)

_Static_assert(MAGIC_SIZE + 8 + VCH_STORE_OBJECTS_MAX * OBJECT_SIZE <= TAG_AT,
	       "an image fits into a slot");

/* The test flavour keeps one more slot behind the two (fault.c). */
#ifdef VCH_FAULTS
#define FILE_SIZE_MAX (VCH_STORAGE_SIZE + VCH_STORAGE_SLOT)
#else
#define FILE_SIZE_MAX VCH_STORAGE_SIZE
#endif

struct vch_store_slot {
	uint8_t secret[VCH_STORAGE_SLOT];
};
VCH_SECRET(store_slot)

enum slot_kind {
	SLOT_BAD,
	SLOT_BLANK,
	SLOT_GOOD,
};

static void tag_make(uint8_t tag[TAG_SIZE], const struct vch_store *store,
		     const struct vch_store_slot *slot)
{
	vch_hmac_sha256_mac(
		tag,
		vch_span(store->secret_mac_key, sizeof(store->secret_mac_key)),
		vch_span(slot->secret, TAG_AT));
}

static void slot_encode(struct vch_store_slot *ret,
			const struct vch_store *store,
			const struct vch_store_image *image)
{
	struct vch_writer w = vch_writer(ret->secret, TAG_AT);

	memset(ret, 0, sizeof(*ret));
	vch_write_bytes(&w, MAGIC, MAGIC_SIZE);
	vch_write_u64(&w, image->seq);
	for (size_t i = 0; i < VCH_STORE_OBJECTS_MAX; i++) {
		const struct vch_store_object *object = &image->objects[i];

		vch_write_u8(&w, object->id_len);
		vch_write_bytes(&w, object->id, sizeof(object->id));
		vch_write_u16(&w, object->len);
		vch_write_bytes(&w, object->secret_data,
				sizeof(object->secret_data));
	}
	VCH_CHECK(!w.bad);
	tag_make(ret->secret + TAG_AT, store, ret);
}

static bool slot_is_blank(const struct vch_store_slot *slot)
{
	return memcmp(slot->secret, VCH_STORAGE_BLANK, MAGIC_SIZE) == 0 &&
	       vch_ct_is_zero(slot->secret + MAGIC_SIZE,
			      sizeof(slot->secret) - MAGIC_SIZE);
}

/* The tag is checked first, so what follows was written by slot_encode. */
static enum slot_kind slot_decode(struct vch_store_image *ret,
				  const struct vch_store *store,
				  const struct vch_store_slot *slot)
{
	struct vch_reader r = vch_reader(vch_span(slot->secret, TAG_AT));
	uint8_t tag[TAG_SIZE];

	if (slot_is_blank(slot))
		return SLOT_BLANK;
	tag_make(tag, store, slot);
	if (!vch_ct_equal(tag, slot->secret + TAG_AT, TAG_SIZE) ||
	    memcmp(slot->secret, MAGIC, MAGIC_SIZE) != 0)
		return SLOT_BAD;
	vch_read_span(&r, MAGIC_SIZE);
	ret->seq = vch_read_u64(&r);
	for (size_t i = 0; i < VCH_STORE_OBJECTS_MAX; i++) {
		struct vch_store_object *object = &ret->objects[i];

		object->id_len = vch_read_u8(&r);
		vch_read_bytes(&r, object->id, sizeof(object->id));
		object->len = vch_read_u16(&r);
		vch_read_bytes(&r, object->secret_data,
			       sizeof(object->secret_data));
		VCH_CHECK(object->id_len <= VCH_STORE_ID_MAX &&
			  object->len <= VCH_STORE_DATA_MAX);
	}
	VCH_CHECK(!r.bad);
	return SLOT_GOOD;
}

static enum vch_err bytes_write(int fd, off_t at, const uint8_t *in, size_t len)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, in, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return VCH_STORAGE;
		in += n;
		at += n;
		len -= (size_t)n;
	}
	return fdatasync(fd) == 0 ? VCH_OK : VCH_STORAGE;
}

static enum vch_err slots_write(int fd, const struct vch_store_slot *slot)
{
	VCH_TRY(bytes_write(fd, 0, slot->secret, sizeof(slot->secret)));
	return bytes_write(fd, VCH_STORAGE_SLOT, slot->secret,
			   sizeof(slot->secret));
}

static enum vch_err slot_read(struct vch_store_slot *ret, int fd, off_t at)
{
	size_t have = 0;

	while (have < sizeof(ret->secret)) {
		ssize_t n = pread(fd, ret->secret + have,
				  sizeof(ret->secret) - have, at + (off_t)have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return VCH_STORAGE;
		have += (size_t)n;
	}
	return VCH_OK;
}

static enum vch_err size_check(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return VCH_STORAGE;
	if (st.st_size != VCH_STORAGE_SIZE && st.st_size != FILE_SIZE_MAX)
		return VCH_CORRUPT;
	return VCH_OK;
}

static enum vch_err load(struct vch_store *store)
{
	VCH_AUTO(store_slot) first, second;
	VCH_AUTO(store_image) a = {0}, b = {0};
	enum slot_kind kind_a, kind_b;

	VCH_TRY(slot_read(&first, store->fd, 0));
	VCH_TRY(slot_read(&second, store->fd, VCH_STORAGE_SLOT));
	kind_a = slot_decode(&a, store, &first);
	kind_b = slot_decode(&b, store, &second);
	if (kind_a != SLOT_GOOD && kind_b != SLOT_GOOD) {
		memset(&store->image, 0, sizeof(store->image));
		return kind_b == SLOT_BLANK ? VCH_OK : VCH_CORRUPT;
	}
	if (kind_a == kind_b && memcmp(&first, &second, sizeof(first)) == 0) {
		store->image = a;
		return VCH_OK;
	}
	/* a commit was cut off: finish it, or its undoing, in both slots */
	if (kind_a == SLOT_GOOD && (kind_b != SLOT_GOOD || a.seq >= b.seq)) {
		store->image = a;
		return slots_write(store->fd, &first);
	}
	store->image = b;
	return slots_write(store->fd, &second);
}

/* The lock is this open file's: whoever dies has let go of it. */
static bool lock(int fd, short type)
{
	struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
	int rc;

	do {
		rc = fcntl(fd, F_OFD_SETLKW, &whole);
	} while (rc != 0 && errno == EINTR);
	return rc == 0;
}

void vch_store_enter(struct vch_store *store)
{
	if (!lock(store->fd, F_WRLCK))
		store->state = VCH_STORAGE;
	if (store->state == VCH_OK)
		store->state = load(store);
}

void vch_store_leave(struct vch_store *store)
{
	VCH_CHECK(lock(store->fd, F_UNLCK));
}

void vch_store_open(struct vch_store *ret, int fd,
		    const struct vch_device *device)
{
	static const char label[] = "vouch emulated storage key";

	memset(ret, 0, sizeof(*ret));
	ret->fd = fd;
	vch_hmac_sha256_mac(ret->secret_mac_key,
			    vch_span(device->secret, sizeof(device->secret)),
			    vch_span(label, sizeof(label) - 1));
	vch_fault_start(fd);
	ret->state = size_check(fd);
	vch_store_enter(ret);
	vch_store_leave(ret);
}

/* What a test asked to go wrong with this write; VCH_OK: go on. */
static enum vch_err faulty_write(int fd, const struct vch_store_slot *slot,
				 bool *ret_lost)
{
	enum vch_err err;

	switch (vch_fault_write()) {
	case VCH_FAULT_WRITE_NONE:
		vch_fault_keep(fd);
		break;
	case VCH_FAULT_WRITE_FAIL:
		return VCH_STORAGE;
	case VCH_FAULT_WRITE_TEAR:
		err = bytes_write(fd, 0, slot->secret, VCH_STORAGE_SLOT / 2);
		vch_fault_die();
		return err;
	case VCH_FAULT_WRITE_LOSE:
		*ret_lost = true;
		break;
	}
	return VCH_OK;
}

enum vch_err vch_store_commit(struct vch_store *store,
			      const struct vch_store_image *image)
{
	VCH_AUTO(store_image) next = *image;
	VCH_AUTO(store_slot) slot;
	bool lost = false;
	enum vch_err err;

	VCH_TRY(store->state);
	next.seq = store->image.seq + 1;
	slot_encode(&slot, store, &next);
	err = faulty_write(store->fd, &slot, &lost);
	if (err == VCH_OK && !lost)
		err = slots_write(store->fd, &slot);
	if (err != VCH_OK) {
		store->state = err;
		return err;
	}
	store->image = next;
	return VCH_OK;
}
