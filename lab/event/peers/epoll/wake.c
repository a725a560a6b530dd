/* The wake-up from another thread on bare epoll(7). */
#include "../child.h"
#include "../wake.h"
#include <sys/epoll.h>

static int set, in, out;

static void wake_fd(void)
{
	uint64_t one = 1;
	if (write(out, &one, in == out ? 8 : 1) < 1)
		die("cannot wake");
}

static double round_trips(long n)
{
	struct epoll_event event;
	pthread_t thread;
	uint64_t count;
	rounds = n;
	double start = now();
	pthread_create(&thread, NULL, other_thread, NULL);
	for (long heard = 0; heard < n;) {
		if (epoll_wait(set, &event, 1, -1) < 1 || read(in, &count, 8) < 1)
			continue;
		heard++;
		give_answer();
	}
	pthread_join(thread, NULL);
	return (now() - start) / n;
}

void wake(char **args) /* pipe|eventfd CPU OTHER-CPU */
{
	struct epoll_event event = {.events = EPOLLIN};
	int ends[2];
	pin(atoi(args[1]));
	other_cpu = atoi(args[2]);
	answer = eventfd(0, 0);
	wake_loop = wake_fd;
	if (!strcmp(args[0], "pipe")) {
		if (pipe(ends))
			die("no pipe");
		in = ends[0];
		out = ends[1];
		nonblocking(in);
	} else {
		in = out = eventfd(0, EFD_NONBLOCK);
	}
	set = epoll_create1(0);
	epoll_ctl(set, EPOLL_CTL_ADD, in, &event);
	serve(round_trips);
}
