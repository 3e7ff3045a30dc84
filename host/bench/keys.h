/* SPDX-License-Identifier: Apache-2.0 */
/* What the load generator asks of the key service: keys, and signatures. */
#ifndef HOST_BENCH_KEYS_H
#define HOST_BENCH_KEYS_H

#include "host/bench/work.h"

#define VCH_BENCH_KEYS_MAX 1024

/* Has cnt keys made for plain digests. VCH_SOCKET, VCH_INTERNAL if refused. */
VCH_MUST enum vch_err vch_bench_keys(struct vch_bench *bench, size_t cnt);

/*
 * Prepares cnt requests, the keys in turn: kms_sign of one digest, or
 * kms_signBatch of `each` of them by one key. Every digest is another.
 */
void vch_bench_signings(struct vch_bench *bench, size_t cnt, size_t each);

#endif
