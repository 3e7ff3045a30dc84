/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouchd. Start: folders and token, ports bound (but not yet open), the TEE
 * with its log replayed, then both ports open and DIR/ready.json written.
 * Stop: the other way round, every request answered first.
 */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/base/clock.h"
#include "host/base/logline.h"
#include "host/net/json_out.h"
#include "host/node/methods.h"
#include "host/node/operator.h"
#include "host/node/options.h"
#include "host/node/topology.h"
#include "host/node/upstream.h"
#include "host/tee/transport.h"
#include "trusted/base/check.h"
#include "wire/gen/ta.h"

#define CONNECTIONS_MAX 1024
#define OPERATOR_CONNECTIONS_MAX 64
#define THREADS_MAX 64
#define IDLE_S 10
#define QUEUE_MAX 4096
#define INVOKE_MS 10000
/* A request may wait its deadline and then one invocation. */
#define DRAIN_S 25
#define SEND_S 2
#define WATCH_NS (VCH_NS_PER_S / 2)

struct vouchd {
	struct vch_options opt;
	struct vch_node node;
	struct vch_token token;
	int rpc_fd;
	int operator_fd;
	sigset_t stop_signals;
	char log_dir[VCH_PATH_MAX];
	char blob_dir[VCH_PATH_MAX];
	char token_path[VCH_PATH_MAX];
	char ready_path[VCH_PATH_MAX];
};

/* Says what went wrong, with the system's reason if there is one. */
static enum vch_err say(enum vch_err err, const char *what, const char *which)
{
	if ((err == VCH_FILE || err == VCH_SOCKET) && errno != 0)
		fprintf(stderr, "vouchd: %s %s: %s\n", what, which,
			strerror(errno));
	else
		fprintf(stderr, "vouchd: %s %s: %s\n", what, which,
			vch_err_sentence(err));
	return err;
}

static enum vch_err find_places(struct vouchd *d)
{
	const struct {
		char *path;
		enum vch_place place;
	} rows[] = {
		{d->log_dir, VCH_PLACE_LOG},
		{d->blob_dir, VCH_PLACE_BLOBS},
		{d->token_path, VCH_PLACE_TOKEN},
		{d->ready_path, VCH_PLACE_READY},
	};

	for (size_t i = 0; i < VCH_ARRAY_LEN(rows); i++) {
		const char *where = vch_places[rows[i].place].where;

		if (vch_path_join(rows[i].path, d->opt.data, where) != VCH_OK)
			return say(VCH_SIZE, "the path of", where);
	}
	return VCH_OK;
}

static enum vch_err check_tee_program(const struct vouchd *d)
{
	struct stat st;

	errno = 0;
	if (access(d->opt.tee, X_OK) != 0)
		return say(VCH_FILE, "cannot run", d->opt.tee);
	if (stat(d->opt.tee, &st) != 0 || !S_ISREG(st.st_mode))
		return say(VCH_FILE, "not a program:", d->opt.tee);
	return VCH_OK;
}

static enum vch_err bind_one(struct vch_address *address, int *ret_fd,
			     const char *option)
{
	char text[VCH_ADDRESS_TEXT_MAX];
	enum vch_err err = vch_address_bind(address, ret_fd);

	if (err == VCH_OK)
		return VCH_OK;
	vch_address_print(text, address);
	if (errno != EADDRINUSE)
		return say(err, "cannot listen on", text);
	fprintf(stderr,
		"vouchd: %s is taken by another program; stop it or choose "
		"another port with %s\n",
		text, option);
	return err;
}

static enum vch_err bind_ports(struct vouchd *d)
{
	VCH_TRY(bind_one(&d->opt.rpc, &d->rpc_fd, "--listen"));
	return bind_one(&d->opt.operator, & d->operator_fd, "--operator");
}

static enum vch_err make_folders(struct vouchd *d)
{
	const char *dirs[] = {d->opt.data, d->opt.secure};
	char parent[VCH_PATH_MAX];
	enum vch_err err;

	errno = 0;
	err = vch_dir_make(d->opt.data);
	if (err != VCH_OK)
		return say(err, "cannot make", d->opt.data);
	snprintf(parent, sizeof(parent), "%s", d->opt.secure);
	*strrchr(parent, '/') = '\0';
	err = parent[0] ? vch_dir_make(parent) : VCH_OK;
	if (err == VCH_OK)
		err = vch_tee_factory(d->opt.secure);
	if (err != VCH_OK)
		return say(err, "cannot make or use the device in",
			   d->opt.secure);
	for (size_t i = 0; i < VCH_ARRAY_LEN(dirs); i++) {
		err = vch_dir_check_private(dirs[i]);
		if (err != VCH_OK)
			return say(err, "others can get at", dirs[i]);
	}
	err = vch_token_load(&d->token, d->token_path);
	return err == VCH_OK
		       ? VCH_OK
		       : say(err, "cannot use the token in", d->token_path);
}

/* --- the TEE ------------------------------------------------------------ */

struct probe {
	sem_t done;
	enum vch_err err;
	char *platform;
};

static void on_probed(void *ctx, const struct vch_outcome *outcome)
{
	struct probe *probe = ctx;
	struct vch_attest_answer answer;
	struct vch_evidence evidence;

	probe->err = outcome->err;
	if (probe->err == VCH_OK)
		probe->err = vch_attest_answer_decode(&answer, outcome->answer);
	if (probe->err == VCH_OK)
		probe->err = vch_evidence_decode(&evidence, answer.claims);
	if (probe->err == VCH_OK)
		snprintf(probe->platform, VCH_NODE_PLATFORM_MAX, "%.*s",
			 (int)evidence.platform.len,
			 (const char *)evidence.platform.ptr);
	sem_post(&probe->done);
}

/* Asks the TEE what it is: it must serve before the ports open. */
static enum vch_err probe_tee(struct vch_node *node)
{
	struct probe probe = {.platform = node->platform};
	uint8_t challenge[32];
	enum vch_err err;

	if (getrandom(challenge, sizeof(challenge), 0) != sizeof(challenge))
		return VCH_ENTROPY;
	sem_init(&probe.done, 0, 0);
	err = vch_worker_submit(node->worker, VCH_CMD_ATTEST,
				vch_span(challenge, sizeof(challenge)),
				VCH_NODE_DEADLINE_MS, on_probed, &probe);
	if (err == VCH_OK) {
		while (sem_wait(&probe.done) != 0)
			;
		err = probe.err;
	}
	sem_destroy(&probe.done);
	return err;
}

/* An emulated TEE protects nobody, so it serves this machine only. */
static enum vch_err check_remote(const struct vouchd *d)
{
	if (!strstr(d->node.platform, "EMULATED") ||
	    (vch_address_is_loopback(&d->opt.rpc) &&
	     vch_address_is_loopback(&d->opt.operator)))
		return VCH_OK;
	if (d->opt.allow_remote_emulated) {
		VCH_LOG(VCH_WARN, "node",
			"EMULATED TEE reachable beyond this machine",
			vch_field_text("tee", d->node.platform));
		return VCH_OK;
	}
	fprintf(stderr, "vouchd: the TEE is EMULATED and protects nothing; "
			"listen on 127.0.0.1, or say "
			"--allow-remote-emulated\n");
	return VCH_TEE_START;
}

static enum vch_err start_tee(struct vouchd *d)
{
	const struct vch_worker_options options = {
		.tee_path = d->opt.tee,
		.secure_dir = d->opt.secure,
		.log_dir = d->log_dir,
		.blob_dir = d->blob_dir,
		.workers = d->opt.workers,
		.queue_max = QUEUE_MAX,
		.invoke_timeout_ms = INVOKE_MS,
		.kept = vch_events_add,
		.kept_ctx = d->node.events,
		.window_s = d->opt.window_s,
		.window_records = VCH_WINDOW_RECORDS_MAX,
	};
	enum vch_err err;

	errno = 0;
	d->node.queue_max = QUEUE_MAX;
	err = vch_index_new(&d->node.index, d->log_dir);
	if (err != VCH_OK)
		return say(err, "cannot make", "the index");
	err = vch_worker_start(&d->node.worker, &options, d->node.index);
	if (err != VCH_OK) {
		vch_index_free(d->node.index);
		return say(err, "cannot start the TEE on the log in",
			   d->log_dir);
	}
	err = probe_tee(&d->node);
	if (err != VCH_OK)
		say(err, "the TEE does not serve:", d->opt.tee);
	else
		err = check_remote(d);
	if (err != VCH_OK) {
		vch_worker_stop(d->node.worker);
		vch_index_free(d->node.index);
	}
	return err;
}

/* --- the console -------------------------------------------------------- */

static enum vch_err make_console(struct vch_node *node,
				 const struct vch_token *token)
{
	node->token = token;
	node->start_ns = vch_clock_ns();
	vch_samples_init(&node->samples);
	node->sessions = vch_sessions_new();
	if (vch_events_new(&node->events, node->sessions) == VCH_OK)
		return VCH_OK;
	vch_sessions_free(node->sessions);
	return say(VCH_ENTROPY, "cannot make", "the events");
}

static void free_console(struct vch_node *node)
{
	vch_events_free(node->events);
	vch_sessions_free(node->sessions);
}

/* --- the ports ---------------------------------------------------------- */

static enum vch_err add_doors(struct vch_doors *ret, const struct vouchd *d,
			      const struct vch_address *address)
{
	const char *local[] = {"127.0.0.1", "localhost", "[::1]"};
	char text[VCH_ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < VCH_ARRAY_LEN(local); i++)
		VCH_TRY(vch_doors_add(ret, local[i], address->port));
	vch_address_print(text, address);
	VCH_TRY(vch_doors_add(ret, text, address->port));
	for (uint8_t i = 0; i < d->opt.name_cnt; i++)
		VCH_TRY(vch_doors_add(ret, d->opt.names[i], address->port));
	return VCH_OK;
}

static const struct vch_http_route RPC_ROUTES[] = {
	{"POST", "/", vch_methods_serve},
	{"GET", "/health", vch_operator_health},
	VCH_CONSOLE_ROUTES,
};

static const struct vch_http_route OPERATOR_ROUTES[] = {
	{"GET", "/health", vch_operator_health},
	{"GET", "/metrics", vch_operator_metrics},
};

static uint32_t thread_cnt(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cores < 1)
		return 1;
	return cores > THREADS_MAX ? THREADS_MAX : (uint32_t)cores;
}

static enum vch_err open_ports(struct vouchd *d)
{
	struct vch_http_options rpc = {
		.listen_fd = d->rpc_fd,
		.token = &d->token,
		.sessions = d->node.sessions,
		.cookie = d->node.cookie,
		.routes = RPC_ROUTES,
		.route_cnt = VCH_ARRAY_LEN(RPC_ROUTES),
		.ctx = &d->node,
		.threads = thread_cnt(),
		.connections_max = CONNECTIONS_MAX,
		.idle_s = IDLE_S,
		.request_s = d->opt.request_s,
	};
	struct vch_http_options operator= rpc;

	vch_console_cookie(d->node.cookie, d->opt.rpc.port);
	operator.listen_fd = d->operator_fd;
	operator.sessions = NULL;
	operator.routes = OPERATOR_ROUTES;
	operator.route_cnt = VCH_ARRAY_LEN(OPERATOR_ROUTES);
	operator.threads = 1;
	operator.connections_max = OPERATOR_CONNECTIONS_MAX;
	VCH_TRY(add_doors(&rpc.doors, d, &d->opt.rpc));
	VCH_TRY(add_doors(&operator.doors, d, &d->opt.operator));
	/* Both are there before either's handlers may ask for their counts. */
	d->node.rpc = vch_http_new(&rpc);
	d->node.operator= vch_http_new(&operator);
	VCH_TRY(vch_http_start(d->node.rpc));
	return vch_http_start(d->node.operator);
}

static enum vch_err write_ready(const struct vouchd *d,
				const struct vch_worker_stats *stats)
{
	struct vch_buf out = vch_json_out();
	char text[VCH_ADDRESS_TEXT_MAX];
	char url[VCH_ADDRESS_TEXT_MAX + 8];
	enum vch_err err;

	vch_json_open(&out, NULL, '{');
	vch_address_print(text, &d->opt.rpc);
	snprintf(url, sizeof(url), "http://%s", text);
	vch_json_put_str(&out, "rpc", url);
	vch_address_print(text, &d->opt.operator);
	snprintf(url, sizeof(url), "http://%s", text);
	vch_json_put_str(&out, "operator", url);
	vch_json_put_number(&out, "pid", getpid());
	vch_json_open(&out, "teePids", '[');
	for (uint8_t i = 0; i < stats->workers; i++)
		vch_json_put_number(&out, NULL, stats->tee_pid[i]);
	vch_json_close(&out, ']');
	vch_json_close(&out, '}');
	vch_buf_add_text(&out, "\n");
	err = vch_file_write(d->ready_path, vch_buf_span(&out), 0600);
	vch_buf_free(&out);
	return err;
}

/* Returns when told to stop. A TEE that was restarted has another pid. */
static void serve(struct vouchd *d)
{
	const struct timespec watch = {.tv_nsec = WATCH_NS};
	int told[VCH_WORKERS_MAX] = {0};
	struct vch_node *node = &d->node;
	struct vch_worker_stats stats;
	int sig = -1;

	while (sig < 0) {
		vch_events_tick(node->events, vch_clock_ns());
		vch_samples_tick(&node->samples, &node->metrics, vch_methods,
				 vch_method_cnt, vch_clock_ns());
		vch_worker_stats(node->worker, &stats);
		if (stats.serving &&
		    memcmp(told, stats.tee_pid, sizeof(told)) != 0) {
			memcpy(told, stats.tee_pid, sizeof(told));
			if (write_ready(d, &stats) != VCH_OK)
				VCH_LOG(VCH_ERROR, "node", "cannot write",
					vch_field_text("path", d->ready_path));
		}
		sig = sigtimedwait(&d->stop_signals, NULL, &watch);
	}
	VCH_LOG(VCH_INFO, "node", "stopping",
		vch_field_num("signal", (uint64_t)sig));
}

static void stop(struct vouchd *d)
{
	struct vch_node *node = &d->node;

	atomic_store(&node->stopping, true);
	vch_events_close(node->events);
	unlink(d->ready_path);
	if (node->rpc)
		vch_http_drain(node->rpc, DRAIN_S);
	if (node->operator)
		vch_http_drain(node->operator, SEND_S);
	/* Both answer whatever they still have; one signs by the other. */
	vch_upstream_stop(node->upstream);
	vch_worker_stop(node->worker);
	if (node->operator)
		vch_http_stop(node->operator, SEND_S);
	if (node->rpc)
		vch_http_stop(node->rpc, SEND_S);
	vch_index_free(node->index);
	free_console(node);
}

static void say_serving(const struct vouchd *d)
{
	char rpc[VCH_ADDRESS_TEXT_MAX];
	char operator[VCH_ADDRESS_TEXT_MAX];

	vch_address_print(rpc, &d->opt.rpc);
	vch_address_print(operator, & d->opt.operator);
	VCH_LOG(VCH_INFO, "node", "serving", vch_field_text("rpc", rpc),
		vch_field_text("operator", operator),
		vch_field_text("data", d->opt.data),
		vch_field_text("tee", d->node.platform));
}

/*
 * One vouchd for one data folder. Held until the process ends; what an
 * earlier one left behind can be cleared away then.
 */
static enum vch_err lock_data(const struct vouchd *d)
{
	int fd = open(d->opt.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return say(VCH_FILE, "cannot open", d->opt.data);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		fprintf(stderr, "vouchd: another vouchd is using %s\n",
			d->opt.data);
		close(fd);
		return VCH_FILE;
	}
	unlink(d->ready_path);
	return VCH_OK;
}

static enum vch_err run(struct vouchd *d)
{
	enum vch_err err;

	VCH_TRY(make_folders(d));
	VCH_TRY(lock_data(d));
	if (d->opt.eth_rpc &&
	    vch_upstream_start(&d->node.upstream, d->opt.eth_rpc) != VCH_OK)
		return say(VCH_ARGUMENT, "no URL:", "--eth-rpc");
	VCH_TRY(make_console(&d->node, &d->token));
	err = start_tee(d);
	if (err != VCH_OK) {
		free_console(&d->node);
		return err;
	}
	errno = 0;
	err = open_ports(d);
	if (err == VCH_OK) {
		say_serving(d);
		serve(d);
	} else {
		say(err, "cannot open the ports,", "--listen and --operator");
	}
	stop(d);
	return err;
}

/* Signals wait for serve(); no thread and no child takes them elsewhere. */
static void hold_signals(struct vouchd *d)
{
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&d->stop_signals);
	sigaddset(&d->stop_signals, SIGTERM);
	sigaddset(&d->stop_signals, SIGINT);
	VCH_CHECK(sigprocmask(SIG_BLOCK, &d->stop_signals, NULL) == 0);
}

int main(int argc, char **argv)
{
	static struct vouchd d;
	enum vch_err err;

	umask(077);
	vch_options_parse(&d.opt, argc, argv);
	if (d.opt.topology) {
		vch_topology_print(stdout);
		return 0;
	}
	vch_logline_level(d.opt.level);
	hold_signals(&d);
	err = find_places(&d);
	if (err == VCH_OK)
		err = check_tee_program(&d);
	if (err == VCH_OK)
		err = bind_ports(&d);
	if (err == VCH_OK && !d.opt.check)
		err = run(&d);
	if (err == VCH_OK && d.opt.check)
		printf("vouchd: options, program and ports are fine\n");
	return err == VCH_OK ? 0 : 1;
}
