/* A loop on epoll that takes any error of its wait for the end: what a signal does to
 * many programs. It echoes its input. */
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

int main(void)
{
	char buf[64];
	int ep = epoll_create1(0);
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 0};
	epoll_ctl(ep, EPOLL_CTL_ADD, 0, &ev);
	for (;;) {
		int n = epoll_wait(ep, &ev, 1, -1);
		if (n < 0) {
			dprintf(1, "epoll_wait: %s\n", strerror(errno));
			return 1;
		}
		ssize_t got = read(0, buf, sizeof buf);
		if (got <= 0)
			return 3;
		write(1, buf, got);
	}
}
