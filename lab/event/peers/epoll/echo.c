/* An echo server on bare epoll(7). */
#include "../child.h"
#include "../listen.h"
#include <sys/epoll.h>

static struct epoll_event ready[4096];
static char buffer[4096];
static int set;

static void watch(int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
	epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

void echo(char **args)
{
	int listener = listen_anywhere(), client;
	(void)args;
	set = epoll_create1(0);
	watch(listener);
	watch(0);
	for (;;) {
		int n = epoll_wait(set, ready, 4096, -1);
		for (int i = 0; i < n; i++) {
			int fd = ready[i].data.fd;
			ssize_t got;
			if (fd == 0)
				exit(0);
			if (fd == listener) {
				while ((client = accept_client(listener)) >= 0)
					watch(client);
				continue;
			}
			got = read(fd, buffer, sizeof buffer);
			if (got <= 0)
				close(fd);
			else if (write(fd, buffer, got) != got)
				die("write: the client does not read");
		}
	}
}
