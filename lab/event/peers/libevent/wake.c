/* A wake-up from another thread, there and back: by a pipe or an eventfd that
 * an event watches, or by libevent's own way, event_active with its locks on. */
#include "libevent.h"
#include "../wake.h"

static struct event_base *base;
static struct event event;
static int in, out;
static long heard;

static void wake_fd(void)
{
	uint64_t one = 1;
	if (write(out, &one, in == out ? 8 : 1) < 1)
		die("cannot wake");
}

static void wake_active(void) { event_active(&event, EV_READ, 1); }

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	uint64_t count;
	(void)what, (void)arg;
	if (fd >= 0 && read(fd, &count, 8) < 1)
		return;
	if (++heard == rounds)
		event_base_loopbreak(base);
	give_answer();
}

static double round_trips(long n)
{
	pthread_t thread;
	heard = 0;
	rounds = n;
	double start = now();
	pthread_create(&thread, NULL, other_thread, NULL);
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	pthread_join(thread, NULL);
	return (now() - start) / n;
}

void wake(char **args) /* pipe|eventfd|post CPU OTHER-CPU */
{
	int ends[2];
	pin(atoi(args[1]));
	other_cpu = atoi(args[2]);
	evthread_use_pthreads();
	base = base_on("epoll");
	answer = eventfd(0, 0);
	wake_loop = wake_fd;
	if (!strcmp(args[0], "post")) {
		wake_loop = wake_active;
		in = -1;
	} else if (!strcmp(args[0], "pipe")) {
		if (pipe(ends))
			die("no pipe");
		in = ends[0];
		out = ends[1];
		nonblocking(in);
	} else {
		in = out = eventfd(0, EFD_NONBLOCK);
	}
	event_assign(&event, base, in, in < 0 ? 0 : EV_READ | EV_PERSIST, on_wake, NULL);
	if (in >= 0)
		event_add(&event, NULL);
	serve(round_trips);
}
