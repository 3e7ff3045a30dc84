/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/json_state.h"

#include <stdlib.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/net/json_out.h"
#include "host/node/json_key.h"
#include "wire/gen/log.h"

#define DAY_S 86400u

bool vch_json_health(struct vch_buf *out, struct vch_node *node)
{
	bool stopping = atomic_load(&node->stopping);
	struct vch_worker_stats tee;
	bool ready;

	vch_worker_stats(node->worker, &tee);
	ready = tee.serving && !stopping;
	vch_json_put_bool(out, "ready", ready);
	vch_json_open(out, "degraded", '[');
	if (stopping)
		vch_json_put_str(out, NULL, "the server is stopping");
	else if (!tee.serving)
		vch_json_put_str(out, NULL,
				 "the TEE is being restarted; requests wait");
	if (tee.queue_depth > node->queue_max / 4 * 3)
		vch_json_put_str(out, NULL,
				 "the queue is more than three quarters full");
	vch_json_close(out, ']');
	vch_json_put_str(out, "tee", node->platform);
	return ready;
}

void vch_json_tee_pids(struct vch_buf *out,
		       const struct vch_worker_stats *stats)
{
	vch_json_open(out, "teePids", '[');
	for (uint8_t i = 0; i < stats->workers; i++) {
		if (stats->tee_pid[i] >= 0)
			vch_json_put_number(out, NULL, stats->tee_pid[i]);
	}
	vch_json_close(out, ']');
}

/* Counters are of one day; on another day nothing is spent yet. */
static void put_assets(struct vch_buf *out, const struct vch_config *config,
		       const struct vch_counters *counters)
{
	bool today = counters->day >= vch_clock_wall_s() / DAY_S;

	vch_json_open(out, "assets", '[');
	for (uint8_t i = 0; i < config->assets_cnt; i++) {
		vch_u128 limit = config->assets[i].daily_limit;
		vch_u128 spent = today && i < counters->spent_cnt
					 ? counters->spent[i]
					 : 0;

		vch_json_open(out, NULL, '{');
		vch_json_put_hex(out, "token", config->assets[i].token, 20);
		vch_json_put_quantity(out, "dailyLimit", limit);
		vch_json_put_quantity(out, "left",
				      spent < limit ? limit - spent : 0);
		vch_json_close(out, '}');
	}
	vch_json_close(out, ']');
}

static void put_account(struct vch_buf *out, const struct vch_account_view *a)
{
	struct vch_span config_bytes = vch_span(a->config, a->config_len);
	struct vch_span counter_bytes = vch_span(a->counters, a->counters_len);
	struct vch_counters counters;
	struct vch_config config;

	if (vch_config_decode(&config, config_bytes) != VCH_OK ||
	    vch_counters_decode(&counters, counter_bytes) != VCH_OK)
		return;
	vch_json_open(out, NULL, '{');
	vch_json_put_hex(out, "address", config.address, 20);
	vch_json_put_hex(out, "cosigner", config.cosigner, 20);
	vch_json_put_quantity(out, "seq", a->slot.seq);
	vch_json_put_bool(out, "frozen",
			  (a->slot.flags & VCH_SLOT_FROZEN) != 0);
	vch_json_put_quantity(out, "passkeys", config.passkeys_cnt);
	put_assets(out, &config, &counters);
	vch_json_open(out, "chains", '[');
	for (uint8_t i = 0; i < config.networks_cnt; i++)
		vch_json_put_quantity(out, NULL, config.networks[i].chain_id);
	vch_json_close(out, ']');
	vch_json_close(out, '}');
}

static void put_latest(struct vch_buf *out, struct vch_node *node, size_t max,
		       bool keys)
{
	struct vch_account_view *list = vch_alloc(max, sizeof(*list));
	size_t cnt = vch_index_latest(node->index, list, max, keys);

	vch_json_open(out, "latest", '[');
	for (size_t i = 0; i < cnt; i++) {
		if (!keys)
			put_account(out, &list[i]);
		else if (vch_json_key(out, NULL, &list[i]) != VCH_OK)
			continue; /* the TEE would not take it either */
	}
	vch_json_close(out, ']');
	free(list);
}

static void put_accounts(struct vch_buf *out, struct vch_node *node, size_t max)
{
	struct vch_index_stats stats;

	vch_index_stats(node->index, &stats);
	vch_json_open(out, "log", '{');
	vch_json_put_quantity(out, "records", stats.records);
	vch_json_put_quantity(out, "batches", stats.batches);
	vch_json_close(out, '}');
	vch_json_open(out, "accounts", '{');
	vch_json_put_quantity(out, "count", stats.accounts);
	put_latest(out, node, max, false);
	vch_json_close(out, '}');
	vch_json_open(out, "keys", '{');
	vch_json_put_quantity(out, "count", stats.keys);
	put_latest(out, node, max, true);
	vch_json_close(out, '}');
}

/* The mean in microseconds. */
static uint64_t mean_us(uint64_t ns_sum, uint64_t cnt)
{
	return cnt > 0 ? ns_sum / cnt / 1000 : 0;
}

static void put_tee(struct vch_buf *out, struct vch_node *node)
{
	struct vch_worker_stats tee;

	vch_worker_stats(node->worker, &tee);
	vch_json_put_quantity(out, "queue", tee.queue_depth);
	vch_json_put_quantity(out, "restarts", tee.restarts);
	vch_json_put_quantity(out, "operations", tee.operations);
	vch_json_put_quantity(out, "invocations", tee.invocations);
	vch_json_put_quantity(out, "invokeMicros",
			      mean_us(tee.invoke_ns_sum, tee.invocations));
	vch_json_put_quantity(out, "fsyncMicros",
			      mean_us(tee.fsync_ns_sum, tee.fsync_cnt));
}

void vch_json_state(struct vch_buf *out, struct vch_node *node,
		    size_t accounts_max)
{
	vch_json_open(out, NULL, '{');
	vch_json_put_quantity(out, "uptime",
			      (vch_clock_ns() - node->start_ns) / VCH_NS_PER_S);
	(void)vch_json_health(out, node);
	put_tee(out, node);
	put_accounts(out, node, accounts_max);
	vch_samples_put(out, "samples", &node->samples);
	vch_json_close(out, '}');
}
