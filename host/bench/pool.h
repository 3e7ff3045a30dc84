/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keep-alive HTTP connections to one server on this machine, one request
 * under way on each, driven by one thread: cheap, so that what is measured
 * is the server.
 */
#ifndef HOST_BENCH_POOL_H
#define HOST_BENCH_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "trusted/base/bytes.h"
#include "trusted/base/err.h"

#define VCH_POOL_MAX 256

struct vch_pool;

/* What is asked, and who hears the answers. */
struct vch_pool_work {
	/* The next request, whole, and its number; false: there are no more. */
	bool (*next)(void *ctx, size_t *ret_id, struct vch_span *ret_request);
	/* The body of the answer, valid during the call; an error ends it. */
	enum vch_err (*answer)(void *ctx, size_t id, struct vch_span body);
	void *ctx;
};

/*
 * Opens cnt connections to an IPv4 address. VCH_SOCKET; VCH_ARGUMENT: it is
 * none.
 */
VCH_MUST enum vch_err vch_pool_open(struct vch_pool **ret, const char *address,
				    uint16_t port, uint32_t cnt);
void vch_pool_close(struct vch_pool *pool);

/*
 * Runs until all requests are answered. VCH_SOCKET if a connection ends or
 * an answer is not HTTP 200 with a length; else what `answer` returned.
 */
VCH_MUST enum vch_err vch_pool_run(struct vch_pool *pool,
				   const struct vch_pool_work *work);

#endif
