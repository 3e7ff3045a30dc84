/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secure storage of the emulated TEE: a few small objects in one file,
 * outside log and backup.
 *
 * The file is two slots of 4 KiB, each a whole image: magic(8) ‖ sequence(8)
 * ‖ six objects ‖ zeros ‖ HMAC-SHA-256(32) under a key made from the device
 * secret. A commit writes and syncs slot 0, then slot 1: a tear leaves one
 * good slot, and what was replaced is overwritten in both. Objects are
 * secret; the file is protected by its mode and nothing else, which is what
 * EMULATED says.
 *
 * Several processes may share the file: what each does with it stands between
 * enter and leave, one process at a time. One that dies in between leaves a
 * tear at most, which the next one mends.
 */
#ifndef EMU_STORE_H
#define EMU_STORE_H

#include <stdint.h>

#include "emu/pipe.h"
#include "trusted/base/err.h"
#include "trusted/base/wipe.h"

#define VCH_STORE_OBJECTS_MAX 6
#define VCH_STORE_ID_MAX 64
#define VCH_STORE_DATA_MAX 512

/* What makes this device itself; everything it derives comes from here. */
struct vch_device {
	uint8_t secret[VCH_DEVICE_SECRET_SIZE];
};
VCH_SECRET(device)

/* id_len 0: no object here. Bytes past id_len and len are zero. */
struct vch_store_object {
	uint8_t id[VCH_STORE_ID_MAX];
	uint8_t id_len;
	uint16_t len;
	uint8_t secret_data[VCH_STORE_DATA_MAX];
};

struct vch_store_image {
	uint64_t seq;
	struct vch_store_object objects[VCH_STORE_OBJECTS_MAX];
};
VCH_SECRET(store_image)

struct vch_store {
	int fd;
	enum vch_err state; /* OK, CORRUPT, STORAGE: what each use says */
	uint8_t secret_mac_key[32];
	struct vch_store_image image;
};

/*
 * Reads the file (fd: read and write; stays the caller's) and brings both
 * slots to the newer image. Never fails: what is wrong stands in ret->state:
 *	VCH_CORRUPT	no slot is good or new, or the size is not the format's
 *	VCH_STORAGE	the file could not be read or written
 */
void vch_store_open(struct vch_store *ret, int fd,
		    const struct vch_device *device);

/*
 * Waits for the others that use the file, then reads what they left. Never
 * fails: ret->state as above. Calls do not nest.
 */
void vch_store_enter(struct vch_store *store);
void vch_store_leave(struct vch_store *store);

/*
 * Between enter and leave.
 * Makes image, with the next sequence number, the store's content; durable
 * on VCH_OK, else as before. A store whose write failed is VCH_STORAGE for
 * ever after: whether it holds the old or the new shows at the next start.
 */
VCH_MUST enum vch_err vch_store_commit(struct vch_store *store,
				       const struct vch_store_image *image);

#endif
