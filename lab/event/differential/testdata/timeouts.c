// Reads and writes with a timeout. As in timers.c, the order of the lines must not
// depend on how fast the machine is.

#include "scenario.h"

static void pending_a(int fd, short what) { pending(a); }
static void del_a(int fd, short what) { del(a); }

static void del_a_at_3(int fd, short what)
{
	pending(a);
	if (++n == 3)
		del(a);
}

static void get_a(int fd, short what)
{
	if (what & EV_READ)
		get(fd, 8);
	pending(a);
}

// EV_TIMEOUT among the flags sets no timeout; add's second argument does, with
// the flag or without.
SCENARIO(timeoutFlagAlone)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_TIMEOUT, NULL), -1);
	pending(a);
	add(a, 100);
	pending(a);
	loop(0);
	add(b = watch("b", p[0], EV_READ, NULL), 100);
	pending(b);
	loop(0);
}

SCENARIO(readOneShotTimesOut)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ, get_a), 100);
	pending(a);
	loop(0);
	put(p[1], "x");
	loop(0); // it is not pending any more
	add(a, 20000);
	loop(0); // the read ends its timeout
}

static void put_p(int fd, short what) { put(p[1], "x"); }

// Each read starts the timeout again: it comes between two marks that were made
// in the read's callback.
static void get_and_mark(int fd, short what)
{
	n++;
	if (n == 4)
		del(a);
	if (what & EV_READ) {
		get(fd, 8);
		mark("900 after the read", 900);
		add(watch("1100 after the read, and put", -1, 0, put_p), 1100);
	}
}

static void add_and_put(int fd, short what)
{
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_and_mark), 1000);
	busy(300);
	put(p[1], "x");
}

SCENARIO(readPersistTimeoutStartsAgain)
{
	pair(p);
	inside(add_and_put, 0);
}

// Deleted and added without a timeout there is none, until its first callback
// starts the old one again.
SCENARIO(readPersistOldTimeoutComesBack)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, pending_a), 20000);
	del(a);
	add(a, -1);
	pending(a);
	put(p[1], "x");
	loop(EVLOOP_ONCE);
	del(a);
}

SCENARIO(readPersistAddedAgainWithoutTimeout)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, del_a), 300);
	add(a, -1);
	pending(a);
	loop(0);
}

// Readable, and its time is over as well: 2.1 tells of the timeout alone.
SCENARIO(readableAndExpired)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ, NULL), 50);
	put(p[1], "x");
	busy(100);
	loop(0);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, del_a_at_3), 1000);
	busy(1100);
	loop(0);
}

// A timeout puts a persistent event at the head of its fd's list.
static void put_after_timeout(int fd, short what)
{
	if (what & EV_TIMEOUT)
		put(p[1], "x");
	else
		del(a);
}

SCENARIO(readTimeoutChangesTheOrder)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, put_after_timeout), 1000);
	add(b = watch("b", p[0], EV_READ, NULL), -1);
	loop(0);
}

SCENARIO(writeWithTimeout)
{
	static char block[4096];
	pipes(p);
	add(a = watch("a", p[1], EV_WRITE, NULL), 20000);
	loop(0);
	while (write(p[1], block, sizeof block) > 0)
		;
	add(a, 100);
	loop(0);
}

// A negative timeout is over already.

static struct timeval ago(int seconds) { return (struct timeval){-seconds, 0}; }

static void add_ago(struct event *ev, int seconds)
{
	struct timeval tv = ago(seconds);
	say("add %d", event_add(ev, &tv));
}

SCENARIO(negativeTimeouts)
{
	mark("0", 0);
	add_ago(watch("1 ago", -1, 0, NULL), 1);
	add_ago(watch("2 ago", -1, 0, NULL), 2);
	loop(0);
}

SCENARIO(negativeTimeoutOfARead)
{
	pair(p);
	put(p[1], "x");
	add_ago(a = watch("a", p[0], EV_READ, pending_a), 1);
	loop(0);
}

SCENARIO(negativeTimeoutPersists)
{
	pair(p);
	add_ago(a = watch("a", p[0], EV_READ | EV_PERSIST, del_a_at_3), 1);
	loop(0);
	n = 0;
	add_ago(a = watch("timer", -1, EV_PERSIST, del_a_at_3), 1);
	loop(0);
}

static void told(evutil_socket_t fd, short what, void *arg) { say("once"); }

SCENARIO(negativeTimeoutOfOnce)
{
	struct timeval tv = ago(1);
	mark("0", 0);
	event_base_once(base, -1, EV_TIMEOUT, told, NULL, &tv);
	loop(0);
}

static void exit_ago(int fd, short what)
{
	struct timeval tv = ago(1);
	event_base_loopexit(base, &tv);
	put(q[1], "x");
}

// There is one more look before the exit.
SCENARIO(negativeTimeoutOfExit)
{
	pair(q);
	add(watch("b", q[0], EV_READ | EV_PERSIST, NULL), -1);
	inside(exit_ago, 0);
}
