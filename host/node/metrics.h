/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts of what the methods did, for /metrics. Any thread may add; readers
 * see each number whole, not all of one moment.
 */
#ifndef HOST_NODE_METRICS_H
#define HOST_NODE_METRICS_H

#include <stdatomic.h>

#include "host/base/buf.h"

#define VCH_METRICS_METHODS_MAX 48
/* Numbers in wire/errors.wire stay below this. */
#define VCH_METRICS_CODES_MAX 128
#define VCH_METRICS_BUCKETS 14

struct vch_method_metrics {
	_Atomic uint64_t by_code[VCH_METRICS_CODES_MAX];
	_Atomic uint64_t bucket[VCH_METRICS_BUCKETS + 1]; /* last: +Inf */
	_Atomic uint64_t ns_sum;
};

/* The last one is for methods that there are not. */
struct vch_metrics {
	struct vch_method_metrics method[VCH_METRICS_METHODS_MAX + 1];
};

/* method: its place in the table of methods, or -1. */
void vch_metrics_add(struct vch_metrics *metrics, int method, enum vch_err err,
		     uint64_t duration_ns);

/* Upper bounds of the buckets, in seconds. */
extern const double vch_metrics_bounds[VCH_METRICS_BUCKETS];

/* Several methods added up. */
struct vch_metrics_sum {
	uint64_t done;
	uint64_t refused; /* whatever the reason */
	uint64_t bucket[VCH_METRICS_BUCKETS + 1];
};
/* Adds the method at place `method` to *sum. */
void vch_metrics_add_up(struct vch_metrics_sum *sum,
			struct vch_metrics *metrics, uint8_t method);

/* Prometheus text of all counters; names[i] is the method at place i. */
void vch_metrics_print(struct vch_buf *out, struct vch_metrics *metrics,
		       const char *const *names, uint8_t cnt);

/* `# HELP`, `# TYPE` of one metric; then one sample of it. */
void vch_metric_head(struct vch_buf *out, const char *name, const char *type,
		     const char *help);
void vch_metric_value(struct vch_buf *out, const char *name, uint64_t value);

/* cumulative buckets with their bounds, +Inf, sum in seconds, count */
struct vch_histogram {
	const char *name;
	const char *labels; /* `method="x",` or empty */
	const double *bounds;
	const uint64_t *counts; /* bound_cnt + 1, not cumulative */
	uint8_t bound_cnt;
	double sum;
};
void vch_metric_histogram(struct vch_buf *out, const struct vch_histogram *h);

#endif
