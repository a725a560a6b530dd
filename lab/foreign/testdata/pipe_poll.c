/* The same on poll, or on select if there is an argument. */
#include <poll.h>
#include <stdio.h>
#include <sys/select.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char buf[64];
	int reads = 0;
	ssize_t n = 1;
	while (n > 0) {
		if (argc > 1) {
			fd_set in;
			FD_ZERO(&in);
			FD_SET(0, &in);
			select(1, &in, NULL, NULL, NULL);
		} else {
			struct pollfd p = {0, POLLIN, 0};
			poll(&p, 1, -1);
		}
		n = read(0, buf, sizeof buf);
		reads++;
		if (n > 0)
			write(1, buf, n);
	}
	fprintf(stderr, "reads %d\n", reads);
	return 3;
}
