/* A server on edge-triggered epoll that echoes, and does it all as it must be done; or, as its
 * second argument says, not: "part" reads 4 bytes when it is told, "one" accepts one client,
 * "forget" does not close a client that has left, "open" opens a socket for each message. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *mode = "";
static int ep;

static int is(const char *what) { return strcmp(mode, what) == 0; }

static void watch(int fd)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
}

static void serve(int fd)
{
	char buf[64];
	ssize_t n;

	while ((n = read(fd, buf, is("part") ? 4 : sizeof buf)) > 0) {
		write(fd, buf, n);
		if (is("open"))
			socket(AF_INET, SOCK_STREAM, 0);
		if (is("part"))
			return;
	}
	if (n == 0 && is("forget"))
		epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL);
	else if (n == 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct epoll_event ev;

	if (argc > 2)
		mode = argv[2];
	bind(listener, (struct sockaddr *)&at, sizeof at);
	listen(listener, 16);
	ep = epoll_create1(0);
	watch(listener);
	while (epoll_wait(ep, &ev, 1, -1) == 1) {
		if (ev.data.fd != listener) {
			serve(ev.data.fd);
			continue;
		}
		while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
			watch(fd);
			if (is("one"))
				break;
		}
	}
}
