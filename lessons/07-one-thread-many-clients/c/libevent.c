/* Lesson 07 on libevent: one thread, one base, many clients. And the two things that made
 * the post's author believe that this cannot be.
 *
 *     cc -I lab/foreign/said lessons/07-one-thread-many-clients/c/libevent.c -levent
 *
 * Steps 1 to 3 are those of main.go.
 */
#include <event2/event.h>

#include "clients.h"
#include "said.h"

#define STEPS 3
#define HUNDRED 100

struct conn {
	struct event *ev;
};

static struct event_base *base;
static int listening;
static int accepted, left, all; /* in this step */
static int sleeps;              /* the post's sleep is switched on */
static int nap[2];              /* a pipe: tells client 1 that it begins */

static void str_echo(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	char buf[512];
	ssize_t n;

	SAY_CALLBACK(fd, what);
	n = read(fd, buf, sizeof buf);
	if (n > 0) {
		write(fd, buf, n); /* short lines: the kernel has room */
	} else {
		event_free(c->ev);
		close(fd);
		free(c);
		if (++left == all)
			event_base_loopbreak(base);
	}
	SAY_BACK();
}

static int accept_one(int fd)
{
	int conn = accept(fd, NULL, NULL);
	char name[32];

	snprintf(name, sizeof name, "client %d", ++accepted);
	SAY_NAME(conn, name);
	return conn;
}

static void call_accept(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = malloc(sizeof *c);
	int conn;

	SAY_CALLBACK(fd, what);
	if (sleeps && accepted > 0) {
		write(nap[1], "", 1);
		usleep(200000); /* the post's sleep(10) */
	}
	conn = accept_one(fd);
	c->ev = event_new(base, conn, EV_READ | EV_PERSIST, str_echo, c);
	event_add(c->ev, NULL);
	SAY_BACK();
}

/* The post's other try: one read for each accept. The connection blocks. */
static void accept_and_read(evutil_socket_t fd, short what, void *arg)
{
	char buf[512];
	ssize_t n;
	int conn;

	SAY_CALLBACK(fd, what);
	conn = accept_one(fd);
	n = read(conn, buf, sizeof buf);
	if (n > 0)
		write(conn, buf, n);
	if (accepted == all) /* no event will ever ask for more */
		event_base_loopbreak(base);
	SAY_BACK();
}

static void hundred(void)
{
	static const char *lines[] = {"one\n", "two\n", "three\n"};
	int fds[HUNDRED], i, k;

	for (i = 0; i < HUNDRED; i++)
		fds[i] = dial();
	for (k = 0; k < 3; k++) {
		for (i = 0; i < HUNDRED; i++)
			says(fds[i], lines[k]);
		for (i = 0; i < HUNDRED; i++)
			hears(fds[i], lines[k]);
	}
}

/* Client 1 is served. Then three more come, and client 1 speaks again while the loop sleeps. */
static void asleep(void)
{
	int fds[4], i;
	char c;

	fds[0] = dial();
	says(fds[0], "first\n");
	hears(fds[0], "first\n");
	for (i = 1; i < 4; i++)
		fds[i] = dial();
	read(nap[0], &c, 1);
	says(fds[0], "again\n");
	hears(fds[0], "again\n");
	for (i = 1; i < 4; i++) {
		says(fds[i], "first\n");
		hears(fds[i], "first\n");
	}
}

/* Client 1 connects and is silent while the others speak. */
static void silent(void)
{
	int fds[4], i;

	for (i = 0; i < 4; i++)
		fds[i] = dial();
	for (i = 1; i < 4; i++)
		says(fds[i], "first\n");
	usleep(100000);
	says(fds[0], "first\n");
	for (i = 0; i < 4; i++)
		hears(fds[i], "first\n");
	for (i = 0; i < 4; i++)
		says(fds[i], "second\n");
}

static void serve(int step, const char *name, event_callback_fn accepts, int come, void (*script)(void))
{
	struct event *ev;
	pid_t pid;

	SAY_STEP(step, STEPS, name);
	accepted = left = 0;
	all = come;
	base = event_base_new();
	ev = event_new(base, listening, EV_READ | EV_PERSIST, accepts, NULL);
	event_add(ev, NULL);
	pid = clients(script);
	event_base_dispatch(base);
	waitpid(pid, NULL, 0);
	event_free(ev);
	event_base_free(base);
}

int main(void)
{
	listening = listener(128);
	SAY_NAME(listening, "listener");
	pipe(nap);
	SAY_NAME(nap[1], "nap");
	serve(1, "a hundred clients", call_accept, HUNDRED, hundred);
	sleeps = 1;
	serve(2, "sleep in the accept callback", call_accept, 4, asleep);
	serve(3, "one read for each accept", accept_and_read, 4, silent);
	return 0;
}
