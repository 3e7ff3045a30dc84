/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"

#define SETS 512
#define WAYS 8
#define BURST_S 2
/* Debt is bounded too: nobody is shut out for longer than this. */
#define DEBT_S 60

struct bucket {
	uint8_t key[VCH_RATE_KEY_LEN];
	uint64_t touched_ns; /* 0: free */
	int64_t left;	     /* in billionths of a call */
};

struct vch_rates {
	pthread_mutex_t lock;
	uint32_t per_s;
	struct bucket bucket[SETS][WAYS];
};

struct vch_rates *vch_rates_new(uint32_t per_s)
{
	struct vch_rates *rates = vch_alloc(1, sizeof(*rates));

	rates->per_s = per_s;
	pthread_mutex_init(&rates->lock, NULL);
	return rates;
}

void vch_rates_free(struct vch_rates *rates)
{
	if (!rates)
		return;
	pthread_mutex_destroy(&rates->lock);
	free(rates);
}

/* FNV-1a: whoever fills one set on purpose only forgets their own debts. */
static size_t set_of(const uint8_t key[VCH_RATE_KEY_LEN])
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < VCH_RATE_KEY_LEN; i++)
		h = (h ^ key[i]) * 16777619u;
	return (h ^ h >> 16) % SETS;
}

/* The key's bucket, filled up to now. The lock is held. */
static struct bucket *find(struct vch_rates *rates,
			   const uint8_t key[VCH_RATE_KEY_LEN], uint64_t now_ns)
{
	int64_t full = (int64_t)rates->per_s * BURST_S * VCH_NS_PER_S;
	struct bucket *set = rates->bucket[set_of(key)];
	struct bucket *b = set;
	uint64_t passed;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].touched_ns &&
		    !memcmp(set[i].key, key, sizeof(b->key))) {
			b = &set[i];
			break;
		}
		if (set[i].touched_ns < b->touched_ns)
			b = &set[i];
	}
	if (!b->touched_ns || memcmp(b->key, key, sizeof(b->key)) != 0) {
		memcpy(b->key, key, sizeof(b->key));
		b->touched_ns = now_ns;
		b->left = full;
	}
	/* More than this fills any bucket. */
	passed = now_ns > b->touched_ns ? now_ns - b->touched_ns : 0;
	if (passed > (BURST_S + DEBT_S) * (uint64_t)VCH_NS_PER_S)
		passed = (BURST_S + DEBT_S) * (uint64_t)VCH_NS_PER_S;
	b->left += (int64_t)(passed * rates->per_s);
	if (b->left > full)
		b->left = full;
	b->touched_ns = now_ns > 0 ? now_ns : 1;
	return b;
}

uint32_t vch_rates_take(struct vch_rates *rates,
			const uint8_t key[VCH_RATE_KEY_LEN], uint64_t now_ns)
{
	const int64_t one = VCH_NS_PER_S;
	uint32_t wait_s = 0;
	struct bucket *b;

	if (rates->per_s == 0)
		return 0;
	pthread_mutex_lock(&rates->lock);
	b = find(rates, key, now_ns);
	if (b->left >= one)
		b->left -= one;
	else
		wait_s = 1 + (uint32_t)((one - b->left) / rates->per_s / one);
	pthread_mutex_unlock(&rates->lock);
	return wait_s;
}

void vch_rates_charge(struct vch_rates *rates,
		      const uint8_t key[VCH_RATE_KEY_LEN], uint32_t cnt,
		      uint64_t now_ns)
{
	int64_t least = -(int64_t)rates->per_s * DEBT_S * VCH_NS_PER_S;
	struct bucket *b;

	if (rates->per_s == 0 || cnt == 0)
		return;
	pthread_mutex_lock(&rates->lock);
	b = find(rates, key, now_ns);
	b->left -= (int64_t)cnt * VCH_NS_PER_S;
	if (b->left < least)
		b->left = least;
	pthread_mutex_unlock(&rates->lock);
}

void vch_rate_key(uint8_t ret[VCH_RATE_KEY_LEN],
		  const struct vch_address *address)
{
	memset(ret, 0, VCH_RATE_KEY_LEN);
	ret[0] = address->v6 ? 6 : 4;
	memcpy(ret + 1, address->ip, address->v6 ? 8 : 4);
}
