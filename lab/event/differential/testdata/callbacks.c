// What callbacks do to events: add, delete and activate them.

#include "scenario.h"

static void del_a(int fd, short what) { del(a); }
static void pending_a(int fd, short what) { pending(a); }
static void add_b(int fd, short what) { add(b, -1); }
static void read_p(int fd, short what) { drain(p[0]); }

SCENARIO(deleteOneself)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, del_a), -1);
	loop(0);
	pending(a);
}

// Both are active when the first callback runs.
SCENARIO(deleteAnotherActive)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	add(b = watch("b", p[0], EV_READ, del_a), -1);
	loop(0);
}

static void del_both(int fd, short what)
{
	del(a);
	del(b);
	n++;
}

SCENARIO(deleteEachOther)
{
	pair(p);
	pair(q);
	put(p[1], "x");
	put(q[1], "x");
	add(a = watch("", p[0], EV_READ | EV_PERSIST, del_both), -1);
	add(b = watch("", q[0], EV_READ | EV_PERSIST, del_both), -1);
	loop(0); // whichever comes first
	say("%d callbacks", n);
}

static void del_add_a(int fd, short what)
{
	del(a);
	add(a, -1);
	pending(a);
}

// An active event that is deleted and added again waits for the next look.
SCENARIO(deleteAndAddAnotherActive)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	add(b = watch("b", p[0], EV_READ, del_add_a), -1);
	add(c = watch("c", p[0], EV_READ, del_add_a), -1);
	loop(EVLOOP_ONCE);
	loop(0);
}

SCENARIO(addAReadyFdInACallback)
{
	pair(p);
	pair(q);
	put(p[1], "x");
	put(q[1], "x");
	b = watch("b", q[0], EV_READ, NULL);
	add(a = watch("a", p[0], EV_READ, add_b), -1);
	loop(EVLOOP_ONCE);
	loop(0);
}

SCENARIO(addOnTheSameFdInACallback)
{
	pair(p);
	put(p[1], "x");
	b = watch("b", p[0], EV_READ, read_p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, add_b), -1);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_NONBLOCK);
	pending(b);
}

static void readd_other(int fd, short what)
{
	if (++n < 1000)
		add(n % 2 ? b : a, -1);
}

// Adding to a base that runs does no harm, however often.
SCENARIO(chainOfAThousandAdds)
{
	pair(p);
	put(p[1], "x");
	a = watch("", p[0], EV_READ, readd_other);
	b = watch("", p[0], EV_READ, readd_other);
	add(a, -1);
	loop(0);
	say("%d callbacks", n);
}

SCENARIO(deleteThenAddIsLast)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	add(b = watch("b", p[0], EV_READ, NULL), -1);
	del(a);
	add(a, -1);
	loop(0);
}

// By hand: event_active.

SCENARIO(activeByHand)
{
	a = watch("a", -1, 0, pending_a);
	event_active(a, EV_READ, 1);
	pending(a);
	loop(0);
	pending(a);
	event_active(a, EV_TIMEOUT, 1);
	event_active(a, EV_WRITE, 1); // adds up to one call
	event_active(a, EV_WRITE, 1);
	loop(0);
	event_active(a, EV_READ, 1);
	del(a);
	loop(0);
}

SCENARIO(activeByHandOrder)
{
	a = watch("a", -1, 0, NULL);
	b = watch("b", -1, 0, NULL);
	c = watch("c", -1, 0, NULL);
	event_active(b, EV_READ, 1);
	event_active(c, EV_READ, 1);
	event_active(a, EV_READ, 1);
	event_active(b, EV_WRITE, 1); // keeps its place
	loop(0);
}

SCENARIO(activeByHandWhilePending)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ, pending_a), -1);
	event_active(a, EV_WRITE, 1);
	pending(a);
	loop(0);
	a = watch("a", p[0], EV_READ | EV_PERSIST, pending_a);
	add(a, -1);
	event_active(a, EV_WRITE, 1);
	loop(EVLOOP_ONCE);
	pending(a);
	put(p[1], "x");
	event_active(a, EV_WRITE, 1); // and readable as well
	loop(EVLOOP_ONCE);
	del(a);
}

// Activated before its first add, it is not watched by that add.
SCENARIO(addWhileActive)
{
	pair(p);
	a = watch("a", p[0], EV_READ | EV_PERSIST, pending_a);
	event_active(a, EV_WRITE, 1);
	add(a, -1);
	pending(a);
	loop(0);
	put(p[1], "x");
	loop(EVLOOP_NONBLOCK);
}

static void active_again(int fd, short what)
{
	if (++n < 5)
		event_active(a, EV_TIMEOUT, 1);
}

// It is the queue's last each time, and the fd waits until it stops.
SCENARIO(activeInsideItsOwnCallback)
{
	pair(p);
	put(p[1], "x");
	add(b = watch("b", p[0], EV_READ, NULL), -1);
	a = watch("a", -1, 0, active_again);
	c = watch("c", -1, 0, NULL);
	event_active(a, EV_TIMEOUT, 1);
	loop(EVLOOP_NONBLOCK);
	add(b, -1);
	n = 0;
	event_active(a, EV_TIMEOUT, 1);
	event_active(c, EV_TIMEOUT, 1);
	loop(0);
}

static void add_zero(int fd, short what)
{
	if (++n < 4)
		add(a, 0);
}

// The same with a timeout of 0 lets the fd have its turn.
SCENARIO(addZeroInsideItsOwnCallback)
{
	pair(p);
	a = watch("a", -1, 0, add_zero);
	add(b = watch("b", p[0], EV_READ, read_p), -1);
	add(a, 0);
	put(p[1], "x");
	loop(0);
}

static void active_b(int fd, short what) { event_active(b, EV_WRITE, 1); }

SCENARIO(activeAnotherInACallback)
{
	pair(p);
	put(p[1], "x");
	add(b = watch("b", p[0], EV_READ, NULL), -1);
	add(a = watch("a", p[0], EV_READ, active_b), -1); // b is in the queue already
	loop(0);
	event_active(a, EV_READ, 1);
	loop(0); // b is not
}

// Priorities: 0 is the most urgent.

static struct event *with_priority(const char *name, int priority, step then)
{
	struct event *ev = watch(name, -1, 0, then);
	event_priority_set(ev, priority);
	return ev;
}

SCENARIO(priorityOrder)
{
	priorities(3);
	event_active(with_priority("c", 2, NULL), EV_READ, 1);
	event_active(with_priority("b", 1, NULL), EV_READ, 1);
	event_active(with_priority("a", 0, NULL), EV_READ, 1);
	event_active(watch("middle", -1, 0, NULL), EV_READ, 1);
	loop(0);
}

SCENARIO(priorityErrors)
{
	priorities(2);
	a = with_priority("a", 0, NULL);
	b = watch("b", -1, 0, NULL); // of two queues the second is the middle
	event_active(b, EV_READ, 1);
	event_active(a, EV_READ, 1);
	say("set %d", event_priority_set(a, 1)); // it is active
	say("set %d", event_priority_set(a, 2));
	loop(0);
	say("set %d", event_priority_set(a, 1));
}

// One look at the kernel, then only the most urgent queue: it keeps the others
// waiting for as long as something in it is ready.
static void read_at_5(int fd, short what) { if (++n == 5) drain(fd); }

SCENARIO(priorityStarvation)
{
	priorities(2);
	pair(p);
	pair(q);
	put(p[1], "x");
	put(q[1], "x");
	add(b = watch("low", q[0], EV_READ, NULL), -1);
	a = watch("high", p[0], EV_READ | EV_PERSIST, read_at_5);
	event_priority_set(a, 0);
	add(a, -1);
	loop(EVLOOP_NONBLOCK);
	pending(b);
}

static void active_a(int fd, short what) { event_active(a, EV_READ, 1); }

// What is activated in a more urgent queue goes before the rest of this one.
SCENARIO(priorityInterrupts)
{
	priorities(2);
	a = with_priority("high", 0, NULL);
	b = with_priority("low 1", 1, active_a);
	c = with_priority("low 2", 1, NULL);
	event_active(b, EV_READ, 1);
	event_active(c, EV_READ, 1);
	loop(0);
}

static void put_p(int fd, short what) { put(p[1], "x"); }

// An fd that becomes ready meanwhile does not: nobody has looked.
SCENARIO(priorityReadyDoesNotInterrupt)
{
	priorities(2);
	pair(p);
	a = watch("high", p[0], EV_READ, NULL);
	event_priority_set(a, 0);
	add(a, -1);
	b = with_priority("low 1", 1, put_p);
	c = with_priority("low 2", 1, NULL);
	event_active(b, EV_READ, 1);
	event_active(c, EV_READ, 1);
	loop(0);
}

static void active_c(int fd, short what) { event_active(c, EV_READ, 1); }

SCENARIO(priorityLowerDoesNotInterrupt)
{
	priorities(3);
	a = with_priority("a", 1, active_c);
	b = with_priority("b", 1, NULL);
	c = with_priority("c", 2, NULL);
	d = with_priority("d", 2, NULL);
	event_active(d, EV_READ, 1);
	event_active(a, EV_READ, 1);
	event_active(b, EV_READ, 1);
	loop(0);
}

// Once: all queues that were filled by one look.
SCENARIO(priorityOnce)
{
	priorities(3);
	pair(p);
	event_active(with_priority("c", 2, put_p), EV_READ, 1);
	event_active(with_priority("a", 0, NULL), EV_READ, 1);
	add(b = watch("b", p[0], EV_READ | EV_PERSIST, read_p), -1);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_ONCE);
}

SCENARIO(priorityNonBlock)
{
	priorities(3);
	pair(p);
	event_active(with_priority("c", 2, put_p), EV_READ, 1);
	event_active(with_priority("a", 0, NULL), EV_READ, 1);
	add(b = watch("b", p[0], EV_READ | EV_PERSIST, read_p), -1);
	loop(EVLOOP_NONBLOCK);
	loop(EVLOOP_NONBLOCK);
}
