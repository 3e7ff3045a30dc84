/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rate limits as token buckets, one for each key (an address, a token, a
 * user). A bucket holds two seconds' worth and fills steadily; calls that
 * were taken before they could be counted (a JSON-RPC batch) leave it in
 * debt. The table is bounded: when a set is full, the bucket that was touched
 * longest ago goes, which forgives at most what it had left to wait.
 */
#ifndef HOST_NET_RATE_H
#define HOST_NET_RATE_H

#include "host/net/address.h"
#include "trusted/base/bytes.h"

#define VCH_RATE_KEY_LEN 16

struct vch_rates;

/* per_s: calls a second for each key; 0: no limit, and nothing is kept. */
struct vch_rates *vch_rates_new(uint32_t per_s);
void vch_rates_free(struct vch_rates *rates);

/*
 * One call of key at now_ns (any clock that never goes back). Answers 0 if it
 * may go on, else the seconds to wait, at least 1.
 */
uint32_t vch_rates_take(struct vch_rates *rates,
			const uint8_t key[VCH_RATE_KEY_LEN], uint64_t now_ns);

/* cnt more calls, taken already. */
void vch_rates_charge(struct vch_rates *rates,
		      const uint8_t key[VCH_RATE_KEY_LEN], uint32_t cnt,
		      uint64_t now_ns);

/* The key of an address: IPv4 whole, of IPv6 the network (first 64 bits). */
void vch_rate_key(uint8_t ret[VCH_RATE_KEY_LEN],
		  const struct vch_address *address);

#endif
