/* Hands each line of its input to a worker, a process of its own with a loop on epoll, that
 * echoes it. The worker takes any error of its wait for the end. */
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int work(int fd)
{
	char buf[64];
	int ep = epoll_create1(0);
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};
	ssize_t n;

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	while (epoll_wait(ep, &ev, 1, -1) == 1 && (n = read(fd, buf, sizeof buf)) > 0)
		write(1, buf, n);
	return 7;
}

int main(void)
{
	char buf[64];
	int pair[2], status;
	ssize_t n;
	struct pollfd in = {0, POLLIN, 0};

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	if (fork() == 0) {
		close(pair[0]);
		_exit(work(pair[1]));
	}
	close(pair[1]);
	while (poll(&in, 1, -1) == 1 && (n = read(0, buf, sizeof buf)) > 0)
		write(pair[0], buf, n);
	close(pair[0]);
	wait(&status);
	return WEXITSTATUS(status);
}
