/* Lesson 02 on libevent: what becomes of one echo into a FIFO?
 *
 *     cc -I lab/foreign/said lessons/02-ev-persist/c/libevent.c -levent
 *
 * The steps are those of main.go. Here one thread writes, and then runs the loop
 * until everything is read or never will be.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "said.h"

#define STEPS 5
#define MANY 1100 /* callbacks that nobody can call few */

static struct event_base *base;
static int calls;     /* of this step */
static int read_from; /* the first call that reads; 0: none does */
static int read_upto; /* and the last one */

static void fifo_read(evutil_socket_t fd, short what, void *arg)
{
	char buf[255];

	SAY_CALLBACK(fd, what);
	calls++;
	if (read_from > 0 && calls >= read_from && calls <= read_upto)
		read(fd, buf, sizeof buf);
	if (calls == MANY)
		event_base_loopbreak(base);
	SAY_BACK();
}

static int left(int fd) /* bytes in the FIFO */
{
	int n = 0;

	ioctl(fd, FIONREAD, &n);
	return n;
}

/* Somebody says: echo heihei > event.fifo */
static void echo(const char *path)
{
	int fd = open(path, O_WRONLY);

	write(fd, "heihei\n", 7);
	close(fd);
}

static struct event *start(int step, const char *name, int fd, short what, int from, int upto)
{
	struct event *ev;

	SAY_STEP(step, STEPS, name);
	calls = 0;
	read_from = from;
	read_upto = upto;
	base = event_base_new();
	ev = event_new(base, fd, what, fifo_read, NULL);
	event_add(ev, NULL);
	return ev;
}

static void stop(struct event *ev)
{
	event_free(ev);
	event_base_free(base);
}

int main(void)
{
	const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	char dir[256], path[300];
	struct event *ev;
	int fd, i;

	/* By this name the instrument finds and removes it, should this program be killed. */
	snprintf(dir, sizeof dir, "%s/fdlab-fifo-%d-XXXXXX", tmp, getpid());
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/event.fifo", dir);
	if (mkfifo(path, 0600) != 0)
		return 1;

	/* Read-write, as the post: this fd is a writer too, so the end of file never comes. */
	fd = open(path, O_RDWR | O_NONBLOCK);
	SAY_NAME(fd, "fifo");

	ev = start(1, "one-shot", fd, EV_READ, 0, 0);
	echo(path);
	SAY_RETURNED(event_base_dispatch(base));
	stop(ev);

	ev = start(2, "persist, and read", fd, EV_READ | EV_PERSIST, 1, MANY);
	while (left(fd) > 0) /* what step 1 has left */
		event_base_loop(base, EVLOOP_ONCE);
	for (i = 0; i < 3; i++)
		for (echo(path); left(fd) > 0;)
			event_base_loop(base, EVLOOP_ONCE);
	stop(ev);

	ev = start(3, "read in the 20th call", fd, EV_READ | EV_PERSIST, 20, 20);
	for (echo(path); left(fd) > 0;)
		event_base_loop(base, EVLOOP_ONCE);

	SAY_STEP(4, STEPS, "the second echo"); /* its 20th call is over: it never reads again */
	echo(path);
	event_base_dispatch(base);
	stop(ev);
	close(fd);

	fd = open(path, O_RDONLY | O_NONBLOCK); /* the same FIFO, and this fd is no writer */
	SAY_NAME(fd, "fifo");
	ev = start(5, "opened read-only", fd, EV_READ | EV_PERSIST, 1, MANY);
	echo(path);
	event_base_dispatch(base);
	stop(ev);
	close(fd);

	unlink(path);
	rmdir(dir);
	return 0;
}
