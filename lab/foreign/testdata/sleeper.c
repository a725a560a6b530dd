/* Echoes its input by a loop on epoll, while a second thread sleeps in a call that is of no fd. */
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

static void *sleeper(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	char buf[64];
	pthread_t thread;
	int ep = epoll_create1(0);
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 0};
	ssize_t n;

	pthread_create(&thread, NULL, sleeper, NULL);
	epoll_ctl(ep, EPOLL_CTL_ADD, 0, &ev);
	while (epoll_wait(ep, &ev, 1, -1) == 1 && (n = read(0, buf, sizeof buf)) > 0)
		write(1, buf, n);
	return 0;
}
