/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rates and latencies of the last minutes, for the plots of the console: one
 * sample every VCH_SAMPLE_S seconds, cut from the counters of /metrics. Only
 * methods that need a token count: those that sign or change. Thread-safe.
 */
#ifndef HOST_NODE_SAMPLES_H
#define HOST_NODE_SAMPLES_H

#include <pthread.h>

#include "host/net/json_out.h"
#include "host/net/jsonrpc.h"
#include "host/node/metrics.h"

#define VCH_SAMPLE_S 2
#define VCH_SAMPLES_MAX 150

struct vch_sample {
	uint32_t done;	  /* calls that ended well */
	uint32_t refused; /* and those that did not */
	uint32_t p50_us;  /* of all of them; 0 if there were none */
	uint32_t p99_us;
};

struct vch_samples {
	pthread_mutex_t mutex;
	struct vch_sample ring[VCH_SAMPLES_MAX];
	uint64_t cnt; /* ever taken */
	uint64_t next_ns;
	struct vch_metrics_sum before;
};

void vch_samples_init(struct vch_samples *samples);

/* Takes one if it is time. */
void vch_samples_tick(struct vch_samples *samples, struct vch_metrics *metrics,
		      const struct vch_method *methods, uint8_t method_cnt,
		      uint64_t now_ns);

/* Writes {"seconds":2,"done":[…],"refused":[…],"p50":[…],"p99":[…]}, us. */
void vch_samples_put(struct vch_buf *out, const char *key,
		     struct vch_samples *samples);

#endif
