/* Ends one side of a socket pair in five ways, and says whether the other side is told.
 * In the last two ways a thread, and a program that was executed, are the other side. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void told(int way, int fd)
{
	struct pollfd p = {fd, POLLIN, 0};
	char c;
	int n = poll(&p, 1, 10000);
	if (n == 1 && read(fd, &c, 1) == 0)
		printf("%d: the peer was told\n", way);
	else
		printf("%d: the peer hears nothing\n", way);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int s[2];
	if (argc > 1) { /* executed: the other side of s was close-on-exec */
		told(3, atoi(argv[1]));
		socketpair(AF_UNIX, SOCK_STREAM, 0, s);
		if (fork() == 0) {
			close(s[1]);
			told(4, s[0]);
			_exit(0);
		}
		close(s[0]);
		exit(0); /* with s[1] open; the child lives on and is told */
	}
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	close(s[1]);
	told(0, s[0]);
	close(s[0]);

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	close_range(s[1], s[1], 0);
	told(1, s[0]);
	close(s[0]);

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	dup2(0, s[1]);
	told(2, s[0]);

	char number[16];
	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	fcntl(s[1], F_SETFD, FD_CLOEXEC);
	snprintf(number, sizeof number, "%d", s[0]);
	execl("/proc/self/exe", "hang_up", number, NULL);
	return 1;
}
