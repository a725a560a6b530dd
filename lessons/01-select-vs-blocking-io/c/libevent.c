/* Lesson 01 on libevent: two sources, a pipe a and a socket b. b speaks while a is
 * silent. Who hears b in time?
 *
 *     cc -I lab/foreign/said lessons/01-select-vs-blocking-io/c/libevent.c -levent -lpthread
 *
 * Step 1 has no loop: read(2) in turn, with calls that block. In step 2 libevent waits for
 * both, with what it takes when nobody chooses.
 */
#include <event2/event.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "said.h"

#define STEPS 2

static int a[2], b[2]; /* of each: where the program reads, where the world writes */
static struct event *events[2];

static void say_line(int fd, const char *line) { write(fd, line, 3); }

/* What the world says, and in which order. a speaks only after b, twice. */
static void *world(void *loops)
{
	int n = 1, i;

	say_line(b[1], "b1\n");
	/* The loop has read b1 before a speaks. Who reads in turn never does: then go on. */
	for (i = 0; loops && n > 0 && i < 5000; i++) {
		ioctl(b[0], FIONREAD, &n);
		usleep(1000);
	}
	say_line(b[1], "b2\n");
	say_line(a[1], "a1\n");
	say_line(b[1], "b3\n");
	close(a[1]);
	close(b[1]);
	return NULL;
}

static pthread_t begin(void *loops)
{
	pthread_t thread;

	pipe(a);
	socketpair(AF_UNIX, SOCK_STREAM, 0, b);
	SAY_NAME(a[0], "a");
	SAY_NAME(b[0], "b");
	pthread_create(&thread, NULL, world, loops);
	return thread;
}

static void finish(pthread_t thread)
{
	pthread_join(thread, NULL);
	close(a[0]);
	close(b[0]);
}

static void read_cb(evutil_socket_t fd, short what, void *arg)
{
	struct event **ev = arg;
	char buf[512];

	SAY_CALLBACK(fd, what);
	if (read(fd, buf, sizeof buf) <= 0)
		event_del(*ev); /* or it would be ready for ever */
	SAY_BACK();
}

int main(void)
{
	struct event_base *base;
	pthread_t thread;
	char buf[512];
	int open_a = 1, open_b = 1;

	SAY_STEP(1, STEPS, "read in turn");
	thread = begin(NULL);
	while (open_a || open_b) {
		if (open_a)
			open_a = read(a[0], buf, sizeof buf) > 0;
		if (open_b)
			open_b = read(b[0], buf, sizeof buf) > 0;
	}
	finish(thread);

	SAY_STEP(2, STEPS, "wait for both");
	base = event_base_new();
	thread = begin(base);
	events[0] = event_new(base, a[0], EV_READ | EV_PERSIST, read_cb, &events[0]);
	events[1] = event_new(base, b[0], EV_READ | EV_PERSIST, read_cb, &events[1]);
	event_add(events[0], NULL);
	event_add(events[1], NULL);
	SAY_RETURNED(event_base_dispatch(base)); /* when no event is left */
	event_free(events[0]);
	event_free(events[1]);
	event_base_free(base);
	finish(thread);
	return 0;
}
