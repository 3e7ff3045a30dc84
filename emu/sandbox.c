/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emu/pipe.h"
#include "trusted/base/check.h"

/* The stack the trusted application may use is there before it is locked. */
#define STACK_SIZE (256 * 1024)
#define PAGE 4096

#ifdef VCH_FAULTS
#define STORAGE_FILE_MAX (VCH_STORAGE_SIZE + VCH_STORAGE_SLOT)
#else
#define STORAGE_FILE_MAX VCH_STORAGE_SIZE
#endif

/* Where the linker put everything static: keys, slots, buffers. */
extern char __data_start[];
extern char _end[];

enum vch_err vch_sandbox_close_fds(void)
{
	if (close_range(0, VCH_PIPE_SAY - 1, 0) != 0 ||
	    close_range(VCH_PIPE_SOCKET + 1, VCH_PIPE_STORAGE - 1, 0) != 0 ||
	    close_range(VCH_PIPE_STORAGE + 1, ~0U, 0) != 0)
		return VCH_TEE_START;
	return VCH_OK;
}

static enum vch_err limit(__rlimit_resource_t what, rlim_t max)
{
	struct rlimit to = {max, max};

	return setrlimit(what, &to) == 0 ? VCH_OK : VCH_TEE_START;
}

static void __attribute__((noinline)) stack_touch(void)
{
	volatile char room[STACK_SIZE];

	for (size_t i = 0; i < sizeof(room); i += PAGE)
		room[i] = 0;
}

static uintptr_t page_of(const void *at)
{
	return (uintptr_t)at & ~(uintptr_t)(PAGE - 1);
}

/* Where secrets can be: static memory and stack. There is no heap in use. */
static bool secrets_lock(void)
{
	uintptr_t from = page_of(__data_start);
	uintptr_t top = page_of(__builtin_frame_address(0)) + PAGE;

	return mlock((void *)from, (uintptr_t)_end - from) == 0 &&
	       mlock((void *)(top - STACK_SIZE), STACK_SIZE) == 0;
}

/*
 * Out of swap and out of core dumps: everything, or where the limit is too
 * low for that what holds secrets. Locking comes before the namespaces: it
 * needs a privilege or a limit that they take away.
 */
static uint32_t memory_guard(void)
{
	uintptr_t from = page_of(__data_start);
	struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};

#ifdef VCH_SAN
	/* a sanitizer's shadow is terabytes of nothing: not to be locked */
	return 0;
#endif
	stack_touch();
	/* only the superuser may raise it; others get what they have */
	if (setrlimit(RLIMIT_MEMLOCK, &most) != 0 &&
	    getrlimit(RLIMIT_MEMLOCK, &most) == 0) {
		most.rlim_cur = most.rlim_max;
		setrlimit(RLIMIT_MEMLOCK, &most);
	}
	madvise((void *)from, (uintptr_t)_end - from, MADV_DONTDUMP);
	/* not the future: libseccomp's memory may lie beyond the limit */
	if (mlockall(MCL_CURRENT) == 0 || secrets_lock())
		return VCH_GUARD_MEMORY;
	munlockall();
	return 0;
}

static bool capabilities_drop(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = {{0}};

	return syscall(SYS_capset, &head, none) == 0;
}

/*
 * Namespaces of our own with an empty, read-only root. A process ID namespace
 * would hold only children, and there are none.
 */
static uint32_t empty_root_guard(void)
{
	bool entered;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
		    CLONE_NEWUTS) != 0)
		return 0;
	entered = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		  mount("none", "/tmp", "tmpfs",
			MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
			"size=4k,nr_inodes=1") == 0 &&
		  chdir("/tmp") == 0 &&
		  /* puts the old root on top of the new one, and off again */
		  syscall(SYS_pivot_root, ".", ".") == 0 &&
		  umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
	return entered ? VCH_GUARD_EMPTY_ROOT : 0;
}

/* A rule set that handles every right and grants none. */
static uint32_t landlock_guard(void)
{
	struct landlock_ruleset_attr rules = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	long fd, err;

	fd = syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
	if (fd < 0)
		return 0;
	err = syscall(SYS_landlock_restrict_self, fd, 0);
	close((int)fd);
	return err == 0 ? VCH_GUARD_LANDLOCK : 0;
}

/*
 * After the change of credentials, which resets both. Between our start and
 * the request to die with the parent, the parent may have died: so ask.
 */
static enum vch_err die_with(pid_t parent)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return VCH_TEE_START;
	return getppid() == parent ? VCH_OK : VCH_TEE_LOST;
}

struct allowed {
	int call;
	int fd; /* the one descriptor for it, or -1: takes none */
};

static const struct allowed allowed[] = {
	{SCMP_SYS(recvfrom), VCH_PIPE_SOCKET},
	{SCMP_SYS(sendto), VCH_PIPE_SOCKET},
	{SCMP_SYS(clock_gettime), -1},
	{SCMP_SYS(getrandom), -1},
	{SCMP_SYS(pread64), VCH_PIPE_STORAGE},
	{SCMP_SYS(fdatasync), VCH_PIPE_STORAGE},
	{SCMP_SYS(write), VCH_PIPE_SAY},
	{SCMP_SYS(rt_sigreturn), -1},
	{SCMP_SYS(restart_syscall), -1},
	{SCMP_SYS(exit_group), -1},
#ifdef VCH_SAN
	/* what a sanitizer's runtime does: only in its flavour for tests */
	{SCMP_SYS(mmap), -1},
	{SCMP_SYS(munmap), -1},
	{SCMP_SYS(mprotect), -1},
	{SCMP_SYS(madvise), -1},
	{SCMP_SYS(futex), -1},
	{SCMP_SYS(gettid), -1},
	{SCMP_SYS(getpid), -1},
	{SCMP_SYS(sched_yield), -1},
	{SCMP_SYS(sigaltstack), -1},
	{SCMP_SYS(rt_sigaction), -1},
	{SCMP_SYS(rt_sigprocmask), -1},
#endif
};

/*
 * The storage does not grow. Not by RLIMIT_FSIZE: that would also count for
 * stderr, and end the TEE whose first line goes to a long file.
 */
static int storage_write_allow(scmp_filter_ctx filter)
{
	struct scmp_arg_cmp where[] = {
		SCMP_A0_32(SCMP_CMP_EQ, VCH_PIPE_STORAGE),
		SCMP_A2_64(SCMP_CMP_LE, VCH_STORAGE_SLOT),
		SCMP_A3_64(SCMP_CMP_LT, STORAGE_FILE_MAX),
	};

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
				      SCMP_SYS(pwrite64), VCH_ARRAY_LEN(where),
				      where);
}

/* Instances of one device take turns at the storage: nothing else of fcntl. */
static int storage_lock_allow(scmp_filter_ctx filter)
{
	struct scmp_arg_cmp where[] = {
		SCMP_A0_32(SCMP_CMP_EQ, VCH_PIPE_STORAGE),
		SCMP_A1_32(SCMP_CMP_EQ, F_OFD_SETLKW),
	};

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
				      VCH_ARRAY_LEN(where), where);
}

/* The filter's own memory is not given back: that would be a system call. */
static enum vch_err calls_restrict(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

	if (!filter)
		return VCH_TEE_START;
	for (size_t i = 0; i < VCH_ARRAY_LEN(allowed); i++) {
		const struct allowed *a = &allowed[i];
		struct scmp_arg_cmp same_fd = SCMP_A0_32(SCMP_CMP_EQ, a->fd);
		unsigned int args = a->fd < 0 ? 0 : 1;

		if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, a->call,
					   args, &same_fd) != 0)
			return VCH_TEE_START;
	}
	if (storage_write_allow(filter) != 0 || storage_lock_allow(filter) != 0)
		return VCH_TEE_START;
	return seccomp_load(filter) == 0 ? VCH_OK : VCH_TEE_START;
}

enum vch_err vch_sandbox_enter(uint32_t *ret_guards, pid_t parent)
{
	uint32_t guards = VCH_GUARD_SECCOMP;

	if (getsid(0) != getpid() && setsid() < 0)
		return VCH_TEE_START;
	VCH_TRY(vch_sandbox_close_fds());
	VCH_TRY(limit(RLIMIT_CORE, 0));
	guards |= memory_guard();
	guards |= empty_root_guard();
	if (!capabilities_drop() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return VCH_TEE_START;
	guards |= landlock_guard();
	VCH_TRY(die_with(parent));
	VCH_TRY(limit(RLIMIT_NOFILE, 0));
	VCH_TRY(limit(RLIMIT_NPROC, 0));
	VCH_TRY(calls_restrict());
#ifdef VCH_FAULTS
	guards |= VCH_GUARD_FAULTS;
#endif
	*ret_guards = guards;
	return VCH_OK;
}
