/* Two processes on one epoll instance. The parent's number FAR is its standard input, and the set has
 * it by that number; in the child FAR is a pipe. The child has the instance by fork(2), or, if there is an
 * argument, it is sent to it. It waits, and echoes what it reads; the parent waits for its end, and then
 * once more itself. */
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAR 40

static union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(int))]; } control;
static char byte;
static struct iovec one = {&byte, 1};
static struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};

static void send_fd(int to, int fd)
{
	control.h = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.h), &fd, sizeof fd);
	sendmsg(to, &message, 0);
}

static int receive_fd(int from)
{
	int fd = -1;

	if (recvmsg(from, &message, 0) == 1)
		memcpy(&fd, CMSG_DATA(&control.h), sizeof fd);
	return fd;
}

static int child(int ep, int from)
{
	char buf[64];
	int far[2];
	struct epoll_event ev;
	ssize_t n;

	pipe(far);
	dup2(far[0], FAR);
	if (ep < 0)
		ep = receive_fd(from);
	while (epoll_wait(ep, &ev, 1, -1) == 1 && (n = read(0, buf, sizeof buf)) > 0)
		write(1, buf, n);
	return 0;
}

int main(int argc, char **argv)
{
	int ep = -1, pair[2];
	struct epoll_event ev = {.events = EPOLLIN};

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	if (argc == 1)
		ep = epoll_create1(0);
	if (fork() == 0)
		_exit(child(ep, pair[0]));
	dup2(0, FAR);
	if (argc > 1)
		ep = epoll_create1(0);
	epoll_ctl(ep, EPOLL_CTL_ADD, FAR, &ev);
	if (argc > 1)
		send_fd(pair[1], ep);
	wait(NULL);
	epoll_wait(ep, &ev, 1, -1);
	return 0;
}
