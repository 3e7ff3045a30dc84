/* SPDX-License-Identifier: Apache-2.0 */
#include "host/net/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "host/base/alloc.h"
#include "host/base/clock.h"
#include "trusted/base/check.h"

#define EVENTS 64
/* Connections accepted before those that are there get their turn. */
#define ACCEPT_MAX 16
#define STACK (1u << 20)
/* Where descriptors are short, before it is tried again. */
#define PAUSE_NS (5 * VCH_NS_PER_MS)

struct vch_loop {
	struct vch_loops *all;
	pthread_t thread;
	int epoll;
	int kick; /* an eventfd: the woken are more than none */
	pthread_mutex_t mutex;
	struct vch_ready *first_woken; /* under it */
	struct vch_ready *first;       /* of all; the thread's own */
	char scratch[VCH_SCRATCH];
};

struct vch_loops {
	struct vch_loop_use use;
	int listen_fd;
	atomic_bool stop;
	uint32_t cnt;
	struct vch_loop *loop[VCH_LOOPS_MAX];
};

/* The loop whose thread this is. */
static _Thread_local struct vch_loop *own;

/* Stand in epoll for what is no connection. */
static char listener, kicker;

static void kick(struct vch_loop *loop)
{
	const uint64_t one = 1;
	ssize_t n = write(loop->kick, &one, sizeof(one));

	(void)n; /* it fails only where it was kicked 2^64 times */
}

void vch_loop_wake(struct vch_ready *ready)
{
	struct vch_loop *loop = ready->loop;
	bool first;

	if (atomic_exchange(&ready->woken, true))
		return;
	pthread_mutex_lock(&loop->mutex);
	first = !loop->first_woken;
	ready->next_woken = loop->first_woken;
	loop->first_woken = ready;
	pthread_mutex_unlock(&loop->mutex);
	if (first && loop != own)
		kick(loop);
}

/* Those that were woken so far; who is woken meanwhile has the next turn. */
static void run_woken(struct vch_loop *loop)
{
	const struct vch_loop_use *use = &loop->all->use;
	struct vch_ready *next;

	pthread_mutex_lock(&loop->mutex);
	next = loop->first_woken;
	loop->first_woken = NULL;
	pthread_mutex_unlock(&loop->mutex);
	while (next) {
		struct vch_ready *ready = next;

		next = ready->next_woken;
		atomic_store(&ready->woken, false);
		use->ready(use->ctx, ready, 0);
	}
}

static bool any_woken(struct vch_loop *loop)
{
	bool any;

	pthread_mutex_lock(&loop->mutex);
	any = loop->first_woken != NULL;
	pthread_mutex_unlock(&loop->mutex);
	return any;
}

static void accept_some(struct vch_loop *loop)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	const struct vch_loop_use *use = &loop->all->use;

	for (int i = 0; i < ACCEPT_MAX; i++) {
		struct sockaddr_storage peer;
		socklen_t len = sizeof(peer);
		int fd = accept4(loop->all->listen_fd, (struct sockaddr *)&peer,
				 &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0)
			use->accepted(use->ctx, loop, fd,
				      (struct sockaddr *)&peer);
		else if (errno == EMFILE || errno == ENFILE ||
			 errno == ENOBUFS || errno == ENOMEM)
			nanosleep(&pause, NULL);
		if (fd < 0)
			return;
	}
}

static void dispatch(struct vch_loop *loop, const struct epoll_event *event)
{
	const struct vch_loop_use *use = &loop->all->use;
	uint64_t cnt;
	ssize_t n;

	if (event->data.ptr == &listener) {
		accept_some(loop);
	} else if (event->data.ptr == &kicker) {
		n = read(loop->kick, &cnt, sizeof(cnt));
		(void)n;
	} else {
		use->ready(use->ctx, event->data.ptr, event->events);
	}
}

static void *run(void *arg)
{
	struct vch_loop *loop = arg;
	struct vch_loops *all = loop->all;
	struct epoll_event events[EVENTS];

	own = loop;
	while (!atomic_load(&all->stop)) {
		int cnt = epoll_wait(loop->epoll, events, EVENTS,
				     any_woken(loop) ? 0 : -1);

		VCH_CHECK(cnt >= 0 || errno == EINTR);
		for (int i = 0; i < cnt; i++)
			dispatch(loop, &events[i]);
		run_woken(loop);
	}
	while (loop->first)
		all->use.ended(all->use.ctx, loop->first);
	while (any_woken(loop))
		run_woken(loop);
	return NULL;
}

static bool wait_for(struct vch_loop *loop, int fd, void *ptr, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = ptr};

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

enum vch_err vch_loop_add(struct vch_loop *loop, struct vch_ready *ready,
			  int fd)
{
	if (!wait_for(loop, fd, ready,
		      EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET))
		return VCH_SOCKET;
	ready->loop = loop;
	ready->next = loop->first;
	if (ready->next)
		ready->next->prev = ready;
	loop->first = ready;
	return VCH_OK;
}

void vch_loop_remove(struct vch_ready *ready)
{
	if (ready->next)
		ready->next->prev = ready->prev;
	if (ready->prev)
		ready->prev->next = ready->next;
	else
		ready->loop->first = ready->next;
}

char *vch_loop_scratch(struct vch_loop *loop)
{
	return loop->scratch;
}

static void loop_free(struct vch_loop *loop)
{
	if (loop->epoll >= 0)
		close(loop->epoll);
	if (loop->kick >= 0)
		close(loop->kick);
	pthread_mutex_destroy(&loop->mutex);
	free(loop);
}

static bool start_thread(struct vch_loop *loop)
{
	pthread_attr_t attr;
	bool started;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	started = pthread_create(&loop->thread, &attr, run, loop) == 0;
	pthread_attr_destroy(&attr);
	return started;
}

static enum vch_err start_one(struct vch_loops *all)
{
	struct vch_loop *loop = vch_alloc(1, sizeof(*loop));

	loop->all = all;
	pthread_mutex_init(&loop->mutex, NULL);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->epoll >= 0 && loop->kick >= 0 &&
	    wait_for(loop, loop->kick, &kicker, EPOLLIN) &&
	    wait_for(loop, all->listen_fd, &listener,
		     EPOLLIN | EPOLLEXCLUSIVE) &&
	    start_thread(loop)) {
		all->loop[all->cnt++] = loop;
		return VCH_OK;
	}
	loop_free(loop);
	return VCH_SOCKET;
}

enum vch_err vch_loops_start(struct vch_loops **ret,
			     const struct vch_loop_use *use, int listen_fd,
			     uint32_t cnt)
{
	struct vch_loops *all = vch_alloc(1, sizeof(*all));

	VCH_CHECK(cnt > 0 && cnt <= VCH_LOOPS_MAX);
	all->use = *use;
	all->listen_fd = listen_fd;
	for (uint32_t i = 0; i < cnt; i++) {
		if (start_one(all) == VCH_OK)
			continue;
		vch_loops_stop(all);
		return VCH_SOCKET;
	}
	*ret = all;
	return VCH_OK;
}

void vch_loops_quiesce(struct vch_loops *loops)
{
	for (uint32_t i = 0; i < loops->cnt; i++)
		epoll_ctl(loops->loop[i]->epoll, EPOLL_CTL_DEL,
			  loops->listen_fd, NULL);
	shutdown(loops->listen_fd, SHUT_RDWR);
}

void vch_loops_stop(struct vch_loops *loops)
{
	atomic_store(&loops->stop, true);
	for (uint32_t i = 0; i < loops->cnt; i++)
		kick(loops->loop[i]);
	for (uint32_t i = 0; i < loops->cnt; i++) {
		pthread_join(loops->loop[i]->thread, NULL);
		loop_free(loops->loop[i]);
	}
	free(loops);
}
