/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the load generator asks: accounts of one demo passkey, and operations
 * it has signed beforehand, as whole HTTP requests.
 */
#ifndef HOST_BENCH_WORK_H
#define HOST_BENCH_WORK_H

#include "host/bench/pool.h"
#include "host/cli/demo_passkey.h"
#include "host/cli/wallet.h"

#define VCH_BENCH_ACCOUNTS_MAX 65536
#define VCH_BENCH_REQUESTS_MAX 1000000
#define VCH_BENCH_EACH_MAX 64

struct vch_bench {
	const char *address;
	uint16_t port;
	uint32_t connections;
	char token[128];
	struct vch_pool *pool;
	struct vch_demo_passkey passkey;
	struct vch_wallet_account *account;
	size_t account_cnt;
	uint8_t (*key)[20]; /* keys.h */
	size_t key_cnt;
	struct vch_span *request; /* each owns its bytes */
	size_t request_cnt;
	size_t each; /* signatures in the answer to each */
};

/* One JSON-RPC call as a whole HTTP request; the bytes are the caller's. */
struct vch_span vch_bench_http(const struct vch_bench *bench,
			       const char *method, struct vch_span params);

/*
 * The len bytes, at most 32, whose hex stands behind `key` in an answer of our
 * own server (as the pool gives it, a zero behind it); false: not there.
 */
bool vch_bench_find(uint8_t *ret, size_t len, struct vch_span body,
		    const char *key);

/*
 * Calls a method cnt times with the same params; take hears each answer.
 * VCH_SOCKET, or what take returns.
 */
typedef enum vch_err vch_bench_take_fn(struct vch_bench *bench,
				       struct vch_span body);
VCH_MUST enum vch_err vch_bench_repeat(struct vch_bench *bench,
				       const char *method,
				       struct vch_span params, size_t cnt,
				       vch_bench_take_fn *take);

/* Says what the node said, its first bytes; VCH_INTERNAL. */
enum vch_err vch_bench_refused(struct vch_span body);

/*
 * Reads the token and opens the connections to an IPv4 address. VCH_FILE,
 * VCH_SOCKET, VCH_ARGUMENT (no address).
 */
VCH_MUST enum vch_err vch_bench_open(struct vch_bench *bench,
				     const char *address, uint16_t port,
				     const char *token_file,
				     uint32_t connections);
void vch_bench_close(struct vch_bench *bench);

/*
 * Has cnt accounts made; once. VCH_SOCKET, VCH_INTERNAL if the node refused
 * one.
 */
VCH_MUST enum vch_err vch_bench_accounts(struct vch_bench *bench, size_t cnt);

/* Makes place for cnt requests of `each` signatures; once. */
void vch_bench_requests_begin(struct vch_bench *bench, size_t cnt, size_t each);

/*
 * Signs cnt times `each` operations, the accounts in turn, each with the next
 * nonce: a request is one call or an array of them.
 */
VCH_MUST enum vch_err vch_bench_requests(struct vch_bench *bench, size_t cnt,
					 size_t each);

/*
 * Sends `cnt` requests, beginning with number `first`, the prepared ones in
 * turn: each prepared one is new when it is sent first and a retry after
 * that. Answers are checked to be signatures. ret_ns: NULL, or place for
 * cnt durations, with one connection only.
 */
VCH_MUST enum vch_err vch_bench_send(struct vch_bench *bench, size_t first,
				     size_t cnt, uint64_t *ret_ns);

#endif
