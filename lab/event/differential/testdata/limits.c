// Mistakes and limits (closed fds, fd numbers), and other threads.

#include "scenario.h"

static void read_p(int fd, short what) { drain(p[0]); }
static void pending_a(int fd, short what) { pending(a); }

// A pending event's fd is closed. The loop goes at most three turns: a storm
// would show in them.

static void stop_at_3(int fd, short what)
{
	get(fd, 8);
	if (++n == 3)
		event_base_loopbreak(base);
}

SCENARIO(closeAPendingFd)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, stop_at_3), -1);
	close(p[0]);
	loop(EVLOOP_NONBLOCK);
	del(a);
	loop(0);
}

static void close_p(int fd, short what) { close(p[0]); }

SCENARIO(closeAPendingFdInACallback)
{
	pair(p);
	pair(q);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, stop_at_3), -1);
	add(b = watch("b", q[0], EV_READ, close_p), -1);
	put(q[1], "x");
	loop(EVLOOP_NONBLOCK);
	del(a);
}

// The number is another file by the time of the second add. Under epoll the
// kernel has forgotten the first.
SCENARIO(closeAndReuseTheNumber)
{
	pair(p);
	add(a = watch("old", p[0], EV_READ | EV_PERSIST, NULL), -1);
	close(p[0]);
	pair(q);
	say(q[0] == p[0] ? "same number" : "another number");
	put(q[1], "x");
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	add(b = watch("new", q[0], EV_READ | EV_PERSIST, NULL), -1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

SCENARIO(deleteBeforeClose)
{
	pair(p);
	add(a = watch("old", p[0], EV_READ | EV_PERSIST, NULL), -1);
	del(a);
	close(p[0]);
	pair(q);
	put(q[1], "x");
	add(b = watch("new", q[0], EV_READ, NULL), -1);
	loop(0);
}

SCENARIO(addNeverOpen)
{
	add(a = watch("a", 900, EV_READ | EV_PERSIST, stop_at_3), -1);
	loop(EVLOOP_NONBLOCK);
}

SCENARIO(addNegative)
{
	add(a = watch("a", -1, EV_READ, NULL), -1);
	pending(a);
	loop(EVLOOP_NONBLOCK);
}

// Made active by hand, after its fd was closed.

SCENARIO(activeByHandAfterDelAndClose)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, pending_a), 100000);
	del(a);
	close(p[0]);
	event_active(a, EV_READ, 1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	pending(a);
}

SCENARIO(activeByHandAfterDel)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, pending_a), 100000);
	del(a);
	event_active(a, EV_READ, 1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	pending(a);
}

SCENARIO(activeByHandAfterClose)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, pending_a), -1);
	close(p[0]);
	event_active(a, EV_READ, 1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	pending(a);
}

SCENARIO(activeByHandAfterCloseWithATimeout)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, pending_a), 100000);
	close(p[0]);
	event_active(a, EV_READ, 1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	pending(a);
}

SCENARIO(prioritiesMost)
{
	say("255: %d", event_base_priority_init(base, 255));
	say("256: %d", event_base_priority_init(base, 256));
}

// A duplicate keeps the file of the closed fd open: epoll goes on telling of it.

static void break_loop(int fd, short what) { event_base_loopbreak(base); }

static void stop_at_10000(int fd, short what)
{
	if (++n == 10000)
		event_base_loopbreak(base);
}

SCENARIO(closeADuplicatedFd)
{
	pair(p);
	dup(p[0]);
	add(a = watch("", p[0], EV_READ | EV_PERSIST, stop_at_10000), -1);
	close(p[0]);
	put(p[1], "x");
	loop(0);
}

SCENARIO(closeADuplicatedFdAndReuseTheNumber)
{
	pair(p);
	dup(p[0]);
	add(a = watch("", p[0], EV_READ | EV_PERSIST, stop_at_10000), -1);
	close(p[0]);
	pair(q); // nobody writes to it: poll and select sleep
	put(p[1], "x");
	add(watch("", -1, 0, break_loop), 1500);
	loop(0);
}

SCENARIO(deleteADuplicatedFdTooLate)
{
	pair(p);
	dup(p[0]);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, NULL), -1);
	close(p[0]);
	del(a);
	put(p[1], "x");
	mark("timer", 1000);
	loop(0);
}

// The fd numbers around FD_SETSIZE.

static int numbered(int fd)
{
	struct rlimit most = {4096, 4096};
	setrlimit(RLIMIT_NOFILE, &most);
	pair(p);
	put(p[1], "x");
	return dup2(p[0], fd);
}

SCENARIO(fd1023)
{
	add(a = watch("a", numbered(1023), EV_READ, NULL), -1);
	loop(0);
}

SCENARIO(fd1024)
{
	add(a = watch("a", numbered(1024), EV_READ, NULL), -1);
	loop(0);
}

// Other threads.

static int door[2], back[2]; // a byte in them says that the other side has come so far

static void ring(int fd, short what) { put(door[1], "x"); }

static void await_at(int end)
{
	char byte;
	if (read(end, &byte, 1) != 1)
		abort();
}

static void await(void) { await_at(door[0]); }

static void *run_loop(void *arg)
{
	loop(0);
	return NULL;
}

// start runs the loop on another thread, and returns when it runs.
static pthread_t start(void)
{
	pthread_t thread;
	if (pipe(door) || pipe(back))
		abort();
	event_active(watch("", -1, 0, ring), EV_READ, 1);
	pthread_create(&thread, NULL, run_loop, NULL);
	await();
	busy(100); // by now it sleeps; if not, it is told all the same
	return thread;
}

// It waits without end, and another thread makes it act at once.
SCENARIO(wakeActive)
{
	threads();
	pair(p);
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	pthread_t thread = start();
	event_active(a, EV_WRITE, 1);
	pthread_join(thread, NULL);
}

SCENARIO(wakeBreak)
{
	threads();
	pair(p);
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	pthread_t thread = start();
	event_base_loopbreak(base);
	pthread_join(thread, NULL);
	pending(a);
}

static void wait_for_break(int fd, short what)
{
	ring(0, 0);
	await_at(back[0]);
}

// The loop is in a callback: the rest of the queue waits for the next loop.
SCENARIO(breakFromAnotherThread)
{
	threads();
	pair(p);
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	add(b = watch("b", p[0], EV_READ, wait_for_break), -1); // the first
	pthread_t thread = start();
	put(p[1], "x");
	await();
	event_base_loopbreak(base);
	put(back[1], "x");
	pthread_join(thread, NULL);
	loop(0);
}

SCENARIO(wakeExit)
{
	threads();
	pair(p);
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	pthread_t thread = start();
	event_base_loopexit(base, NULL);
	pthread_join(thread, NULL);
	pending(a);
}

// A function for the loop's thread: event_base_once with no time to wait.
static int left = 300;

static void count_down(evutil_socket_t fd, short what, void *arg)
{
	if (--left == 0) {
		say("300 calls");
		event_base_loopbreak(base);
	}
}

static void *post_100(void *arg)
{
	for (int i = 0; i < 100; i++)
		event_base_once(base, -1, EV_TIMEOUT, count_down, NULL, NULL);
	return NULL;
}

SCENARIO(wakeFromManyThreads)
{
	pthread_t posting[3];
	threads();
	pair(p);
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	pthread_t thread = start();
	for (int i = 0; i < 3; i++)
		pthread_create(&posting[i], NULL, post_100, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(posting[i], NULL);
	pthread_join(thread, NULL);
}

// event_add from another thread: with locks it is safe, and noticed at once.
SCENARIO(addFromAnotherThread)
{
	threads();
	pair(p);
	pair(q);
	put(q[1], "x");
	add(a = watch("a", p[0], EV_READ, NULL), -1);
	b = watch("b", q[0], EV_READ, ring);
	pthread_t thread = start();
	add(b, -1);
	await();
	event_base_loopbreak(base);
	pthread_join(thread, NULL);
}

static void slow(int fd, short what)
{
	drain(fd);
	ring(0, 0);
	busy(500);
	say("a ends");
}

// event_del from another thread waits for the callback.
SCENARIO(deleteFromAnotherThread)
{
	threads();
	pair(p);
	pair(q);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, slow), -1);
	add(b = watch("b", q[0], EV_READ, NULL), -1); // keeps the loop alive
	pthread_t thread = start();
	put(p[1], "x");
	await();
	del(a);
	say("deleted");
	event_base_loopbreak(base);
	pthread_join(thread, NULL);
}

SCENARIO(loopOnTwoThreads)
{
	threads();
	pair(p);
	add(a = watch("a", p[0], EV_READ, read_p), -1);
	pthread_t thread = start();
	say("loop %d", event_base_loop(base, 0));
	put(p[1], "x");
	pthread_join(thread, NULL);
}

// One base, made here and run there, and here again.
SCENARIO(loopMovesBetweenThreads)
{
	threads();
	pair(p);
	add(a = watch("a", p[0], EV_READ, pending_a), -1);
	pthread_t thread = start();
	put(p[1], "x");
	pthread_join(thread, NULL);
	add(a, -1);
	loop(0);
}

// What another thread asks for comes before the fds that are ready by then.
SCENARIO(wakeBeforeReadyFds)
{
	threads();
	pair(p);
	pair(q);
	a = watch("posted", -1, 0, NULL);
	add(b = watch("fd", q[0], EV_READ, NULL), -1);
	add(c = watch("busy", p[0], EV_READ, wait_for_break), -1);
	pthread_t thread = start();
	put(p[1], "x");
	await();
	put(q[1], "x");
	event_active(a, EV_TIMEOUT, 1);
	write(back[1], "", 1);
	pthread_join(thread, NULL);
}
