// Timeouts, alone and with reads; signals. Times are far apart, and only orders
// are printed: marks say that some time is over.

#include "scenario.h"

static struct event *mark(const char *name, int ms)
{
	struct event *ev = watch(name, -1, 0, NULL);
	add(ev, ms);
	return ev;
}

static void pending_a(int fd, short what) { pending(a); }

SCENARIO(timerOneShot)
{
	add(a = watch("a", -1, 0, pending_a), 50);
	pending(a);
	loop(0);
	pending(a);
}

static void del_a_at_3(int fd, short what)
{
	pending(a);
	if (++n == 3)
		del(a);
}

SCENARIO(timerPersist)
{
	add(a = watch("a", -1, EV_PERSIST, del_a_at_3), 50);
	loop(0);
}

SCENARIO(timerPersistZero)
{
	add(a = watch("a", -1, EV_PERSIST, pending_a), 0); // nothing to repeat
	loop(0);
}

SCENARIO(timerOrder)
{
	mark("300", 300);
	mark("100", 100);
	mark("500", 500);
	mark("0", 0);
	mark("200", 200);
	mark("400", 400);
	loop(0);
}

// All are over when the loop looks first: still the earliest first.
SCENARIO(timerOrderLate)
{
	mark("30", 30);
	mark("10", 10);
	mark("50", 50);
	mark("20", 20);
	mark("40", 40);
	busy(100);
	loop(EVLOOP_NONBLOCK);
}

static void one_more(int fd, short what) { n++; }

// Equal deadlines: all in one look, in no order that anybody promises.
SCENARIO(timerEqualDeadlines)
{
	struct timeval tv = {0, 100000};
	for (int i = 0; i < 20; i++)
		event_add(watch("", -1, 0, one_more), &tv);
	mark("later", 300);
	busy(200);
	loop(EVLOOP_ONCE);
	say("%d callbacks", n);
	loop(0);
}

SCENARIO(timerAddAgainReplaces)
{
	a = mark("later now", 100);
	b = mark("sooner now", 700);
	mark("400", 400);
	add(a, 600);
	add(b, 200);
	loop(0);
}

SCENARIO(timerAddAgainWithoutTimeoutKeeps)
{
	a = mark("a", 300);
	add(a, -1);
	mark("100", 100);
	mark("500", 500);
	pending(a);
	loop(0);
}

SCENARIO(timerDelete)
{
	a = mark("a", 100);
	mark("b", 200);
	del(a);
	pending(a);
	loop(0);
}

static void del_a(int fd, short what) { del(a); }

// Both timeouts are over: the first callback deletes the second.
SCENARIO(timerDeleteExpired)
{
	add(b = watch("b", -1, 0, del_a), 10);
	a = mark("a", 50);
	mark("c", 60);
	busy(100);
	loop(0);
}

static void add_a_300(int fd, short what) { add(a, 300); }

// A new timeout takes an event back that is active because of the old one.
SCENARIO(timerAddAgainWhileExpired)
{
	add(b = watch("b", -1, 0, add_a_300), 10);
	a = mark("a", 50);
	mark("c", 60);
	busy(100);
	loop(0);
}

static void again_at_once(int fd, short what)
{
	if (++n < 3)
		add(a, 0);
}

SCENARIO(timerZeroAddsItself)
{
	add(a = watch("a", -1, 0, again_at_once), 0);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_ONCE);
}

static void busy_once(int fd, short what)
{
	if (n++ == 0)
		busy(600);
	if (n == 4)
		del(a);
}

// Due at 500, 1000, 1500 ... and held up until 1100: the call of 1000 is late by
// less than a period, so the next is due at 1500 as if nothing had been.
SCENARIO(timerPersistKeepsItsSchedule)
{
	add(a = watch("a", -1, EV_PERSIST, busy_once), 500);
	mark("1250", 1250);
	mark("1750", 1750);
	mark("2250", 2250);
	loop(0);
}

static void very_busy_once(int fd, short what)
{
	if (n++ == 0)
		busy(1000);
	if (n == 3)
		del(a);
}

// Due at 400, held up until 1400: the call of 800 comes then, and the next one is
// a period later, at 1800. The calls between are lost.
SCENARIO(timerPersistLate)
{
	add(a = watch("a", -1, EV_PERSIST, very_busy_once), 400);
	mark("200", 200);
	mark("1600", 1600);
	mark("2100", 2100);
	loop(0);
}

static void busy_then_add(int fd, short what)
{
	busy(500);
	mark("from the callback, 200", 200);
}

// Timeouts count from the loop's last return from the kernel, not from the add:
// the one of 200 that is added after 500 of work is over already.
SCENARIO(timerCountsFromTheCachedTime)
{
	add(watch("a", -1, 0, busy_then_add), 100);
	mark("400", 400);
	mark("900", 900);
	loop(0);
}

static void keep_adding(int fd, short what)
{
	busy(200);
	if (n++ == 0) {
		mark("b", 100); // both count from the same moment
		busy(200);
		mark("c", 50);
	}
}

SCENARIO(timerCachedTimeIsOneForTheTurn)
{
	add(a = watch("a", -1, 0, keep_adding), 0);
	loop(0);
}

static void busy_then_break(int fd, short what)
{
	busy(600);
	mark("b", 400);
	event_base_loopbreak(base);
}

// The very first timeout of a base, added in a callback that took long.
SCENARIO(timerFirstOfTheBase)
{
	pair(p);
	put(p[1], "x");
	add(watch("a", p[0], EV_READ, busy_then_break), -1);
	loop(0);
	loop(EVLOOP_NONBLOCK); // is it over already?
	loop(0);
}

// Reads with a timeout.

static void get_a(int fd, short what)
{
	if (what & EV_READ)
		get(fd, 8);
	pending(a);
}

SCENARIO(readOneShotTimesOut)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ, get_a), 100);
	pending(a);
	loop(0);
	put(p[1], "x");
	loop(0); // it is not pending any more
	add(a, 2000);
	loop(0); // the read ends its timeout
}

static void put_p(int fd, short what) { put(p[1], "x"); }

// Each read starts the timeout again; so does the timeout itself.
static void get_and_del_at_4(int fd, short what)
{
	if (what & EV_READ)
		get(fd, 8);
	if (++n == 4)
		del(a);
}

SCENARIO(readPersistTimeoutStartsAgain)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_and_del_at_4), 600);
	add(watch("put at 300", -1, 0, put_p), 300);
	mark("750", 750);   // the first timeout would have been at 600
	mark("1100", 1100); // now it is at 900
	add(watch("put at 1200", -1, 0, put_p), 1200);
	mark("1650", 1650); // instead of 1500; now it is at 1800
	loop(0);
}

SCENARIO(readPersistAddedAgainWithoutTimeout)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, del_a), 300);
	add(a, -1);
	pending(a);
	loop(0);
	n = 0;
	add(a, -1); // deleted and added: the old timeout is forgotten for the wait
	pending(a);
	del(a);
}

// Readable, and its time is over as well: 2.1 tells of the timeout alone.
SCENARIO(readableAndExpired)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ, NULL), 50);
	put(p[1], "x");
	busy(100);
	loop(0);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, del_a_at_3), 300);
	busy(400);
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
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, put_after_timeout), 300);
	add(b = watch("b", p[0], EV_READ, NULL), -1);
	loop(0);
}

SCENARIO(writeWithTimeout)
{
	static char block[4096];
	pipes(p);
	add(a = watch("a", p[1], EV_WRITE, NULL), 2000);
	loop(0);
	while (write(p[1], block, sizeof block) > 0)
		;
	add(a, 100);
	loop(0);
}

static void add_without(int fd, short what)
{
	add(a, -1);
	pending(a);
	if (++n == 2)
		del(a);
}

SCENARIO(timerPersistAddsItselfWithoutTimeout)
{
	add(a = watch("a", -1, EV_PERSIST, add_without), 100);
	loop(0);
}

// Made active by hand, a persistent event's timeout starts from now.
SCENARIO(activeByHandStartsTheTimeout)
{
	add(a = watch("a", -1, EV_PERSIST, del_a_at_3), 600);
	add(watch("b", -1, 0, NULL), 400);
	loop(EVLOOP_ONCE);
	event_active(a, EV_WRITE, 1);
	mark("400 more", 400);
	loop(0);
}

SCENARIO(activeByHandEndsAOneShotTimer)
{
	a = mark("a", 300);
	event_active(a, EV_READ, 1);
	loop(0);
}

SCENARIO(manyTimersAddedAndDeleted)
{
	struct event *all[200];
	for (int i = 0; i < 200; i++)
		all[i] = mark("", 1 + i * 7 % 200);
	for (int i = 0; i < 200; i += 2)
		del(all[i]);
	for (int i = 0; i < 200; i += 20)
		add(all[i] = watch("one", -1, 0, NULL), 1);
	busy(300);
	loop(0);
}
