// Timeouts alone. Marks say that some time is over.
//
// Only orders are printed, and they must not depend on how fast the machine is.
// So what is compared is added in one callback: then all of it counts from the
// same moment, the loop's last return from the kernel.

#include "scenario.h"

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

static void in_disorder(int fd, short what)
{
	mark("300", 300);
	mark("100", 100);
	mark("500", 500);
	mark("0", 0);
	mark("200", 200);
	mark("400", 400);
}

SCENARIO(timerOrder) { inside(in_disorder, 0); }

// All are over when the loop looks first: still the earliest first.
static void in_disorder_busy(int fd, short what)
{
	in_disorder(fd, what);
	busy(600);
}

SCENARIO(timerOrderLate) { inside(in_disorder_busy, EVLOOP_NONBLOCK); }

static void one_more(int fd, short what) { n++; }

// Equal deadlines: all in one look, in no order that anybody promises.
static void add_20(int fd, short what)
{
	struct timeval tv = {0, 100000};
	for (int i = 0; i < 20; i++)
		event_add(watch("", -1, 0, one_more), &tv);
	a = mark("later", 20000);
	busy(200);
	event_base_loopbreak(base);
}

SCENARIO(timerEqualDeadlines)
{
	inside(add_20, 0);
	loop(EVLOOP_ONCE);
	say("%d callbacks", n);
	del(a);
	loop(0);
}

static void later_and_sooner(int fd, short what)
{
	a = mark("later now", 100);
	b = mark("sooner now", 700);
	mark("400", 400);
	add(a, 600);
	add(b, 200);
}

SCENARIO(timerAddAgainReplaces) { inside(later_and_sooner, 0); }

static void add_and_keep(int fd, short what)
{
	a = mark("a", 300);
	add(a, -1);
	mark("100", 100);
	mark("500", 500);
	pending(a);
}

SCENARIO(timerAddAgainWithoutTimeoutKeeps) { inside(add_and_keep, 0); }

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
static void three_expire(step first)
{
	add(b = watch("b", -1, 0, first), 10);
	a = mark("a", 50);
	mark("c", 60);
	busy(100);
}

static void expire_del_a(int fd, short what) { three_expire(del_a); }

SCENARIO(timerDeleteExpired) { inside(expire_del_a, 0); }

static void add_a_300(int fd, short what) { add(a, 300); }

// A new timeout takes an event back that is active because of the old one.
static void expire_add_a(int fd, short what) { three_expire(add_a_300); }

SCENARIO(timerAddAgainWhileExpired) { inside(expire_add_a, 0); }

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

static void del_a_at_2(int fd, short what)
{
	if (++n == 2)
		del(a);
}

static void late_by_less(int fd, short what)
{
	add(a = watch("a", -1, EV_PERSIST, del_a_at_2), 1200);
	mark("2600", 2600);
	busy(1500);
	event_base_loopbreak(base); // else it would sleep for 1200 more
}

// Due at 1200, held up until 1500: that is late by less than a period, so the
// next is due at 2400 as if nothing had been, and not at 2700.
SCENARIO(timerPersistKeepsItsSchedule)
{
	inside(late_by_less, 0);
	loop(0);
}

static void add_marks(int fd, short what)
{
	if (++n == 2) {
		del(a);
		return;
	}
	mark("300 later", 300);
	mark("500 later", 500);
}

static void late_by_more(int fd, short what)
{
	add(a = watch("a", -1, EV_PERSIST, add_marks), 400);
	busy(1000);
}

// Due at 400, held up until 1000: the call of 800 is lost, and the next one is a
// period later, at 1400.
SCENARIO(timerPersistLate) { inside(late_by_more, 0); }

static void busy_then_add(int fd, short what)
{
	busy(500);
	mark("200", 200);
	event_base_loopbreak(base);
}

// Timeouts count from the loop's last return from the kernel, not from the add:
// the one of 200 that is added after 500 of work is over already.
SCENARIO(timerCountsFromTheCachedTime)
{
	inside(busy_then_add, 0);
	loop(EVLOOP_NONBLOCK);
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
	busy(2000);
	mark("b", 1500);
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
static void add_and_activate(int fd, short what)
{
	add(a = watch("a", -1, EV_PERSIST, add_marks), 400);
	event_active(a, EV_WRITE, 1);
}

SCENARIO(activeByHandStartsTheTimeout) { inside(add_and_activate, 0); }

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
