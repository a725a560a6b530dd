/* A listening socket on loopback, for the echo servers in C. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* listen_anywhere takes a free port of loopback and tells it to the harness. */
static inline int listen_anywhere(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(fd, (void *)&address, length) || listen(fd, 4096) || getsockname(fd, (void *)&address, &length))
		die("cannot listen on loopback");
	printf("ready %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static inline int accept_client(int fd)
{
	int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK), on = 1;
	if (client >= 0)
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return client;
}
