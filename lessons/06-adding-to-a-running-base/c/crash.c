/* A libevent program with the mistake of lesson 06. It adds an event to a
 * running loop, and the event is a local variable:
 *
 *     cc crash.c -levent -o crash && ./crash
 *
 * In libevent's debug mode it does not come so far, because its fd blocks:
 *
 *     ./crash debug
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct event_base *base;
static int ends[2]; /* the server's end, the client's end */

static void echo(evutil_socket_t fd, short what, void *arg)
{
	char buf[100];
	ssize_t n = read(fd, buf, sizeof buf);
	printf("the client was answered\n");
	if (n > 0)
		write(fd, buf, n);
	event_base_loopbreak(base);
}

static void client_comes(evutil_socket_t fd, short what, void *arg)
{
	struct event reading; /* lives until this function returns */

	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	event_assign(&reading, base, ends[0], EV_READ | EV_PERSIST, echo, NULL);
	event_add(&reading, NULL);
	printf("added to the running loop\n");
} /* here it is gone. The base keeps its address. */

static void client_speaks(evutil_socket_t fd, short what, void *arg)
{
	printf("the loop still runs; the client speaks\n");
	write(ends[1], "hello\n", 6);
}

int main(int argc, char **argv)
{
	struct timeval soon = {0, 10000}, later = {0, 50000};
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none); /* leave no core file behind */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1)
		event_enable_debug_mode();
	base = event_base_new();
	event_base_once(base, -1, EV_TIMEOUT, client_comes, NULL, &soon);
	event_base_once(base, -1, EV_TIMEOUT, client_speaks, NULL, &later);
	return event_base_dispatch(base) < 0;
}
