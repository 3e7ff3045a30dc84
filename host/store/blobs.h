/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealed secrets beside the log: one file for each account, <dir>/<hex id>.
 * Only the trusted application can open them; losing one loses the key in it.
 * Those used lately are kept in memory. Thread-safe.
 */
#ifndef HOST_STORE_BLOBS_H
#define HOST_STORE_BLOBS_H

#include "trusted/base/bytes.h"
#include "wire/gen/log.h"

struct vch_blobs;

/* Makes the folder (0700) if it is not there. VCH_FILE. */
VCH_MUST enum vch_err vch_blobs_open(struct vch_blobs **ret, const char *dir);
void vch_blobs_close(struct vch_blobs *blobs);

/* Durable when it returns; never half there. VCH_SIZE, VCH_FILE. */
VCH_MUST enum vch_err vch_blobs_put(struct vch_blobs *blobs,
				    const uint8_t id[20], struct vch_span blob);

/*
 * ret holds VCH_BLOB_MAX bytes. VCH_FILE if there is none or it is empty,
 * VCH_SIZE if it is too long to be one.
 */
VCH_MUST enum vch_err vch_blobs_get(struct vch_blobs *blobs, uint8_t *ret,
				    size_t *ret_len, const uint8_t id[20]);

/* One of several that are replaced together. */
struct vch_blob_file {
	uint8_t id[20];
	uint8_t bytes[VCH_BLOB_MAX];
	size_t len;
};

/* At most so many at once; all of them share one sync. */
#define VCH_BLOBS_REPLACE_MAX 512

/*
 * Replaces the blobs of ids that have one; each is the old or the new one at
 * any time, and the new ones are durable when it returns. VCH_FILE: some are
 * old, some are new.
 */
VCH_MUST enum vch_err vch_blobs_replace(struct vch_blobs *blobs,
					const struct vch_blob_file *file,
					size_t cnt);

/* The ids that have a blob, in no order; free() them. VCH_FILE. */
VCH_MUST enum vch_err vch_blobs_ids(struct vch_blobs *blobs,
				    uint8_t (**ret_ids)[20], size_t *ret_cnt);

/* Removes it: what could not be, is as good as not there for the TEE. */
void vch_blobs_drop(struct vch_blobs *blobs, const uint8_t id[20]);

#endif
