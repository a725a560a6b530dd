/* Making active by hand: a callback makes its own event active again. */
#include "libevent.h"

static struct event event;
static long left;

static void again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	if (--left)
		event_active(&event, EV_READ, 1);
}

static double operations(long n)
{
	left = n;
	event_active(&event, EV_READ, 1);
	double start = now();
	event_base_dispatch(event_get_base(&event));
	return (now() - start) / n;
}

void active(char **args)
{
	(void)args;
	event_assign(&event, base_on(NULL), -1, 0, again, NULL);
	serve(operations);
}
