/* The world of a server: its listener, and clients that are another process. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_in here; /* where the server listens */

__attribute__((unused))
static int listener(int backlog)
{
	socklen_t len = sizeof here;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	here.sin_family = AF_INET;
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&here, len) || listen(fd, backlog) ||
	    getsockname(fd, (struct sockaddr *)&here, &len))
		exit(1);
	return fd;
}

/* clients runs the script of all clients in a process of its own. */
__attribute__((unused))
static pid_t clients(void (*script)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(30); /* whatever the server does, they leave */
		script();
		_exit(0);
	}
	return pid;
}

/* What a client does: the kernel connects it, whether or not the server accepts. */
__attribute__((unused))
static int dial(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&here, sizeof here))
		_exit(1);
	return fd;
}

__attribute__((unused))
static void says(int fd, const char *line) { write(fd, line, strlen(line)); }

/* hears waits until as much has come as the line is long, or the server has closed. */
__attribute__((unused))
static void hears(int fd, const char *line)
{
	char c;
	size_t n;

	for (n = 0; n < strlen(line) && read(fd, &c, 1) == 1; n++)
		;
}
