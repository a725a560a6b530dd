/* Lesson 03 on libevent: what becomes of a base, and of the clients that come next, while
 * another base is dispatched in one of its callbacks?
 *
 *     cc -I lab/foreign/said lessons/03-one-base-per-thread/c/libevent.c \
 *         -levent -levent_pthreads -lpthread
 *
 * Steps 1 to 3 are those of main.go.
 */
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdatomic.h>

#include "clients.h"
#include "said.h"

#define STEPS 3

struct conn {
	int fd;
	struct event *ev;
};

static int listening;
static struct event_base *first, *second, *workers[2];
static int accepted;    /* in this step */
static atomic_int left; /* clients that have left */
static int all;         /* how many will come */

static void read_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	char buf[512];
	ssize_t n;
	int last = 0;

	SAY_CALLBACK(fd, what);
	n = read(fd, buf, sizeof buf);
	if (n > 0) {
		write(fd, buf, n);
	} else {
		event_free(c->ev);
		close(fd);
		free(c);
		last = ++left == all;
	}
	SAY_BACK();
	if (last)
		event_base_loopbreak(first);
}

/* read_on has a base watch a client. */
static void read_on(struct event_base *base, int fd)
{
	struct conn *c = malloc(sizeof *c);
	char name[32];

	snprintf(name, sizeof name, "client %d", accepted);
	SAY_NAME(fd, name);
	c->fd = fd;
	c->ev = event_new(base, fd, EV_READ | EV_PERSIST, read_cb, c);
	event_add(c->ev, NULL);
}

/* The post's idea: a base for each client, dispatched in the callback of the other. */
static void accept_and_dispatch(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *inner;

	SAY_CALLBACK(fd, what);
	accepted++;
	inner = event_base_new();
	read_on(inner, accept(fd, NULL, NULL));
	SAY_RETURNED(event_base_dispatch(inner)); /* until the client has left */
	event_base_free(inner);
	SAY_BACK();
}

static void accept_for_second(evutil_socket_t fd, short what, void *arg)
{
	SAY_CALLBACK(fd, what);
	accepted++;
	read_on(second, accept(fd, NULL, NULL));
	SAY_BACK();
}

/* The worker's base is another thread's. event_add wakes it: evthread_use_pthreads. */
static void accept_for_workers(evutil_socket_t fd, short what, void *arg)
{
	struct event_base *base = workers[accepted % 2];

	SAY_CALLBACK(fd, what);
	accepted++;
	read_on(base, accept(fd, NULL, NULL));
	SAY_BACK();
}

/* Three clients. The first one stays until the others have spoken. */
static void visit(void)
{
	int one = dial(), two, three;

	says(one, "one\n");
	hears(one, "one\n");
	two = dial();
	three = dial();
	says(two, "two\n");
	says(three, "three\n");
	says(one, "still here\n");
	hears(one, "still here\n");
	says(one, "and here\n");
	hears(one, "and here\n");
	close(one);
	hears(two, "two\n");
	close(two);
	hears(three, "three\n");
}

/* Six clients at the same time, each of which speaks three times. */
static void crowd(void)
{
	static const char *lines[] = {"one\n", "two\n", "three\n"};
	int fds[6], i, k;

	for (i = 0; i < 6; i++)
		fds[i] = dial();
	for (k = 0; k < 3; k++) {
		for (i = 0; i < 6; i++)
			says(fds[i], lines[k]);
		for (i = 0; i < 6; i++)
			hears(fds[i], lines[k]);
	}
}

static struct event *begin(int step, const char *name, event_callback_fn accepts, int come)
{
	struct event *ev;

	SAY_STEP(step, STEPS, name);
	accepted = left = 0;
	all = come;
	first = event_base_new();
	ev = event_new(first, listening, EV_READ | EV_PERSIST, accepts, NULL);
	event_add(ev, NULL);
	return ev;
}

static void end(struct event *ev, pid_t pid)
{
	waitpid(pid, NULL, 0);
	event_free(ev);
	event_base_free(first);
}

static void *work(void *base)
{
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

int main(void)
{
	struct event *ev;
	pthread_t threads[2];
	pid_t pid;
	int i;

	evthread_use_pthreads(); /* before any base is made */
	listening = listener(10);
	SAY_NAME(listening, "listener");

	ev = begin(1, "one inside the other", accept_and_dispatch, 3);
	pid = clients(visit);
	event_base_dispatch(first);
	end(ev, pid);

	ev = begin(2, "taking turns", accept_for_second, 3);
	second = event_base_new();
	pid = clients(visit);
	while (left < all) { /* one thread, two bases, and neither waits */
		event_base_loop(first, EVLOOP_NONBLOCK);
		event_base_loop(second, EVLOOP_NONBLOCK);
		usleep(1000);
	}
	event_base_free(second);
	end(ev, pid);

	ev = begin(3, "a base for each worker", accept_for_workers, 6);
	for (i = 0; i < 2; i++) {
		workers[i] = event_base_new(); /* made here, run there */
		pthread_create(&threads[i], NULL, work, workers[i]);
	}
	pid = clients(crowd);
	event_base_dispatch(first);
	for (i = 0; i < 2; i++) {
		event_base_loopbreak(workers[i]);
		pthread_join(threads[i], NULL);
		event_base_free(workers[i]);
	}
	end(ev, pid);
	close(listening);
	return 0;
}
