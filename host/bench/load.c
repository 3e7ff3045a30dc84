/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load generator: has accounts made, signs operations beforehand, sends
 * them as fast as the server answers, and tells in one line of JSON what
 * each took of the CPU time of the processes it was told to watch.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "host/bench/keys.h"
#include "host/bench/probe.h"
#include "host/bench/work.h"

#define PIDS_MAX 65
#define LATENCY_MAX 100000
/* A lone co-sign's frame in the log, about. */
#define FRAME 640
/* Lone requests and syncs of the disk take turns, so both meet one weather. */
#define TURN 10

struct options {
	const char *address;
	uint16_t port;
	const char *token_file;
	pid_t pid[PIDS_MAX];
	size_t pid_cnt;
	uint32_t connections;
	size_t accounts;
	size_t keys;
	size_t each; /* signatures a request */
	size_t requests;
	size_t operations;
	size_t latency;
	const char *sync_dir;
};

static const struct option OPTIONS[] = {
	{"address", required_argument, NULL, 'A'},
	{"port", required_argument, NULL, 'p'},
	{"token-file", required_argument, NULL, 't'},
	{"pid", required_argument, NULL, 'i'},
	{"connections", required_argument, NULL, 'c'},
	{"accounts", required_argument, NULL, 'a'},
	{"keys", required_argument, NULL, 'k'},
	{"each", required_argument, NULL, 'e'},
	{"requests", required_argument, NULL, 'r'},
	{"operations", required_argument, NULL, 'o'},
	{"latency", required_argument, NULL, 'l'},
	{"sync-dir", required_argument, NULL, 's'},
	{0},
};

static void usage(void)
{
	fprintf(stderr,
		"usage: load --port N --token-file FILE [--pid PID]...\n"
		"            [--connections 32] --accounts N [--each 1]\n"
		"            [--requests N] [--operations N]\n"
		"            [--connections 1 --latency N --sync-dir DIR]\n"
		"       load --port N --token-file FILE [--pid PID]...\n"
		"            [--connections 32] --keys N [--each 1]\n"
		"            --operations N\n"
		"            [--connections 1 --latency N --sync-dir DIR]\n"
		"       --address: 127.0.0.1, or that of a board\n");
	exit(2);
}

static size_t number(const char *text, size_t max)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || v > max)
		usage();
	return v;
}

static void take(struct options *o, int key)
{
	if (key == 'A')
		o->address = optarg;
	else if (key == 'p')
		o->port = (uint16_t)number(optarg, 65535);
	else if (key == 't')
		o->token_file = optarg;
	else if (key == 'i' && o->pid_cnt < PIDS_MAX)
		o->pid[o->pid_cnt++] = (pid_t)number(optarg, INT32_MAX);
	else if (key == 'c')
		o->connections = (uint32_t)number(optarg, VCH_POOL_MAX);
	else if (key == 'a')
		o->accounts = number(optarg, VCH_BENCH_ACCOUNTS_MAX);
	else if (key == 'k')
		o->keys = number(optarg, VCH_BENCH_KEYS_MAX);
	else if (key == 'e')
		o->each = number(optarg, VCH_BENCH_EACH_MAX);
	else if (key == 'r')
		o->requests = number(optarg, VCH_BENCH_REQUESTS_MAX);
	else if (key == 'o')
		o->operations = number(optarg, SIZE_MAX);
	else if (key == 'l')
		o->latency = number(optarg, LATENCY_MAX);
	else if (key == 's')
		o->sync_dir = optarg;
	else
		usage();
}

static void parse(struct options *ret, int argc, char **argv)
{
	int key;

	*ret = (struct options){
		.address = "127.0.0.1", .connections = 32, .each = 1};
	while ((key = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1)
		take(ret, key);
	if (optind != argc || !ret->port || !ret->token_file ||
	    !ret->connections || !ret->accounts == !ret->keys || !ret->each ||
	    (ret->latency > 0 && (!ret->sync_dir || ret->connections != 1)))
		usage();
	if (ret->requests == 0)
		ret->requests = ret->operations / ret->each + ret->latency;
}

static void read_cpu(uint64_t *ret, const struct options *o)
{
	for (size_t i = 0; i < o->pid_cnt; i++)
		ret[i] = vch_probe_cpu_ns(o->pid[i]);
}

/* Everything at once: throughput, and CPU time for each operation. */
static enum vch_err saturate(struct vch_bench *bench, const struct options *o)
{
	uint64_t before[PIDS_MAX], after[PIDS_MAX];
	uint64_t began, mine, wall;

	if (o->operations == 0)
		return VCH_OK;
	read_cpu(before, o);
	mine = vch_probe_thread_ns();
	began = vch_clock_ns();
	VCH_TRY(vch_bench_send(bench, o->latency, o->operations / o->each,
			       NULL));
	wall = vch_clock_ns() - began;
	mine = vch_probe_thread_ns() - mine;
	read_cpu(after, o);
	printf(", \"operations\": %zu, \"wall_ns\": %llu, "
	       "\"generator_cpu_ns\": %llu, \"cpu_ns\": [",
	       o->operations, (unsigned long long)wall,
	       (unsigned long long)mine);
	for (size_t i = 0; i < o->pid_cnt; i++)
		printf("%s%llu", i ? ", " : "",
		       (unsigned long long)(after[i] - before[i]));
	printf("]");
	return VCH_OK;
}

/* One at a time, each with nobody else there. */
static enum vch_err alone(struct vch_bench *bench, const struct options *o)
{
	uint64_t *ns, *sync_ns;
	struct vch_disk disk;

	if (o->latency == 0)
		return VCH_OK;
	ns = vch_alloc(o->latency, sizeof(*ns));
	sync_ns = vch_alloc(o->latency, sizeof(*sync_ns));
	VCH_TRY(vch_disk_open(&disk, o->sync_dir));
	for (size_t i = 0; i < o->latency; i += TURN) {
		size_t cnt = o->latency - i < TURN ? o->latency - i : TURN;

		VCH_TRY(vch_bench_send(bench, i, cnt, ns + i));
		for (size_t k = 0; k < cnt; k++)
			VCH_TRY(vch_disk_sync(&disk, &sync_ns[i + k], FRAME));
	}
	vch_disk_close(&disk);
	printf(", \"lone_p50_ns\": %llu, \"lone_p99_ns\": %llu, "
	       "\"sync_p50_ns\": %llu, \"sync_p99_ns\": %llu",
	       (unsigned long long)vch_probe_quantile(ns, o->latency, 0.5),
	       (unsigned long long)vch_probe_quantile(ns, o->latency, 0.99),
	       (unsigned long long)vch_probe_quantile(sync_ns, o->latency, 0.5),
	       (unsigned long long)vch_probe_quantile(sync_ns, o->latency,
						      0.99));
	free(ns);
	free(sync_ns);
	return VCH_OK;
}

/* The key service: nothing but signatures, everything at once. */
static enum vch_err run_keys(struct vch_bench *bench, const struct options *o)
{
	VCH_TRY(vch_bench_keys(bench, o->keys));
	vch_bench_signings(bench, o->latency + o->operations / o->each,
			   o->each);
	printf("{\"keys\": %zu", o->keys);
	VCH_TRY(alone(bench, o));
	VCH_TRY(saturate(bench, o));
	printf("}\n");
	return VCH_OK;
}

static enum vch_err run(struct vch_bench *bench, const struct options *o)
{
	uint64_t began = vch_clock_ns();

	if (o->keys > 0)
		return run_keys(bench, o);
	VCH_TRY(vch_bench_accounts(bench, o->accounts));
	printf("{\"accounts\": %zu, \"accounts_ns\": %llu", o->accounts,
	       (unsigned long long)(vch_clock_ns() - began));
	if (o->requests > 0)
		VCH_TRY(vch_bench_requests(bench, o->requests, o->each));
	VCH_TRY(alone(bench, o));
	VCH_TRY(saturate(bench, o));
	printf("}\n");
	return VCH_OK;
}

int main(int argc, char **argv)
{
	static struct vch_bench bench;
	struct options o;
	enum vch_err err;

	parse(&o, argc, argv);
	err = vch_bench_open(&bench, o.address, o.port, o.token_file,
			     o.connections);
	if (err == VCH_OK)
		err = run(&bench, &o);
	if (err != VCH_OK)
		fprintf(stderr, "load: %s\n", vch_err_sentence(err));
	vch_bench_close(&bench);
	return err == VCH_OK ? 0 : 1;
}
