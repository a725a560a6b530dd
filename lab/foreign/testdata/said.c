/* Reads lines until its input ends, and says itself in which function it does that. */
#include <poll.h>
#include <string.h>

#include "../said/said.h"

static ssize_t read_cb(int fd)
{
	char buf[64];

	SAY_CALLBACK(fd, 2);
	ssize_t n = read(fd, buf, sizeof buf);
	SAY_BACK();
	return n;
}

int main(void)
{
	struct pollfd in = {0, POLLIN, 0};

	SAY_STEP(1, 2, "first");
	SAY_NAME(0, "lines");
	write(-1, "hello", 5); /* a mistake, and no word to fdlab */
	while (poll(&in, 1, -1) == 1 && read_cb(0) > 0)
		;
	SAY_RETURNED(1);
	return errno == EBADF ? 0 : 1; /* from the mistake: what is said leaves errno alone */
}
