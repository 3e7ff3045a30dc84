/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a running vouchd share. */
#ifndef HOST_NODE_NODE_H
#define HOST_NODE_NODE_H

#include <stdatomic.h>

#include "host/net/http.h"
#include "host/node/console.h"
#include "host/node/events.h"
#include "host/node/metrics.h"
#include "host/node/samples.h"
#include "host/store/index.h"
#include "host/tee/worker.h"

/* Longest name of a platform, with its zero. */
#define VCH_NODE_PLATFORM_MAX 40

struct vch_upstream;

struct vch_node {
	struct vch_worker *worker;
	struct vch_index *index;
	struct vch_http *rpc;	       /* public port */
	struct vch_http *local;	       /* Unix socket; NULL: none */
	struct vch_http *operator;     /* operator port */
	struct vch_upstream *upstream; /* the Ethereum node; NULL: none */
	struct vch_metrics metrics;
	struct vch_samples samples;
	struct vch_events *events;
	struct vch_tokens *tokens;
	struct vch_sessions *sessions;
	char cookie[VCH_CONSOLE_COOKIE_MAX]; /* its name */
	bool tls; /* the public port speaks nothing else */
	uint64_t start_ns;
	uint32_t queue_max;
	uint32_t deadline_ms; /* a request may wait so long for the TEE */
	char platform[VCH_NODE_PLATFORM_MAX]; /* as the evidence names it */
	atomic_bool stopping;
	/* the TEE is to be handed over once this node has ended */
	atomic_bool upgrading;
	const char *upgrade_path; /* where the manifest is noted */
};

#endif
