/* Lesson 06 on libevent: an event is added to a running loop. What decides is its memory.
 *
 *     cc -I lab/foreign/said lessons/06-adding-to-a-running-base/c/libevent.c -levent
 *
 * Steps 1 to 4 are those of main.go. The variable of steps 3 and 4 is static: memory of
 * which another function could make use, as crash.c shows, but none does. So libevent
 * finds there what this program has put there, and nothing is undefined.
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/ioctl.h>

#include "clients.h"
#include "said.h"

#define STEPS 4
#define LINKS 1000
#define VISITORS 3
#define MANY 1100 /* turns of a loop that serves nobody */

static struct event_base *base;
static int links;            /* timers of the chain that were called */
static int listening;
static int all_here[2];      /* a pipe: a byte when all clients are accepted */
static int fds[VISITORS], accepted, left, answered, calls;
static struct event variable, own[VISITORS];
static int one_variable, wiped;

static void link_cb(evutil_socket_t fd, short what, void *arg)
{
	struct timeval now = {0, 0};

	SAY_CALLBACK(-1, what);
	if (++links < LINKS)
		event_base_once(base, -1, EV_TIMEOUT, link_cb, NULL, &now);
	SAY_BACK();
}

static void echo(evutil_socket_t fd, short what, void *arg)
{
	char buf[512];
	ssize_t n;

	SAY_CALLBACK(fd, what);
	n = read(fd, buf, sizeof buf);
	if (n > 0) {
		write(fd, buf, n);
		answered++;
	} else if (n == 0) {
		event_del(arg);
		left++;
	}
	/* With a variable of its own each client leaves. With one for all the loop spins. */
	if (left == VISITORS || (one_variable && answered > 0 && ++calls == MANY))
		event_base_loopbreak(base);
	SAY_BACK();
}

static void accept_cb(evutil_socket_t fd, short what, void *arg)
{
	struct event *ev = one_variable ? &variable : &own[accepted];
	char name[32];

	SAY_CALLBACK(fd, what);
	fds[accepted] = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
	snprintf(name, sizeof name, "client %d", accepted + 1);
	SAY_NAME(fds[accepted], name);
	event_assign(ev, base, fds[accepted], EV_READ | EV_PERSIST, echo, ev);
	event_add(ev, NULL);
	if (wiped)
		memset(ev, 0, sizeof *ev); /* as if another function had its variables here now */
	if (++accepted == VISITORS)
		write(all_here[1], "", 1);
	SAY_BACK();
}

static void hello(void)
{
	int c[VISITORS], i;
	char byte;

	for (i = 0; i < VISITORS; i++)
		c[i] = dial();
	read(all_here[0], &byte, 1);
	for (i = 0; i < VISITORS; i++)
		says(c[i], "hello\n");
	hears(c[VISITORS - 1], "hello\n");
	if (one_variable) /* stay until the server has closed */
		read(c[VISITORS - 1], &byte, 1);
}

/* serve runs the server for three clients that say hello, until it gets no further. */
static void serve(int step, const char *name)
{
	struct event *accepts;
	pid_t pid;
	int i, n, waiting = 0;

	SAY_STEP(step, STEPS, name);
	accepted = left = answered = calls = 0;
	base = event_base_new();
	accepts = event_new(base, listening, EV_READ | EV_PERSIST, accept_cb, NULL);
	event_add(accepts, NULL);
	pid = clients(hello);
	if (!wiped) {
		event_base_dispatch(base);
	} else { /* it calls nobody, so no callback could end it */
		for (i = 0; i < MANY;) {
			event_base_loop(base, EVLOOP_NONBLOCK);
			for (n = waiting = 0; n < accepted; n++) {
				int bytes = 0;
				ioctl(fds[n], FIONREAD, &bytes);
				waiting += bytes > 0;
			}
			if (waiting == VISITORS)
				i++;
			else
				usleep(1000);
		}
	}
	for (i = 0; i < accepted; i++)
		close(fds[i]);
	waitpid(pid, NULL, 0);
	event_free(accepts);
	if (!one_variable) /* else it holds an event three times, or one that is zeros */
		event_base_free(base);
}

int main(void)
{
	struct timeval now = {0, 0};

	SAY_STEP(1, STEPS, "a chain of adds");
	base = event_base_new();
	event_base_once(base, -1, EV_TIMEOUT, link_cb, NULL, &now);
	SAY_RETURNED(event_base_dispatch(base));
	event_base_free(base);

	pipe(all_here);
	listening = listener(10);
	SAY_NAME(listening, "listener");
	serve(2, "an event of its own");
	one_variable = 1;
	serve(3, "one variable for all");
	wiped = 1;
	serve(4, "a wiped variable");
	return 0;
}
