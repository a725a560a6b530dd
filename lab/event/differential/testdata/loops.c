// How a loop runs and why it ends; signals.

#include "scenario.h"

static void do_break(int fd, short what) { event_base_loopbreak(base); }
static void do_continue(int fd, short what) { event_base_loopcontinue(base); }
static void do_exit(int fd, short what) { event_base_loopexit(base, NULL); }
static void do_exit_and_break(int fd, short what) { do_exit(0, 0), do_break(0, 0); }
static void read_p(int fd, short what) { drain(p[0]); }
static void put_p(int fd, short what) { put(p[1], "x"); }

static struct event *active(const char *name, step then)
{
	struct event *ev = watch(name, -1, 0, then);
	event_active(ev, EV_READ, 1);
	return ev;
}

SCENARIO(loopEmpty)
{
	loop(0);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_NONBLOCK);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	loop(EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY);
}

SCENARIO(loopNonBlock)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, NULL), -1);
	loop(EVLOOP_NONBLOCK); // nothing is ready
	put(p[1], "x");
	loop(EVLOOP_NONBLOCK | EVLOOP_ONCE);
	loop(EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

static void read_at_4(int fd, short what) { if (++n == 4) drain(fd); }

// It never sleeps, and yet it goes round for as long as something is ready.
SCENARIO(loopNonBlockGoesOnWhileReady)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, read_at_4), -1);
	loop(EVLOOP_NONBLOCK);
}

SCENARIO(loopOnce)
{
	pair(p);
	add(watch("timer", -1, 0, put_p), 100);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, read_p), -1);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_NONBLOCK);
}

static struct event *chained;
static void activate_b(int fd, short what) { event_active(b, EV_READ, 1); }

// Once goes on for as long as callbacks fill the queue.
SCENARIO(loopOnceRunsTheWholeQueue)
{
	b = watch("b", -1, 0, NULL);
	chained = watch("a", -1, 0, activate_b);
	event_active(chained, EV_READ, 1);
	active("c", NULL);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_ONCE);
}

SCENARIO(loopNoExitOnEmpty)
{
	struct timeval tv = {0, 200000};
	event_base_loopexit(base, &tv);
	loop(EVLOOP_NO_EXIT_ON_EMPTY);
	add(watch("a", -1, 0, NULL), 50);
	event_base_loopexit(base, &tv);
	loop(EVLOOP_NO_EXIT_ON_EMPTY);
	loop(0);
}

// An exit counts as an event: the loop waits for it.
SCENARIO(exitAfterATime)
{
	struct timeval tv = {0, 300000};
	pair(p);
	add(watch("100", -1, 0, NULL), 100);
	add(a = watch("20000", -1, 0, NULL), 20000);
	event_base_loopexit(base, &tv);
	loop(0);
	del(a);
	loop(0);
}

SCENARIO(exitOfAnEmptyBase)
{
	event_base_loopexit(base, NULL);
	loop(0);
	loop(0);
}

SCENARIO(exitLetsActiveEventsRun)
{
	active("a", NULL);
	active("b", do_exit);
	active("c", NULL);
	loop(0);
	active("d", NULL);
	loop(0);
}

SCENARIO(exitTwice)
{
	active("a", do_exit);
	active("b", do_exit);
	loop(0);
	loop(0);
}

// Break leaves the rest for the next loop.
SCENARIO(breakInACallback)
{
	active("a", NULL);
	active("b", do_break);
	active("c", NULL);
	loop(0);
	loop(0);
}

SCENARIO(breakBeforeTheLoop)
{
	event_base_loopbreak(base);
	active("a", NULL);
	loop(0);
}

SCENARIO(breakAndExit)
{
	active("a", do_exit_and_break);
	active("b", NULL);
	loop(0);
	loop(0);
	loop(0);
}

SCENARIO(breakOnce)
{
	active("a", do_break);
	active("b", NULL);
	loop(EVLOOP_ONCE);
	loop(EVLOOP_NONBLOCK);
}

SCENARIO(breakLeavesOtherPriorities)
{
	priorities(3);
	active("middle", do_break);
	a = watch("high", -1, 0, NULL);
	event_priority_set(a, 0);
	event_active(a, EV_READ, 1);
	active("middle too", NULL);
	loop(0);
	loop(0);
}

// Continue begins the next turn: the queue goes on after the look.
SCENARIO(continueLooksFirst)
{
	priorities(2);
	pair(p);
	a = watch("high", p[0], EV_READ, NULL);
	event_priority_set(a, 0);
	add(a, -1);
	active("low 1", put_p);
	active("low 2", do_continue);
	active("low 3", NULL);
	loop(0);
}

SCENARIO(continueBeforeTheLoop)
{
	event_base_loopcontinue(base);
	active("a", NULL);
	active("b", NULL);
	loop(0);
}

// A loop inside a loop.

static struct event_base *inner;
static void loop_here(int fd, short what) { loop(0); }
static void loop_inner(int fd, short what) { loop_on(inner, 0); }

SCENARIO(nestedSameBase)
{
	active("a", loop_here);
	active("b", NULL);
	loop(0);
}

// The outer base's fd waits until the inner loop has returned.
SCENARIO(nestedOtherBase)
{
	pair(p);
	inner = another();
	add(a = watch("outer a", -1, 0, loop_inner), 100);
	add(b = watch("outer b", p[0], EV_READ, NULL), -1);
	add(watch_on(inner, "inner", -1, 0, put_p), 200);
	add(watch_on(inner, "inner later", -1, 0, NULL), 400);
	loop(0);
}

SCENARIO(twoBasesTakeTurns)
{
	inner = another();
	pair(p);
	pair(q);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, read_p), -1);
	add(b = watch_on(inner, "b", q[0], EV_READ, NULL), -1);
	put(p[1], "x");
	loop(EVLOOP_NONBLOCK);
	loop_on(inner, EVLOOP_NONBLOCK);
	put(q[1], "x");
	loop(EVLOOP_NONBLOCK);
	loop_on(inner, EVLOOP_NONBLOCK);
	loop_on(inner, 0);
}

// Signals.

static void raise_usr1(int fd, short what) { kill(getpid(), SIGUSR1); }
static void pending_a(int fd, short what) { pending(a); }

SCENARIO(signalOneShot)
{
	add(a = watch("a", SIGUSR1, EV_SIGNAL, pending_a), -1);
	pending(a);
	raise_usr1(0, 0);
	loop(0);
	pending(a);
}

static void raise_again(int fd, short what)
{
	if (++n < 3)
		raise_usr1(0, 0);
	else
		del(a);
}

SCENARIO(signalPersist)
{
	add(a = watch("a", SIGUSR1, EV_SIGNAL | EV_PERSIST, raise_again), -1);
	add(watch("raise", -1, 0, raise_usr1), 100); // it ends a wait without end
	loop(0);
	pending(a);
}

SCENARIO(signalTwoEvents)
{
	add(a = watch("a", SIGUSR1, EV_SIGNAL, NULL), -1);
	add(b = watch("b", SIGUSR1, EV_SIGNAL, NULL), -1);
	add(c = watch("c", SIGUSR2, EV_SIGNAL, NULL), -1);
	raise_usr1(0, 0);
	loop(EVLOOP_ONCE);
	kill(getpid(), SIGUSR2);
	loop(0);
}

static void three(void (*then)(void))
{
	then(), then(), then();
}

static void usr1(void) { kill(getpid(), SIGUSR1); }

// libevent counts every raise.
SCENARIO(signalThreeRaises)
{
	add(a = watch("a", SIGUSR1, EV_SIGNAL, NULL), -1);
	three(usr1);
	loop(0);
}

static void del_a(int fd, short what) { del(a); }

// What is deleted in its first call gets no second one.
SCENARIO(signalDeletedInItsFirstCall)
{
	add(a = watch("a", SIGUSR1, EV_SIGNAL | EV_PERSIST, del_a), -1);
	three(usr1);
	loop(0);
}

// While it is blocked, the kernel keeps one.
SCENARIO(signalThreeRaisesWhileBlocked)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	add(a = watch("a", SIGUSR1, EV_SIGNAL, NULL), -1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 3; i++)
		pthread_kill(pthread_self(), SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	loop(0);
}

SCENARIO(signalTimeout)
{
	add(a = watch("a", SIGUSR1, EV_SIGNAL | EV_PERSIST, pending_a), 100);
	loop(0);
	pending(a);
}

static void put_and_raise(int fd, short what)
{
	raise_usr1(0, 0);
	busy(200);
}

// A signal does not interrupt a callback: it waits for the next look.
SCENARIO(signalDoesNotInterruptACallback)
{
	add(a = watch("signal", SIGUSR1, EV_SIGNAL, NULL), -1);
	active("a", put_and_raise);
	active("b", NULL);
	loop(0);
}

SCENARIO(signalActiveByHand)
{
	a = watch("a", SIGUSR1, EV_SIGNAL, NULL);
	event_active(a, EV_SIGNAL, 1);
	loop(0);
}

// Two bases ask for one signal.
SCENARIO(signalTwoBases)
{
	inner = another();
	add(a = watch("first", SIGUSR1, EV_SIGNAL, NULL), -1);
	add(b = watch_on(inner, "second", SIGUSR1, EV_SIGNAL, NULL), -1);
	raise_usr1(0, 0);
	busy(1000);
	loop(EVLOOP_NONBLOCK);
	loop_on(inner, EVLOOP_NONBLOCK);
}

// Deleted: the signal does again what it does by default.
static void add_del_raise(int number)
{
	add(a = watch("a", number, EV_SIGNAL | EV_PERSIST, NULL), -1);
	del(a);
	kill(getpid(), number);
	busy(2000);
	say("still here");
}

SCENARIO(signalDeletedTerminate) { add_del_raise(SIGTERM); }
SCENARIO(signalDeletedUser) { add_del_raise(SIGUSR1); }

// A signal that was raised before the look is found by it. The loop does not
// sleep: raise(3) sends it to this thread, so it has come when raise returns.
SCENARIO(signalRaisedBeforeALook)
{
	add(a = watch("a", SIGUSR1, EV_SIGNAL | EV_PERSIST, NULL), -1);
	for (int i = 0; i < 20; i++) {
		raise(SIGUSR1);
		loop(EVLOOP_NONBLOCK);
	}
}
