/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/metrics.h"

#include <stdio.h>

#include "host/base/clock.h"
#include "trusted/base/check.h"

/* Seconds. */
const double vch_metrics_bounds[VCH_METRICS_BUCKETS] = {
	0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005,
	0.01,	 0.02,	 0.05,	 0.1,	 0.5,	2,     10,
};

static void count(_Atomic uint64_t *counter, uint64_t by)
{
	atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

void vch_metrics_add(struct vch_metrics *metrics, int method, enum vch_err err,
		     uint64_t duration_ns)
{
	double s = (double)duration_ns / VCH_NS_PER_S;
	struct vch_method_metrics *m;
	size_t i = 0;

	VCH_CHECK(method < VCH_METRICS_METHODS_MAX);
	VCH_CHECK((unsigned)err < VCH_METRICS_CODES_MAX);
	m = &metrics->method[method < 0 ? VCH_METRICS_METHODS_MAX : method];
	while (i < VCH_METRICS_BUCKETS && s > vch_metrics_bounds[i])
		i++;
	count(&m->by_code[err], 1);
	count(&m->bucket[i], 1);
	count(&m->ns_sum, duration_ns);
}

void vch_metrics_add_up(struct vch_metrics_sum *sum,
			struct vch_metrics *metrics, uint8_t method)
{
	struct vch_method_metrics *m = &metrics->method[method];

	sum->done += atomic_load(&m->by_code[VCH_OK]);
	for (size_t i = VCH_OK + 1; i < VCH_METRICS_CODES_MAX; i++)
		sum->refused += atomic_load(&m->by_code[i]);
	for (size_t i = 0; i <= VCH_METRICS_BUCKETS; i++)
		sum->bucket[i] += atomic_load(&m->bucket[i]);
}

void vch_metric_head(struct vch_buf *out, const char *name, const char *type,
		     const char *help)
{
	vch_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
		       type);
}

void vch_metric_value(struct vch_buf *out, const char *name, uint64_t value)
{
	vch_buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

void vch_metric_histogram(struct vch_buf *out, const struct vch_histogram *h)
{
	unsigned long long sum = 0;
	size_t len = 0;

	for (size_t i = 0; i < h->bound_cnt; i++) {
		sum += h->counts[i];
		vch_buf_printf(out, "%s_bucket{%sle=\"%g\"} %llu\n", h->name,
			       h->labels, h->bounds[i], sum);
	}
	sum += h->counts[h->bound_cnt];
	vch_buf_printf(out, "%s_bucket{%sle=\"+Inf\"} %llu\n", h->name,
		       h->labels, sum);
	while (h->labels[len] && h->labels[len] != ',')
		len++;
	vch_buf_printf(out, "%s_sum{%.*s} %.9f\n", h->name, (int)len, h->labels,
		       h->sum);
	vch_buf_printf(out, "%s_count{%.*s} %llu\n", h->name, (int)len,
		       h->labels, sum);
}

static void print_codes(struct vch_buf *out, struct vch_method_metrics *m,
			const char *name)
{
	for (unsigned code = 0; code < VCH_METRICS_CODES_MAX; code++) {
		uint64_t n = atomic_load(&m->by_code[code]);

		/* Success is shown at zero too, so that rates can start. */
		if (n == 0 && code != VCH_OK)
			continue;
		vch_buf_printf(out,
			       "vouch_operations_total"
			       "{method=\"%s\",code=\"%s\"} %llu\n",
			       name, vch_err_name((enum vch_err)code),
			       (unsigned long long)n);
	}
}

static void print_durations(struct vch_buf *out, struct vch_method_metrics *m,
			    const char *name)
{
	uint64_t counts[VCH_METRICS_BUCKETS + 1];
	char labels[64];
	struct vch_histogram h = {
		.name = "vouch_operation_seconds",
		.labels = labels,
		.bounds = vch_metrics_bounds,
		.counts = counts,
		.bound_cnt = VCH_METRICS_BUCKETS,
		.sum = (double)atomic_load(&m->ns_sum) / VCH_NS_PER_S,
	};

	snprintf(labels, sizeof(labels), "method=\"%s\",", name);
	for (size_t i = 0; i <= VCH_METRICS_BUCKETS; i++)
		counts[i] = atomic_load(&m->bucket[i]);
	vch_metric_histogram(out, &h);
}

void vch_metrics_print(struct vch_buf *out, struct vch_metrics *metrics,
		       const char *const *names, uint8_t cnt)
{
	VCH_CHECK(cnt <= VCH_METRICS_METHODS_MAX);
	vch_metric_head(out, "vouch_operations_total", "counter",
			"Calls answered, by method and how they ended.");
	for (uint8_t i = 0; i < cnt; i++)
		print_codes(out, &metrics->method[i], names[i]);
	print_codes(out, &metrics->method[VCH_METRICS_METHODS_MAX], "unknown");
	vch_metric_head(out, "vouch_operation_seconds", "histogram",
			"Time from reading a call to its answer.");
	for (uint8_t i = 0; i < cnt; i++)
		print_durations(out, &metrics->method[i], names[i]);
}
