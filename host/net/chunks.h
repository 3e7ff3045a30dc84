/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A body in chunks (RFC 9112, 7.1), taken apart as it comes, strictly: sizes
 * in hex without sign or blank, CR LF after each line and chunk. Extensions
 * and trailers are bounded and not kept. Pure.
 */
#ifndef HOST_NET_CHUNKS_H
#define HOST_NET_CHUNKS_H

#include <stdbool.h>

#include "trusted/base/bytes.h"

struct vch_chunks {
	uint8_t state;	/* zero at the start */
	bool has_digit; /* of the size */
	uint32_t extra; /* bytes of extensions and trailers */
	uint64_t left;	/* of the chunk */
};

/*
 * Takes from the front of *in: *ret is the next piece of the body, empty if
 * there is none in it. VCH_FORMAT if it is not in the one form.
 */
VCH_MUST enum vch_err vch_chunks_take(struct vch_chunks *chunks,
				      struct vch_span *ret,
				      struct vch_span *in);

/* True once the last chunk and what may follow it were taken. */
bool vch_chunks_done(const struct vch_chunks *chunks);

#endif
