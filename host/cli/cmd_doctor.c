/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vouch doctor: is this machine fit to run a node? Looks, changes nothing
 * but one small file that it removes again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "host/base/clock.h"
#include "host/base/file.h"
#include "host/cli/cli.h"
#include "host/cli/doc.h"
#include "host/cli/node_files.h"
#include "host/cli/term.h"
#include "host/net/address.h"
#include "trusted/base/check.h"

#define TEXT_MAX 200
#define MIB (1024ull * 1024)
/* What vouch-tee holds in memory that may not be swapped out. */
#define MEMLOCK_MIN (64 * MIB)
#define MEMORY_MIN (256 * MIB)
#define DISK_MIN (1024 * MIB)
#define FILES_MIN 4096
#define SYNC_ROUNDS 15
#define TMPFS_MAGIC 0x01021994
#define LANDLOCK_VERSION 1u
/* 2025-01-01: no clock that is right says less. */
#define CLOCK_MIN_S 1735689600

enum grade { OK, WARN, BAD };

struct doctor {
	struct vch_cli *cli;
	yyjson_mut_doc *doc;
	yyjson_mut_val *list;
	unsigned bad_cnt;
	unsigned warn_cnt;
};

static void say(struct doctor *d, enum grade grade, const char *what,
		const char *todo, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* One line; todo is what to do about it, NULL if nothing. */
static void say(struct doctor *d, enum grade grade, const char *what,
		const char *todo, const char *format, ...)
{
	static const char *const words[] = {"ok", "warn", "bad"};
	static const enum vch_ink inks[] = {VCH_INK_GREEN, VCH_INK_BOLD,
					    VCH_INK_RED};
	yyjson_mut_val *one = yyjson_mut_arr_add_obj(d->doc, d->list);
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	d->bad_cnt += grade == BAD;
	d->warn_cnt += grade == WARN;
	VCH_CHECK(yyjson_mut_obj_add_str(d->doc, one, "grade", words[grade]) &&
		  yyjson_mut_obj_add_str(d->doc, one, "what", what) &&
		  yyjson_mut_obj_add_strcpy(d->doc, one, "found", text));
	if (todo)
		VCH_CHECK(yyjson_mut_obj_add_str(d->doc, one, "todo", todo));
	if (d->cli->json)
		return;
	printf("  %s%-4s%s  %-12s %s\n", vch_ink(inks[grade]), words[grade],
	       vch_ink(VCH_INK_NONE), what, text);
	if (todo)
		printf("  %19s%s%s%s\n", "", vch_ink(VCH_INK_DIM), todo,
		       vch_ink(VCH_INK_NONE));
}

/* ---- the machine ---------------------------------------------------- */

static void check_tee(struct doctor *d)
{
	static const char *const devices[][2] = {
		{"/dev/tee0", "OP-TEE (TrustZone)"},
		{"/dev/sgx_enclave", "Intel SGX"},
		{"/dev/tdx_guest", "Intel TDX guest"},
		{"/dev/tdx-guest", "Intel TDX guest"},
		{"/dev/sev-guest", "AMD SEV-SNP guest"},
		{"/dev/tpmrm0", "TPM 2.0"},
	};
	bool any = false;

	for (size_t i = 0; i < VCH_ARRAY_LEN(devices); i++) {
		if (access(devices[i][0], F_OK) != 0)
			continue;
		any = true;
		say(d, OK, "TEE device", NULL, "%s: %s", devices[i][0],
		    devices[i][1]);
	}
	if (!any)
		say(d, WARN, "TEE device",
		    "fine for development and test chains; real accounts need "
		    "a real TEE",
		    "none: the TEE will be EMULATED and protect nothing");
}

/* Bytes of a line of /proc/meminfo; 0 if it is not there. */
static uint64_t meminfo(const char *key)
{
	struct vch_buf text = vch_buf(65536);
	uint64_t kib = 0;
	const char *at;

	if (vch_file_read(&text, "/proc/meminfo") == VCH_OK) {
		at = strstr(vch_buf_text(&text), key);
		if (at)
			kib = strtoull(at + strlen(key), NULL, 10);
	}
	vch_buf_free(&text);
	return kib * 1024;
}

static void check_machine(struct doctor *d)
{
	uint64_t memory = meminfo("MemAvailable:");
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	say(d, memory >= MEMORY_MIN ? OK : WARN, "memory",
	    memory >= MEMORY_MIN ? NULL : "a node wants 256 MiB at least",
	    "%llu MiB available, %ld cores", (unsigned long long)(memory / MIB),
	    cores);
}

static void check_limits(struct doctor *d)
{
	struct rlimit lock = {0};
	struct rlimit files = {0};
	bool root = geteuid() == 0;
	bool enough;

	if (getrlimit(RLIMIT_MEMLOCK, &lock) != 0 ||
	    getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	enough = root || lock.rlim_max >= MEMLOCK_MIN;
	say(d, enough ? OK : WARN, "memlock",
	    enough ? NULL
		   : "raise it (LimitMEMLOCK=64M in the unit): secrets could "
		     "be swapped to disk",
	    lock.rlim_max == RLIM_INFINITY ? "no limit" : "at most %llu KiB",
	    (unsigned long long)(lock.rlim_max / 1024));
	enough = files.rlim_cur >= FILES_MIN;
	say(d, enough ? OK : WARN, "open files",
	    enough ? NULL
		   : "for limits.connections = 1024, raise it (LimitNOFILE)",
	    "at most %llu", (unsigned long long)files.rlim_cur);
}

static bool file_has(const char *path, const char *word)
{
	struct vch_buf text = vch_buf(65536);
	bool has = vch_file_read(&text, path) == VCH_OK && text.len > 0 &&
		   strstr(vch_buf_text(&text), word) != NULL;

	vch_buf_free(&text);
	return has;
}

static void check_sandbox(struct doctor *d)
{
	bool seccomp = file_has("/proc/sys/kernel/seccomp/actions_avail",
				"kill_process");
	long landlock =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	bool open_ptrace =
		file_has("/proc/sys/kernel/yama/ptrace_scope", "0\n");
	bool swap = meminfo("SwapTotal:") > 0;

	say(d, seccomp ? OK : BAD, "seccomp",
	    seccomp ? NULL
		    : "use a kernel with CONFIG_SECCOMP_FILTER: vouch-tee does "
		      "not start without",
	    "%s", seccomp ? "filters can end a process" : "no filters here");
	if (landlock > 0)
		say(d, OK, "landlock", NULL, "version %ld", landlock);
	else
		say(d, OK, "landlock", NULL,
		    "not here; nothing needs it: vouch-tee has no file system");
	say(d, open_ptrace ? WARN : OK, "ptrace",
	    open_ptrace ? "sysctl kernel.yama.ptrace_scope=1" : NULL, "%s",
	    open_ptrace ? "any process of a user may read another's memory"
			: "restricted, or vouch-tee's own refusal must do");
	say(d, swap ? WARN : OK, "swap",
	    swap ? "turn it off or encrypt it, unless memlock is ok" : NULL,
	    "%s", swap ? "there is some" : "none");
}

static void check_clock(struct doctor *d)
{
	struct timex state = {0};
	int status = adjtimex(&state);
	bool synced = status >= 0 && status != TIME_ERROR &&
		      !(state.status & STA_UNSYNC);
	bool sane = vch_clock_wall_s() >= CLOCK_MIN_S;

	say(d,
	    !sane    ? BAD
	    : synced ? OK
		     : WARN,
	    "clock",
	    sane && synced ? NULL
			   : "run an NTP client: validUntil and the day of a "
			     "limit hang on it",
	    "%s%s", sane ? "plausible" : "years behind",
	    synced ? ", synchronised" : ", not synchronised");
}

/* ---- where the node keeps its things -------------------------------- */

/* The folder, or the nearest one above it that is there. */
static void nearest(char ret[VCH_PATH_MAX], const char *path)
{
	char *slash;

	snprintf(ret, VCH_PATH_MAX, "%s", path);
	while (access(ret, F_OK) != 0 && (slash = strrchr(ret, '/')) &&
	       slash != ret)
		*slash = '\0';
	if (access(ret, F_OK) != 0)
		snprintf(ret, VCH_PATH_MAX, "%s", path[0] == '/' ? "/" : ".");
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Median and worst time of one durable write of 4 KiB. */
static bool time_sync(const char *dir, uint64_t *ret_median,
		      uint64_t *ret_worst)
{
	static const char page[4096];
	uint64_t took[SYNC_ROUNDS];
	char path[VCH_PATH_MAX];
	bool good = true;
	int fd;

	if (vch_path_join(path, dir, ".vouch-doctor-XXXXXX") != VCH_OK)
		return false;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return false;
	unlink(path);
	for (size_t i = 0; i < SYNC_ROUNDS && good; i++) {
		uint64_t began = vch_clock_ns();

		good = pwrite(fd, page, sizeof(page), 0) == sizeof(page) &&
		       fdatasync(fd) == 0;
		took[i] = vch_clock_ns() - began;
	}
	close(fd);
	if (!good)
		return false;
	qsort(took, SYNC_ROUNDS, sizeof(took[0]), compare_u64);
	*ret_median = took[SYNC_ROUNDS / 2];
	*ret_worst = took[SYNC_ROUNDS - 1];
	return true;
}

static void check_disk(struct doctor *d)
{
	char dir[VCH_PATH_MAX];
	struct statfs fs = {0};
	uint64_t median = 0;
	uint64_t worst = 0;
	uint64_t left;
	bool slow;

	nearest(dir, d->cli->data);
	if (statfs(dir, &fs) != 0 || !time_sync(dir, &median, &worst)) {
		say(d, BAD, "disk", "choose another folder with --data",
		    "cannot write in %.100s: %s", dir, strerror(errno));
		return;
	}
	left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	say(d, left >= DISK_MIN ? OK : WARN, "disk space",
	    left >= DISK_MIN ? NULL : "the log only grows: make room",
	    "%llu MiB left in %.100s", (unsigned long long)(left / MIB), dir);
	if (fs.f_type == TMPFS_MAGIC) {
		say(d, BAD, "disk sync", "keep --data on a disk",
		    "%.100s is memory: the log would be gone after a restart",
		    dir);
		return;
	}
	slow = median > 20 * VCH_NS_PER_MS;
	say(d, slow ? WARN : OK, "disk sync",
	    slow ? "every answer waits for it: use an SSD with power-loss "
		   "protection"
		 : NULL,
	    "a durable write takes %.2f ms, the slowest of %d %.2f ms",
	    (double)median / VCH_NS_PER_MS, SYNC_ROUNDS,
	    (double)worst / VCH_NS_PER_MS);
}

static void check_folder(struct doctor *d, const char *what, const char *path)
{
	if (access(path, F_OK) != 0) {
		say(d, OK, what, NULL, "%.120s will be made", path);
		return;
	}
	if (vch_dir_check_private(path) == VCH_OK)
		say(d, OK, what, NULL, "%.120s is ours alone", path);
	else
		say(d, BAD, what, "chown it to the user of vouchd, chmod 700",
		    "others can get at %.120s, or it is not ours", path);
}

static void check_upgrade(struct doctor *d)
{
	char path[VCH_PATH_MAX];

	if (vch_path_join(path, d->cli->data, "upgrade") == VCH_OK &&
	    access(path, F_OK) == 0)
		say(d, WARN, "hand-over",
		    "put the next version in place, then start vouchd",
		    "the TEE is being handed over: %.120s", path);
}

static void check_programs(struct doctor *d)
{
	static const char *const names[] = {"vouchd", "vouch-tee"};
	char self[VCH_PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[len > 0 ? len : 0] = '\0';
	if (strrchr(self, '/'))
		*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < VCH_ARRAY_LEN(names); i++) {
		char path[VCH_PATH_MAX];
		bool there = vch_path_join(path, self, names[i]) == VCH_OK &&
			     access(path, X_OK) == 0;

		say(d, there ? OK : WARN, names[i],
		    there ? NULL : "build it (make), or install it there",
		    there ? "in %.150s" : "not in %.150s", self);
	}
}

static void check_ports(struct doctor *d)
{
	static const char *const ports[] = {"127.0.0.1:3000", "127.0.0.1:9000"};
	int pid = vch_node_pid(d->cli->data);

	if (pid > 0) {
		say(d, OK, "node", NULL, "vouchd runs, process %d", pid);
		return;
	}
	for (size_t i = 0; i < VCH_ARRAY_LEN(ports); i++) {
		struct vch_address address;
		int fd;

		VCH_CHECK(vch_address_parse(&address, ports[i]) == VCH_OK);
		if (vch_address_bind(&address, &fd) == VCH_OK) {
			close(fd);
			say(d, OK, "port", NULL, "%s is free", ports[i]);
			continue;
		}
		say(d, WARN, "port",
		    "choose others with server.listen and server.operator",
		    "%s: %s", ports[i], strerror(errno));
	}
}

enum vch_err vch_cmd_doctor(struct vch_cli *cli)
{
	struct doctor d = {.cli = cli, .doc = yyjson_mut_doc_new(NULL)};

	VCH_CHECK(d.doc);
	d.list = yyjson_mut_arr(d.doc);
	yyjson_mut_doc_set_root(d.doc, d.list);
	check_tee(&d);
	check_machine(&d);
	check_limits(&d);
	check_sandbox(&d);
	check_clock(&d);
	check_disk(&d);
	check_folder(&d, "data", cli->data);
	check_folder(&d, "secure", cli->secure);
	check_upgrade(&d);
	check_programs(&d);
	check_ports(&d);
	if (cli->json)
		vch_doc_show(d.doc);
	yyjson_mut_doc_free(d.doc);
	if (d.bad_cnt > 0)
		return vch_cli_fail(cli, VCH_UNFIT, "%u bad", d.bad_cnt);
	if (!cli->json)
		printf("\nFit for a node%s.\n",
		       d.warn_cnt > 0 ? "; mind the lines marked warn" : "");
	return VCH_OK;
}
