/* A loop on libevent that reads what is written to its standard input, line by line, and
 * says how many reads there were. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int reads;

static void read_cb(evutil_socket_t fd, short what, void *arg)
{
	char buf[64];
	ssize_t n = read(fd, buf, sizeof buf);
	reads++;
	if (n == 0) {
		event_base_loopbreak(arg);
		return;
	}
	write(1, buf, n);
}

int main(void)
{
	struct event_base *base = event_base_new();
	struct event *ev = event_new(base, 0, EV_READ | EV_PERSIST, read_cb, base);
	event_add(ev, NULL);
	event_base_dispatch(base);
	event_free(ev);
	event_base_free(base);
	fprintf(stderr, "reads %d\n", reads);
	return 3;
}
