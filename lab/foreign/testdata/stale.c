/* A loop on poll. Before it calls its callback it calls another function, which is over then; what that has left
 * on the stack, return addresses among it, lies in the callback's buffer. The callback reads in a function that the C
 * library calls for it, and that has moved its stack by an amount that only it knows. */
#include <alloca.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t got;
static volatile int some = 100;

static __attribute__((noinline)) void over(int n)
{
	if (n > 0)
		over(n - 1);
	__asm__ volatile("" ::: "memory"); /* no jump in the place of a call */
}

int reads(const void *a, const void *b)
{
	volatile char *room = alloca(some);

	room[0] = *(const char *)a - *(const char *)b;
	got = read(0, (char *)room, 8);
	return room[0] != 0;
}

static __attribute__((noinline)) void callback(int fd)
{
	volatile char room[4096];
	char two[2] = {'a', 'b'};

	room[0] = fd;
	qsort(two, 2, 1, reads);
	if (got > 0)
		write(1, ".\n", 2);
	__asm__ volatile("" ::"m"(room));
}

int main(void)
{
	void (*volatile call)(int) = callback;
	void (*volatile other)(int) = over;
	struct pollfd in = {0, POLLIN, 0};

	do {
		if (poll(&in, 1, -1) != 1)
			return 1;
		other(200);
		call(0);
	} while (got > 0);
	return 0;
}
