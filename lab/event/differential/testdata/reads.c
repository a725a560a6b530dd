// Reads and writes: one-shot and persistent, and several events on one fd.

#include "scenario.h"

static void say_pending(int fd, short what) { pending(a); }

SCENARIO(readOneShot)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ, say_pending), -1);
	pending(a);
	loop(0);
	pending(a);
}

static void get_and_add(int fd, short what)
{
	get(fd, 1);
	if (++n < 3)
		add(a, -1);
}

SCENARIO(readOneShotAddedAgain)
{
	pair(p);
	put(p[1], "xyz");
	add(a = watch("a", p[0], EV_READ, get_and_add), -1);
	loop(0);
}

static void get_at_20(int fd, short what)
{
	if (++n == 20) {
		pending(a);
		get(fd, 8);
		del(a);
	}
}

SCENARIO(readPersist)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_at_20), -1);
	loop(0);
}

SCENARIO(writeOneShot)
{
	pair(p);
	add(a = watch("a", p[0], EV_WRITE, say_pending), -1);
	loop(0);
}

static void del_at_3(int fd, short what)
{
	if (++n == 3)
		del(a);
}

SCENARIO(writePersist)
{
	pair(p);
	add(a = watch("a", p[0], EV_WRITE | EV_PERSIST, del_at_3), -1);
	loop(0);
}

// A write event waits while the pipe is full.
static void make_room(int fd, short what) { drain(p[0]); }

SCENARIO(writeWaitsForRoom)
{
	static char block[4096];
	pipes(p);
	while (write(p[1], block, sizeof block) > 0)
		;
	add(a = watch("a", p[1], EV_WRITE, NULL), -1);
	loop(EVLOOP_NONBLOCK);
	add(b = watch("b", -1, 0, make_room), 0);
	loop(0);
}

SCENARIO(readAndWriteInOneEvent)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ | EV_WRITE, say_pending), -1);
	loop(0);
	drain(p[0]);
	add(a, -1); // now there is only room to write
	loop(0);
}

SCENARIO(readAndWriteInTwoEvents)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, NULL), -1);
	add(b = watch("b", p[0], EV_WRITE | EV_PERSIST, NULL), -1);
	loop(EVLOOP_ONCE);
	del(b);
	loop(EVLOOP_ONCE);
	add(b, -1);
	del(a);
	loop(EVLOOP_ONCE);
	del(b);
	loop(0);
}

SCENARIO(eventsOnOneFd)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, NULL), -1);
	add(b = watch("b", p[0], EV_READ | EV_PERSIST, NULL), -1);
	add(c = watch("c", p[0], EV_READ | EV_WRITE | EV_PERSIST, NULL), -1);
	add(d = watch("d", p[0], EV_READ, NULL), -1);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_ONCE);
	del(b);
	add(a, -1); // it is pending already: its place stays
	loop(EVLOOP_ONCE);
	add(b, -1);
	loop(EVLOOP_ONCE);
}

// The first that runs takes the data: the other is called all the same, and
// finds nothing.
static void get_all(int fd, short what) { get(fd, 8); }

SCENARIO(twoReadersOneRead)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ, get_all), -1);
	add(b = watch("b", p[0], EV_READ, get_all), -1);
	loop(0);
}

SCENARIO(addPending)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	add(a, -1);
	add(a, -1);
	loop(0);
	add(a, -1);
	add(a, -1);
	del(a);
	pending(a);
	del(a);
	loop(0);
}

SCENARIO(addTimerWithoutTimeout)
{
	add(a = watch("a", -1, 0, NULL), -1);
	add(b = watch("b", -1, EV_PERSIST, NULL), -1);
	pending(a);
	pending(b);
	loop(0);
}

// A hundred fds are ready at once: the order is nobody's promise.
static void one_more(int fd, short what) { n++; }

SCENARIO(manyReadyAtOnce)
{
	for (int i = 0; i < 100; i++) {
		pair(p);
		put(p[1], "x");
		add(watch("", p[0], EV_READ, one_more), -1);
	}
	loop(EVLOOP_ONCE); // epoll asks for 32 at first
	loop(0);
	say("%d callbacks", n);
}

SCENARIO(badArguments)
{
	struct timeval tv = {0, 0};
	pair(p);
	say("priority %d", event_priority_set(watch("a", p[0], EV_READ, NULL), 1));
	say("priority %d", event_priority_set(watch("a", p[0], EV_READ, NULL), -1));
	say("kill %d", event_add(watch("a", SIGKILL, EV_SIGNAL, NULL), NULL) ? -1 : 0);
	say("once signal %d", event_base_once(base, SIGUSR1, EV_SIGNAL, NULL, NULL, &tv));
	say("once persist %d", event_base_once(base, p[0], EV_READ | EV_PERSIST, NULL, NULL, &tv));
	loop(0);
}

static void once_called(evutil_socket_t fd, short what, void *arg)
{
	say("%s %s", (char *)arg, what == EV_READ ? "read" : what == EV_TIMEOUT ? "timeout" : "other");
}

SCENARIO(addOnce)
{
	struct timeval tv = {0, 100000};
	pair(p);
	pair(q);
	event_base_once(base, -1, EV_TIMEOUT, once_called, "at once", NULL);
	loop(EVLOOP_ONCE);
	put(p[1], "x");
	event_base_once(base, p[0], EV_READ, once_called, "a", NULL);
	loop(EVLOOP_ONCE);
	event_base_once(base, q[0], EV_READ, once_called, "b", &tv);
	tv.tv_usec *= 2;
	event_base_once(base, -1, EV_TIMEOUT, once_called, "c", &tv);
	loop(0);
}

static void once_told(evutil_socket_t fd, short what, void *arg)
{
	say("%s %s", (char *)arg, words(what));
}

// An edge is masked off: so once goes together with a level-triggered event.
SCENARIO(addOnceEdge)
{
	pair(p);
	pair(q);
	say("once %d", event_base_once(base, q[0], EV_WRITE | EV_ET, once_told, "c", NULL));
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	add(watch("a", p[0], EV_READ | EV_PERSIST, NULL), -1);
	put(p[1], "x");
	say("once %d", event_base_once(base, p[0], EV_READ | EV_ET, once_told, "b", NULL));
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
}
