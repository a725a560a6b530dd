/* Lesson 04 on libevent: a dispatcher rings a worker's bell while the worker is busy.
 * Where is what was rung, and how many callbacks does it give?
 *
 *     cc -I lab/foreign/said lessons/04-deferred-notify/c/libevent.c -levent -lpthread
 *
 * The steps are those of main.go. Step 4, the full pipe, is about the kernel and not about
 * the loop: it is left out.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>

#include "said.h"

#define STEPS 5

static struct event_base *base;
static int bell[2];               /* where the worker reads, where the dispatcher writes */
static size_t at_once;            /* bytes that one read takes */
static atomic_int rung_in_all;    /* what the reads took */
static atomic_int slow;           /* the next ring brings a job that takes long */
static sem_t busy, go_on;         /* the worker is in that job; it may end it */

static void rung(evutil_socket_t fd, short what, void *arg)
{
	uint64_t buf[8];
	ssize_t n;

	SAY_CALLBACK(fd, what);
	n = read(fd, buf, at_once);
	if (bell[0] == bell[1] && n == 8)
		n = buf[0]; /* an eventfd: a number, not bytes */
	if (atomic_exchange(&slow, 0)) {
		sem_post(&busy); /* the loop stands still meanwhile */
		sem_wait(&go_on);
	}
	SAY_BACK();
	if (n > 0)
		rung_in_all += n; /* the last thing: the dispatcher waits for it */
}

static void ring(void)
{
	uint64_t one = 1;

	write(bell[1], &one, bell[0] == bell[1] ? 8 : 1);
}

/* Wait until the worker has taken n rings. */
static void taken(int n)
{
	while (rung_in_all < n)
		usleep(1000);
}

/* Five rings for a worker that is in the middle of a callback. */
static void while_busy(int step, const char *name)
{
	int before = rung_in_all, i;

	SAY_STEP(step, STEPS, name);
	slow = 1;
	ring();
	sem_wait(&busy);
	for (i = 0; i < 5; i++)
		ring();
	sem_post(&go_on);
	taken(before + 6);
}

static void *worker(void *arg)
{
	event_base_dispatch(arg); /* its event persists: it ends with the program */
	return NULL;
}

static pthread_t start(size_t reads)
{
	struct event *ev;
	pthread_t thread;

	SAY_NAME(bell[0], "bell");
	at_once = reads;
	base = event_base_new();
	ev = event_new(base, bell[0], EV_READ | EV_PERSIST, rung, NULL);
	event_add(ev, NULL);
	pthread_create(&thread, NULL, worker, base);
	return thread;
}

int main(void)
{
	int i;

	sem_init(&busy, 0, 0);
	sem_init(&go_on, 0, 0);
	pipe(bell);
	fcntl(bell[0], F_SETFL, O_NONBLOCK);
	SAY_NAME(bell[1], "bell");
	SAY_STEP(1, STEPS, "an idle worker");
	start(1);
	for (i = 1; i <= 5; i++) {
		ring();
		taken(i);
	}
	while_busy(2, "a busy worker, one byte a read");
	at_once = 64;
	while_busy(3, "a busy worker, one big read");

	/* A doorbell of another make, and a worker of its own. The first one sleeps on. */
	bell[0] = bell[1] = eventfd(0, EFD_NONBLOCK);
	start(8);
	while_busy(5, "the same with an eventfd");
	return 0;
}
