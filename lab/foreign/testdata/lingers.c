/* Closes an fd that its epoll instance watches, while a child has the same open file: the kernel tells of it
 * still. The child ends with its input. Then nobody has the file, and the kernel forgets it. */
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	char buf[64];
	int p[2], ep = epoll_create1(0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET, .data.u64 = 77};

	pipe(p);
	epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev);
	if (fork() == 0) {
		while (read(0, buf, sizeof buf) > 0)
			;
		_exit(0);
	}
	close(p[0]);
	write(p[1], "x", 1);
	if (epoll_wait(ep, &ev, 1, -1) == 1 && ev.data.u64 == 77)
		write(1, "told\n", 5);
	wait(NULL);
	return epoll_wait(ep, &ev, 1, 0);
}
