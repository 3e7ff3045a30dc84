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
#include "host/node/handover.h"
#include "host/node/json_state.h"
#include "host/node/methods.h"
#include "host/node/notify.h"
#include "host/node/options.h"
#include "host/node/ports.h"
#include "host/node/topology.h"
#include "host/node/upstream.h"
#include "host/tee/transport.h"
#include "trusted/base/check.h"
#include "wire/gen/ta.h"

#define WATCH_NS (VCH_NS_PER_S / 2)
#define US_PER_MS 1000u

struct vouchd {
	struct vch_options opt;
	struct vch_ports ports;
	struct vch_node node;
	struct vch_tokens *tokens;
	sigset_t signals;
	char log_dir[VCH_PATH_MAX];
	char blob_dir[VCH_PATH_MAX];
	char token_path[VCH_PATH_MAX];
	char ready_path[VCH_PATH_MAX];
	char upgrade_path[VCH_PATH_MAX];
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
		{d->upgrade_path, VCH_PLACE_UPGRADE},
	};

	for (size_t i = 0; i < VCH_ARRAY_LEN(rows); i++) {
		const char *where = vch_places[rows[i].place].where;

		if (vch_path_join(rows[i].path, d->opt.settings.data, where) !=
		    VCH_OK)
			return say(VCH_SIZE, "the path of", where);
	}
	return VCH_OK;
}

static enum vch_err check_tee_program(const struct vouchd *d)
{
	enum vch_err err;

	errno = 0;
	err = vch_tee_check(d->opt.settings.tee);
	return err ? say(err, "cannot start the TEE", d->opt.settings.tee)
		   : err;
}

/* At the start, and again on SIGHUP. */
static enum vch_err load_tokens(struct vouchd *d)
{
	const char *list = d->opt.settings.tokens;
	enum vch_err err;

	errno = 0;
	err = vch_tokens_load(d->tokens, d->token_path, list);
	if (err == VCH_OK)
		return VCH_OK;
	fprintf(stderr, "vouchd: cannot use the tokens in %s and %s: %s\n",
		d->token_path, list,
		err == VCH_FILE && errno != 0 ? strerror(errno)
					      : vch_err_sentence(err));
	return err;
}

static enum vch_err make_folders(struct vouchd *d)
{
	const char *dirs[] = {d->opt.settings.data, d->opt.settings.secure};
	char parent[VCH_PATH_MAX];
	enum vch_err err;

	errno = 0;
	err = vch_dir_make(d->opt.settings.data);
	if (err != VCH_OK)
		return say(err, "cannot make", d->opt.settings.data);
	snprintf(parent, sizeof(parent), "%s", d->opt.settings.secure);
	*strrchr(parent, '/') = '\0';
	err = parent[0] ? vch_dir_make(parent) : VCH_OK;
	if (err == VCH_OK)
		err = vch_tee_factory(d->opt.settings.secure);
	if (err != VCH_OK)
		return say(err, "cannot make or use the device in",
			   d->opt.settings.secure);
	for (size_t i = 0; i < VCH_ARRAY_LEN(dirs); i++) {
		err = vch_dir_check_private(dirs[i]);
		if (err != VCH_OK)
			return say(err, "others can get at", dirs[i]);
	}
	return load_tokens(d);
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
				node->deadline_ms, on_probed, &probe);
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
	    (vch_address_is_loopback(&d->opt.settings.rpc) &&
	     vch_address_is_loopback(&d->opt.settings.operator)))
		return VCH_OK;
	if (d->opt.settings.allow_remote_emulated) {
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

/* One for each core: a TEE's instance does one thing at a time. */
static uint8_t worker_cnt(const struct vch_settings *c)
{
	long cnt = c->sessions > 0 ? (long)c->sessions
				   : sysconf(_SC_NPROCESSORS_ONLN);

	if (cnt < 1)
		return 1;
	return (uint8_t)(cnt > VCH_WORKERS_MAX ? VCH_WORKERS_MAX : cnt);
}

/* 0 to 60 seconds, or never. */
static enum vch_err window_of(uint16_t *ret, const char *text)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (strcmp(text, "never") == 0)
		v = VCH_WINDOW_NEVER;
	else if (*text == '\0' || *end != '\0' || v < 0 || v > VCH_WINDOW_S_MAX)
		return say(VCH_ARGUMENT,
			   "not 0 to 60 seconds, or never:", text);
	*ret = (uint16_t)v;
	return VCH_OK;
}

static enum vch_err tee_options(struct vch_worker_options *ret,
				const struct vouchd *d)
{
	const struct vch_settings *c = &d->opt.settings;

	*ret = (struct vch_worker_options){
		.tee_path = c->tee,
		.secure_dir = c->secure,
		.log_dir = d->log_dir,
		.blob_dir = d->blob_dir,
		.workers = worker_cnt(c),
		.queue_max = (uint32_t)c->queue,
		.invoke_timeout_ms = (uint32_t)(c->session_us / US_PER_MS),
		.batch_max = (uint32_t)c->batch_size,
		.batch_wait_us = (uint32_t)c->batch_us,
		.retries_max = (uint32_t)c->max_retries,
		.kept = vch_events_add,
		.kept_ctx = d->node.events,
		.window_records = VCH_WINDOW_RECORDS_MAX,
		.snapshot_records = (uint32_t)c->snapshot_records,
	};
	return window_of(&ret->window_s, c->window);
}

/* Ends what vouch_upgrade began; what went wrong is said here. */
static enum vch_err hand_over(const struct vouchd *d)
{
	struct vch_worker_options options;
	enum vch_err err;

	VCH_TRY(tee_options(&options, d));
	errno = 0;
	err = vch_handover_run(d->upgrade_path, &options);
	return err == VCH_UPGRADED ? err
				   : say(err, "cannot hand over as noted in",
					 d->upgrade_path);
}

/* The version of the TEE may not go on; a hand-over may have to be ended. */
static enum vch_err tee_refused(const struct vouchd *d, enum vch_err err)
{
	if (err == VCH_UPGRADED && access(d->upgrade_path, F_OK) == 0)
		return hand_over(d);
	return say(err, "cannot start the TEE on the log in", d->log_dir);
}

static enum vch_err start_tee(struct vouchd *d)
{
	const struct vch_settings *c = &d->opt.settings;
	struct vch_worker_options options;
	enum vch_err err;

	VCH_TRY(tee_options(&options, d));
	errno = 0;
	d->node.queue_max = (uint32_t)c->queue;
	d->node.deadline_ms = (uint32_t)(c->deadline_us / US_PER_MS);
	err = vch_index_new(&d->node.index, d->log_dir);
	if (err != VCH_OK)
		return say(err, "cannot make", "the index");
	err = vch_worker_start(&d->node.worker, &options, d->node.index);
	if (err != VCH_OK) {
		vch_index_free(d->node.index);
		return tee_refused(d, err);
	}
	vch_handover_forget(d->upgrade_path);
	err = probe_tee(&d->node);
	if (err != VCH_OK)
		say(err, "the TEE does not serve:", d->opt.settings.tee);
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
				 struct vch_tokens *tokens)
{
	node->tokens = tokens;
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

/* --- serving ------------------------------------------------------------- */

static enum vch_err write_ready(const struct vouchd *d,
				const struct vch_worker_stats *stats)
{
	struct vch_buf out = vch_json_out();
	char text[VCH_ADDRESS_TEXT_MAX];
	char url[VCH_ADDRESS_TEXT_MAX + 8];
	enum vch_err err;

	vch_json_open(&out, NULL, '{');
	vch_address_print(text, &d->opt.settings.rpc);
	snprintf(url, sizeof(url), "%s://%s",
		 d->opt.settings.certificate[0] ? "https" : "http", text);
	vch_json_put_str(&out, "rpc", url);
	vch_address_print(text, &d->opt.settings.operator);
	snprintf(url, sizeof(url), "http://%s", text);
	vch_json_put_str(&out, "operator", url);
	if (d->opt.settings.unix_path[0])
		vch_json_put_str(&out, "unix", d->opt.settings.unix_path);
	vch_json_put_number(&out, "pid", getpid());
	vch_json_tee_pids(&out, stats);
	vch_json_close(&out, '}');
	vch_buf_add_text(&out, "\n");
	err = vch_file_write(d->ready_path, vch_buf_span(&out), 0600);
	vch_buf_free(&out);
	return err;
}

/* The TEE serves: those who wait for that are told where to find us. */
static void tell_ready(struct vouchd *d, const struct vch_worker_stats *stats)
{
	if (write_ready(d, stats) == VCH_OK)
		vch_notify("READY=1");
	else
		VCH_LOG(VCH_ERROR, "node", "cannot write",
			vch_field_text("path", d->ready_path));
}

static void reload(struct vouchd *d)
{
	if (load_tokens(d) != VCH_OK)
		return;
	/* A session lives no longer than the token that began it. */
	vch_sessions_end(d->node.sessions);
	VCH_LOG(VCH_INFO, "node", "tokens read anew",
		vch_field_text("path", d->opt.settings.tokens));
}

/* Returns when told to stop. A TEE that was restarted has another pid. */
static void serve(struct vouchd *d)
{
	const struct timespec watch = {.tv_nsec = WATCH_NS};
	int told[VCH_WORKERS_MAX] = {0};
	struct vch_node *node = &d->node;
	struct vch_worker_stats stats;
	int sig = -1;

	while (sig < 0 && !atomic_load(&node->upgrading)) {
		vch_events_tick(node->events, vch_clock_ns());
		vch_samples_tick(&node->samples, &node->metrics, vch_methods,
				 vch_method_cnt, vch_clock_ns());
		vch_worker_stats(node->worker, &stats);
		if (stats.serving &&
		    memcmp(told, stats.tee_pid, sizeof(told)) != 0) {
			memcpy(told, stats.tee_pid, sizeof(told));
			tell_ready(d, &stats);
		}
		sig = sigtimedwait(&d->signals, NULL, &watch);
		if (sig == SIGHUP) {
			reload(d);
			sig = -1;
		}
	}
	if (sig < 0)
		VCH_LOG(VCH_INFO, "node", "stopping for the hand-over");
	else
		VCH_LOG(VCH_INFO, "node", "stopping",
			vch_field_num("signal", (uint64_t)sig));
}

static void stop(struct vouchd *d)
{
	struct vch_node *node = &d->node;

	atomic_store(&node->stopping, true);
	vch_notify("STOPPING=1");
	vch_events_close(node->events);
	unlink(d->ready_path);
	vch_ports_drain(node);
	/* Both answer whatever they still have; one signs by the other. */
	vch_upstream_stop(node->upstream);
	vch_worker_stop(node->worker);
	vch_ports_stop(node);
	vch_index_free(node->index);
	if (d->opt.settings.unix_path[0])
		unlink(d->opt.settings.unix_path);
	free_console(node);
}

static void say_serving(const struct vouchd *d)
{
	char rpc[VCH_ADDRESS_TEXT_MAX];
	char operator[VCH_ADDRESS_TEXT_MAX];

	vch_address_print(rpc, &d->opt.settings.rpc);
	vch_address_print(operator, & d->opt.settings.operator);
	VCH_LOG(VCH_INFO, "node", "serving", vch_field_text("rpc", rpc),
		vch_field_text("operator", operator),
		vch_field_text("data", d->opt.settings.data),
		vch_field_text("tee", d->node.platform));
}

/*
 * One vouchd for one data folder. Held until the process ends; what an
 * earlier one left behind can be cleared away then.
 */
static enum vch_err lock_data(const struct vouchd *d)
{
	int fd = open(d->opt.settings.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return say(VCH_FILE, "cannot open", d->opt.settings.data);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		fprintf(stderr, "vouchd: another vouchd is using %s\n",
			d->opt.settings.data);
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
	d->node.upgrade_path = d->upgrade_path;
	if (d->opt.settings.eth_rpc[0] &&
	    vch_upstream_start(&d->node.upstream, d->opt.settings.eth_rpc) !=
		    VCH_OK)
		return say(VCH_ARGUMENT, "no URL:", "--eth-rpc");
	VCH_TRY(make_console(&d->node, d->tokens));
	err = start_tee(d);
	if (err != VCH_OK) {
		free_console(&d->node);
		return err;
	}
	errno = 0;
	err = vch_ports_open(&d->ports, &d->opt.settings, &d->node, d->tokens);
	if (err == VCH_OK) {
		say_serving(d);
		serve(d);
	} else {
		say(err, "cannot open the ports:",
		    d->opt.settings.certificate[0]
			    ? "do certificate and key belong together?"
			    : "--listen and --operator");
	}
	stop(d);
	return err == VCH_OK && atomic_load(&d->node.upgrading) ? hand_over(d)
								: err;
}

/* Signals wait for serve(); no thread and no child takes them elsewhere. */
static void hold_signals(struct vouchd *d)
{
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&d->signals);
	sigaddset(&d->signals, SIGTERM);
	sigaddset(&d->signals, SIGINT);
	sigaddset(&d->signals, SIGHUP);
	VCH_CHECK(sigprocmask(SIG_BLOCK, &d->signals, NULL) == 0);
}

static int print(enum vch_options_print what)
{
	switch (what) {
	case VCH_PRINT_CONFIG:
		vch_settings_print_defaults(stdout);
		break;
	case VCH_PRINT_OPENRPC:
		vch_methods_print(stdout);
		break;
	case VCH_PRINT_MAN:
		vch_options_print_man(stdout);
		break;
	case VCH_PRINT_MAN_CONFIG:
		vch_settings_print_man(stdout);
		break;
	case VCH_PRINT_TOPOLOGY:
		vch_topology_print(stdout);
		break;
	case VCH_PRINT_NOTHING:
		break;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

static enum vch_err prepare(struct vouchd *d)
{
	VCH_TRY(find_places(d));
	VCH_TRY(check_tee_program(d));
	return vch_ports_bind(&d->ports, &d->opt.settings);
}

int main(int argc, char **argv)
{
	static struct vouchd d;
	enum vch_err err;

	umask(077);
	vch_options_parse(&d.opt, argc, argv);
	if (d.opt.print != VCH_PRINT_NOTHING)
		return print(d.opt.print);
	vch_logline_level(d.opt.settings.level);
	hold_signals(&d);
	d.tokens = vch_tokens_new();
	err = prepare(&d);
	if (err == VCH_OK && !d.opt.check)
		err = run(&d);
	if (err == VCH_OK && d.opt.check) {
		vch_settings_print(stdout, &d.opt.settings);
		printf("\n# settings, program and ports are fine\n");
	}
	if (d.opt.check && d.opt.settings.unix_path[0] && err == VCH_OK)
		unlink(d.opt.settings.unix_path);
	vch_tokens_free(d.tokens);
	if (err == VCH_UPGRADED || err == VCH_DOWNGRADE)
		return VCH_EXIT_OTHER_VERSION;
	return err == VCH_OK ? 0 : 1;
}
