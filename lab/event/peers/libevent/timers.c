/* Timers: delete and add one among many; let many expire. */
#include "libevent.h"

static struct event_base *base;
static struct event *events;
static int pending;
static long expired;

static void on_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	expired++;
}

static void add(int i, long ms) /* after 1,000 s and ms */
{
	struct timeval timeout = {1000 + ms / 1000, ms % 1000 * 1000};
	event_add(&events[i], &timeout);
}

static void fill(char **args)
{
	base = base_on(NULL);
	pending = atoi(args[0]);
	events = calloc(pending, sizeof *events);
	for (int i = 0; i < pending; i++) {
		event_assign(&events[i], base, -1, 0, on_timeout, NULL);
		add(i, i * 7919L % pending);
	}
}

static double delete_and_add(long n)
{
	double start = now();
	for (long i = 0; i < n; i++) {
		event_del(&events[i % pending]);
		add(i % pending, i * 104729 % pending);
	}
	return (now() - start) / n;
}

void timers(char **args) /* PENDING */
{
	fill(args);
	serve(delete_and_add);
}

/* n of the timers get deadlines 1 us apart, in disorder; only when all are over
 * does the loop come, and only the loop is timed. (libevent goes by a coarse
 * clock, CLOCK_MONOTONIC_COARSE, which may be 10 ms late.) */
static double let_expire(long n)
{
	for (long i = 0; i < n; i++) {
		struct timeval timeout = {0, i * 7919 % n};
		event_add(&events[i], &timeout);
	}
	for (double until = now() + n * 1e3 + 12e6; now() < until;)
		;
	expired = 0;
	double start = now();
	event_base_loop(base, EVLOOP_ONCE);
	double time = now() - start;
	if (expired != n)
		die("%ld of %ld timers expired", expired, n);
	for (long i = 0; i < n; i++)
		add(i, i);
	return time / n;
}

void expire(char **args) /* PENDING */
{
	fill(args);
	serve(let_expire);
}
