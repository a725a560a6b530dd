/* A loop on poll whose callback reads through a function that has much on the stack, as stdio has. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

static __attribute__((noinline)) ssize_t through_a_buffer(int fd)
{
	volatile char buf[20000];
	ssize_t n = read(fd, (char *)buf, sizeof buf);
	buf[0] = 0;
	return n;
}

static __attribute__((noinline)) ssize_t callback(int fd)
{
	ssize_t n = through_a_buffer(fd);
	if (n > 0)
		write(1, ".\n", 2);
	return n;
}

int main(void)
{
	ssize_t (*volatile call)(int) = callback;
	struct pollfd in = {0, POLLIN, 0};

	while (poll(&in, 1, -1) == 1 && call(0) > 0)
		;
	return 0;
}
