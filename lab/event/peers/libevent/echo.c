/* An echo server on plain events; all connections share one buffer. */
#include "libevent.h"
#include "../listen.h"

static struct event_base *base;
static char buffer[4096];

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct event *event = *(struct event **)arg;
	ssize_t n = read(fd, buffer, sizeof buffer);
	(void)what;
	if (n > 0) {
		if (write(fd, buffer, n) != n)
			die("write: the client does not read");
		return;
	}
	event_free(event);
	free(arg);
	close(fd);
}

static void on_client(evutil_socket_t fd, short what, void *arg)
{
	int client;
	(void)what, (void)arg;
	while ((client = accept_client(fd)) >= 0) {
		struct event **self = malloc(sizeof *self);
		*self = event_new(base, client, EV_READ | EV_PERSIST, on_readable, self);
		event_add(*self, NULL);
	}
}

static void on_stdin(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	exit(0);
}

void echo(char **args)
{
	int fd = listen_anywhere();
	(void)args;
	base = base_on("epoll");
	event_add(event_new(base, fd, EV_READ | EV_PERSIST, on_client, NULL), NULL);
	event_add(event_new(base, 0, EV_READ, on_stdin, NULL), NULL);
	event_base_dispatch(base);
}
