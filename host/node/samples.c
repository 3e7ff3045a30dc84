/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/samples.h"

#include <stddef.h>
#include <string.h>

#include "host/base/clock.h"
#include "trusted/base/check.h"

#define US_PER_S 1e6

void vch_samples_init(struct vch_samples *samples)
{
	memset(samples, 0, sizeof(*samples));
	pthread_mutex_init(&samples->mutex, NULL);
}

/*
 * Where part (0 to 1) of the counted durations end, in microseconds; evenly
 * spread inside a bucket. Past the last bound: that bound.
 */
static uint32_t quantile(const uint64_t *bucket, uint64_t all, double part)
{
	double want = part * (double)all;
	double below = 0;

	for (size_t i = 0; i < VCH_METRICS_BUCKETS; i++) {
		double from = i > 0 ? vch_metrics_bounds[i - 1] : 0;
		double width = vch_metrics_bounds[i] - from;
		double n = (double)bucket[i];

		if (n > 0 && below + n >= want)
			return (uint32_t)((from + width * (want - below) / n) *
					  US_PER_S);
		below += n;
	}
	return (uint32_t)(vch_metrics_bounds[VCH_METRICS_BUCKETS - 1] *
			  US_PER_S);
}

static struct vch_sample cut(const struct vch_metrics_sum *now,
			     const struct vch_metrics_sum *before)
{
	uint64_t bucket[VCH_METRICS_BUCKETS + 1];
	struct vch_sample sample = {0};
	uint64_t all = 0;

	for (size_t i = 0; i <= VCH_METRICS_BUCKETS; i++) {
		bucket[i] = now->bucket[i] - before->bucket[i];
		all += bucket[i];
	}
	sample.done = (uint32_t)(now->done - before->done);
	sample.refused = (uint32_t)(now->refused - before->refused);
	if (all > 0) {
		sample.p50_us = quantile(bucket, all, 0.5);
		sample.p99_us = quantile(bucket, all, 0.99);
	}
	return sample;
}

void vch_samples_tick(struct vch_samples *samples, struct vch_metrics *metrics,
		      const struct vch_method *methods, uint8_t method_cnt,
		      uint64_t now_ns)
{
	struct vch_metrics_sum now = {0};

	pthread_mutex_lock(&samples->mutex);
	if (now_ns >= samples->next_ns) {
		samples->next_ns =
			now_ns + VCH_SAMPLE_S * (uint64_t)VCH_NS_PER_S;
		for (uint8_t i = 0; i < method_cnt; i++)
			if (methods[i].needs_token && !methods[i].only_looks)
				vch_metrics_add_up(&now, metrics, i);
		samples->ring[samples->cnt++ % VCH_SAMPLES_MAX] =
			cut(&now, &samples->before);
		samples->before = now;
	}
	pthread_mutex_unlock(&samples->mutex);
}

static void put_list(struct vch_buf *out, const char *key,
		     const struct vch_samples *samples, size_t member)
{
	uint64_t first = samples->cnt > VCH_SAMPLES_MAX
				 ? samples->cnt - VCH_SAMPLES_MAX
				 : 0;

	vch_json_open(out, key, '[');
	for (uint64_t i = first; i < samples->cnt; i++) {
		const struct vch_sample *s =
			&samples->ring[i % VCH_SAMPLES_MAX];
		uint32_t value;

		memcpy(&value, (const char *)s + member, sizeof(value));
		vch_json_put_number(out, NULL, value);
	}
	vch_json_close(out, ']');
}

void vch_samples_put(struct vch_buf *out, const char *key,
		     struct vch_samples *samples)
{
	pthread_mutex_lock(&samples->mutex);
	vch_json_open(out, key, '{');
	vch_json_put_number(out, "seconds", VCH_SAMPLE_S);
	put_list(out, "done", samples, offsetof(struct vch_sample, done));
	put_list(out, "refused", samples, offsetof(struct vch_sample, refused));
	put_list(out, "p50", samples, offsetof(struct vch_sample, p50_us));
	put_list(out, "p99", samples, offsetof(struct vch_sample, p99_us));
	vch_json_close(out, '}');
	pthread_mutex_unlock(&samples->mutex);
}
