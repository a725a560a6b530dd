/* libevent's classic workload, as its own test/bench.c has it: N pipes, A of
 * them hold a byte at first, each callback reads a byte and writes one to the
 * next pipe, until W bytes were written. */
#include "libevent.h"

static struct event_base *base;
static int pipes, active_pipes, (*ends)[2];
static struct event *events;
static long count, fired, writes;

static void read_cb(evutil_socket_t fd, short what, void *arg)
{
	int next = (int)(long)arg + 1;
	char byte;
	(void)what;
	count += read(fd, &byte, 1);
	if (writes) {
		if (next >= pipes)
			next -= pipes;
		if (write(ends[next][1], "e", 1) != 1)
			die("write to a pipe failed");
		writes--;
		fired++;
	}
}

static double run_once(long n)
{
	int space = pipes / active_pipes;
	for (int i = 0; i < pipes; i++) {
		event_del(&events[i]);
		event_add(&events[i], NULL);
	}
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	count = fired = 0;
	for (int i = 0; i < active_pipes; i++, fired++)
		if (write(ends[i * space][1], "e", 1) != 1)
			die("write to a pipe failed");
	writes = n;
	double start = now();
	do
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	while (count != fired);
	return (now() - start) / count;
}

void cascade(char **args) /* BACKEND PIPES ACTIVE */
{
	base = base_on(args[0]);
	pipes = atoi(args[1]);
	active_pipes = atoi(args[2]);
	ends = calloc(pipes, sizeof *ends);
	events = calloc(pipes, sizeof *events);
	for (int i = 0; i < pipes; i++) {
		if (pipe(ends[i]))
			die("pipe: the limit of open fds is too low");
		nonblocking(ends[i][0]);
		nonblocking(ends[i][1]);
		event_assign(&events[i], base, ends[i][0], EV_READ | EV_PERSIST, read_cb, (void *)(long)i);
		event_add(&events[i], NULL);
	}
	serve(run_once);
}
