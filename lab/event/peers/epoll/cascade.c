/* The classic workload (see ../libevent/cascade.c) without a library. */
#include "../child.h"
#include <sys/epoll.h>

static int set, pipes, active_pipes, (*ends)[2];
static struct epoll_event ready[4096];

static double run_once(long writes)
{
	long count = 0, fired = 0;
	int space = pipes / active_pipes;
	char byte;
	for (int i = 0; i < active_pipes; i++, fired++)
		if (write(ends[i * space][1], "e", 1) != 1)
			die("write to a pipe failed");
	double start = now();
	while (count != fired) {
		int n = epoll_wait(set, ready, 4096, 0);
		for (int i = 0; i < n; i++) {
			int at = ready[i].data.u32, next = at + 1;
			count += read(ends[at][0], &byte, 1);
			if (writes) {
				if (next >= pipes)
					next -= pipes;
				if (write(ends[next][1], "e", 1) != 1)
					die("write to a pipe failed");
				writes--;
				fired++;
			}
		}
	}
	return (now() - start) / count;
}

void cascade(char **args) /* epoll PIPES ACTIVE */
{
	set = epoll_create1(0);
	pipes = atoi(args[1]);
	active_pipes = atoi(args[2]);
	ends = calloc(pipes, sizeof *ends);
	for (int i = 0; i < pipes; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
		if (pipe(ends[i]))
			die("pipe: the limit of open fds is too low");
		nonblocking(ends[i][0]);
		nonblocking(ends[i][1]);
		epoll_ctl(set, EPOLL_CTL_ADD, ends[i][0], &event);
	}
	serve(run_once);
}
