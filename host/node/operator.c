/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/operator.h"

#include <string.h>

#include "host/base/clock.h"
#include "host/net/json_out.h"
#include "host/node/json_state.h"
#include "host/node/methods.h"
#include "trusted/base/check.h"

#define METRICS_MAX (1u << 20)

void vch_operator_health(void *ctx, struct vch_http_request *req)
{
	struct vch_node *node = ctx;
	struct vch_buf out = vch_json_out();
	struct vch_worker_stats tee;
	bool ready;

	vch_worker_stats(node->worker, &tee);
	vch_json_open(&out, NULL, '{');
	vch_json_put_bool(&out, "live", true);
	ready = vch_json_health(&out, node);
	vch_json_tee_pids(&out, &tee);
	vch_json_close(&out, '}');
	vch_http_reply(req, ready ? 200 : 503, VCH_HTTP_JSON, (char *)out.ptr,
		       out.len);
}

/* One metric of one value. */
static void put(struct vch_buf *out, const char *name, const char *type,
		const char *help, uint64_t value)
{
	vch_metric_head(out, name, type, help);
	vch_metric_value(out, name, value);
}

static void print_port(struct vch_buf *out, const char *name, const char *port,
		       uint64_t value)
{
	vch_buf_printf(out, "%s{port=\"%s\"} %llu\n", name, port,
		       (unsigned long long)value);
}

static void print_http(struct vch_buf *out, struct vch_node *node)
{
	struct vch_http_stats rpc;
	struct vch_http_stats local = {0};
	struct vch_http_stats op;
	const struct {
		const char *name;
		const char *type;
		const char *help;
		uint64_t *rpc;
		uint64_t *local;
		uint64_t *op;
	} rows[] = {
		{"vouch_connections", "gauge", "Connections open now.",
		 &rpc.connections, &local.connections, &op.connections},
		{"vouch_connections_total", "counter", "Connections accepted.",
		 &rpc.connections_all, &local.connections_all,
		 &op.connections_all},
		{"vouch_requests_total", "counter", "HTTP requests.",
		 &rpc.requests_all, &local.requests_all, &op.requests_all},
		{"vouch_requests_under_way", "gauge",
		 "HTTP requests not yet answered.", &rpc.under_way,
		 &local.under_way, &op.under_way},
		{"vouch_requests_refused_total", "counter",
		 "HTTP requests refused before their body was used.",
		 &rpc.refused_all, &local.refused_all, &op.refused_all},
		{"vouch_requests_limited_total", "counter",
		 "HTTP requests over the rate limit.", &rpc.limited_all,
		 &local.limited_all, &op.limited_all},
		{"vouch_connections_slow_total", "counter",
		 "Connections cut off because the client was too slow.",
		 &rpc.slow_all, &local.slow_all, &op.slow_all},
	};

	vch_http_stats(node->rpc, &rpc);
	if (node->local)
		vch_http_stats(node->local, &local);
	vch_http_stats(node->operator, & op);
	for (size_t i = 0; i < VCH_ARRAY_LEN(rows); i++) {
		vch_metric_head(out, rows[i].name, rows[i].type, rows[i].help);
		print_port(out, rows[i].name, "rpc", *rows[i].rpc);
		if (node->local)
			print_port(out, rows[i].name, "unix", *rows[i].local);
		print_port(out, rows[i].name, "operator", *rows[i].op);
	}
}

/* Bounds of the sizes that vch_worker_stats counts; none is larger. */
static void print_batches(struct vch_buf *out,
			  const struct vch_worker_stats *tee)
{
	static const double bounds[] = {1, 2, 4, 8, 16, 32, 64};
	uint64_t counts[VCH_ARRAY_LEN(bounds) + 1] = {0};
	const struct vch_histogram h = {
		.name = "vouch_batch_operations",
		.labels = "",
		.bounds = bounds,
		.counts = counts,
		.bound_cnt = VCH_ARRAY_LEN(bounds),
		.sum = (double)tee->operations,
	};

	_Static_assert(sizeof(counts) ==
			       sizeof(tee->batch_size) + sizeof(counts[0]),
		       "bounds are not those of the worker");
	memcpy(counts, tee->batch_size, sizeof(tee->batch_size));
	vch_metric_head(out, h.name, "histogram",
			"Operations in one invocation of the TEE.");
	vch_metric_histogram(out, &h);
}

static void put_summary(struct vch_buf *out, const char *name, const char *help,
			uint64_t ns_sum, uint64_t cnt)
{
	vch_metric_head(out, name, "summary", help);
	vch_buf_printf(out, "%s_sum %.9f\n%s_count %llu\n", name,
		       (double)ns_sum / VCH_NS_PER_S, name,
		       (unsigned long long)cnt);
}

/* Instances that are there; one that restarts is not. */
static uint64_t sessions(const struct vch_worker_stats *tee)
{
	uint64_t cnt = 0;

	for (uint8_t i = 0; i < tee->workers; i++)
		cnt += tee->tee_pid[i] != 0;
	return cnt;
}

static void print_tee(struct vch_buf *out, struct vch_node *node)
{
	struct vch_worker_stats tee;
	struct vch_index_stats index;

	vch_worker_stats(node->worker, &tee);
	vch_index_stats(node->index, &index);
	put(out, "vouch_ready", "gauge", "1 while the TEE serves.",
	    tee.serving);
	put(out, "vouch_queue_depth", "gauge", "Requests waiting for the TEE.",
	    tee.queue_depth);
	put(out, "vouch_tee_sessions", "gauge",
	    "Instances of the TEE that serve.", sessions(&tee));
	put(out, "vouch_tee_restarts_total", "counter",
	    "Times the TEE was lost and started again.", tee.restarts);
	put(out, "vouch_tee_retries_total", "counter",
	    "Calls given to the next TEE after theirs was lost.", tee.retries);
	put_summary(out, "vouch_tee_invoke_seconds",
		    "Time inside the TEE, one invocation.", tee.invoke_ns_sum,
		    tee.invocations);
	put_summary(out, "vouch_log_fsync_seconds",
		    "Time to make one batch of the log durable.",
		    tee.fsync_ns_sum, tee.fsync_cnt);
	print_batches(out, &tee);
	put(out, "vouch_event_streams", "gauge", "Streams of GET /events.",
	    vch_events_streams(node->events));
	put(out, "vouch_accounts", "gauge", "Accounts in the index.",
	    index.accounts);
	put(out, "vouch_keys", "gauge", "Keys of the key service, living ones.",
	    index.keys);
	put(out, "vouch_log_records", "gauge", "Records in the log.",
	    index.records);
	put(out, "vouch_log_batches", "gauge", "Batches in the log.",
	    index.batches);
}

void vch_operator_metrics(void *ctx, struct vch_http_request *req)
{
	struct vch_buf out = vch_buf(METRICS_MAX);
	const char *names[VCH_METRICS_METHODS_MAX];
	struct vch_node *node = ctx;

	for (uint8_t i = 0; i < vch_method_cnt; i++)
		names[i] = vch_methods[i].name;
	vch_metrics_print(&out, &node->metrics, names, vch_method_cnt);
	print_http(&out, node);
	print_tee(&out, node);
	if (vch_buf_end(&out) != VCH_OK) {
		vch_buf_free(&out);
		vch_http_refuse(req, VCH_INTERNAL);
		return;
	}
	vch_http_reply(req, 200, VCH_HTTP_METRICS, (char *)out.ptr, out.len);
}
