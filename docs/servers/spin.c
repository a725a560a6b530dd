/* An echo server on epoll, with a mistake: it uses a whole processor, but not at once.
 *
 *     cc -g docs/servers/spin.c -o /tmp/spin && /tmp/spin 7001
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int ep;

static void watch(int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

static void echo(int fd)
{
	char buf[512];
	ssize_t n = read(fd, buf, sizeof buf);

	if (n > 0)
		write(fd, buf, n);
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 7001)};
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	struct epoll_event ready[16];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 16))
		return 1;
	ep = epoll_create1(0);
	watch(listener);
	for (;;) {
		int n = epoll_wait(ep, ready, 16, -1);

		for (int i = 0; i < n; i++) {
			if (ready[i].data.fd == listener)
				watch(accept(listener, NULL, NULL));
			else
				echo(ready[i].data.fd);
		}
	}
}
