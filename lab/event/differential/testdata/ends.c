// Ends of file, hang-ups and errors on pipes, FIFOs and sockets; edges.

#include "scenario.h"

static void get_all(int fd, short what) { if (what & EV_READ) get(fd, 60); }

// An end of file stays readable: del after a few.
static void get_to_3(int fd, short what)
{
	get(fd, 60);
	if (++n == 3)
		del(a);
}

SCENARIO(pipeEndOfFile)
{
	pipes(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_to_3), -1);
	put(p[1], "x");
	close(p[1]);
	loop(0);
}

SCENARIO(pipeEndOfFileAtOnce)
{
	pipes(p);
	close(p[1]);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_to_3), -1);
	loop(0);
}

static void put_to_2(int fd, short what)
{
	put(fd, "x");
	if (++n == 2)
		del(a);
}

SCENARIO(pipeReaderGone)
{
	pipes(p);
	close(p[0]);
	add(a = watch("a", p[1], EV_WRITE | EV_PERSIST, put_to_2), -1);
	loop(0);
}

SCENARIO(fullPipeReaderGone)
{
	static char block[4096];
	pipes(p);
	while (write(p[1], block, sizeof block) > 0)
		;
	add(a = watch("a", p[1], EV_WRITE | EV_PERSIST, put_to_2), -1);
	loop(EVLOOP_NONBLOCK);
	close(p[0]);
	loop(0);
}

static int fifo(int flags)
{
	mkfifo("fifo", 0600);
	return open("fifo", flags | O_NONBLOCK);
}

static int writer(void) { return open("fifo", O_WRONLY | O_NONBLOCK); }

// Opened for reading alone, a FIFO is at its end whenever no writer is left.
SCENARIO(fifoReadOnly)
{
	p[0] = fifo(O_RDONLY);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_to_3), -1);
	loop(EVLOOP_NONBLOCK); // no writer yet, and so no end
	p[1] = writer();
	loop(EVLOOP_NONBLOCK);
	put(p[1], "x");
	close(p[1]);
	loop(0);
	n = 2;
	add(a, -1);
	loop(EVLOOP_NONBLOCK); // still
	add(a, -1);
	p[1] = writer(); // a new one ends the end
	loop(EVLOOP_NONBLOCK);
}

// Opened for both, the FIFO has a writer always: this one.
SCENARIO(fifoReadWrite)
{
	p[0] = fifo(O_RDWR);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_all), -1);
	p[1] = writer();
	put(p[1], "x");
	close(p[1]);
	loop(EVLOOP_NONBLOCK);
	p[1] = writer();
	put(p[1], "y");
	loop(EVLOOP_NONBLOCK);
	close(p[1]);
	loop(EVLOOP_NONBLOCK);
}

static void both_to_3(int fd, short what)
{
	if (what & EV_READ)
		get(fd, 60);
	if (++n == 3)
		del(a);
}

SCENARIO(socketHalfClosed)
{
	pair(p);
	put(p[1], "x");
	shutdown(p[1], SHUT_WR);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_to_3), -1);
	loop(0);
	add(a = watch("a", p[0], EV_READ | EV_WRITE | EV_PERSIST, NULL), -1);
	loop(EVLOOP_ONCE); // it can be written still
}

SCENARIO(socketClosed)
{
	pair(p);
	put(p[1], "x");
	close(p[1]);
	add(a = watch("a", p[0], EV_READ | EV_WRITE | EV_PERSIST, both_to_3), -1);
	loop(0);
	add(a = watch("w", p[0], EV_WRITE, NULL), -1);
	loop(0);
}

SCENARIO(socketClosedTwoEvents)
{
	pair(p);
	close(p[1]);
	add(a = watch("r", p[0], EV_READ, NULL), -1);
	add(b = watch("w", p[0], EV_WRITE, NULL), -1);
	loop(0);
}

SCENARIO(tcpClosed)
{
	tcp(p);
	put(p[1], "x");
	close(p[1]);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_to_3), -1);
	loop(0);
}

SCENARIO(tcpReset)
{
	struct linger none = {1, 0};
	tcp(p);
	setsockopt(p[1], SOL_SOCKET, SO_LINGER, &none, sizeof none);
	close(p[1]);
	add(a = watch("a", p[0], EV_READ | EV_WRITE | EV_PERSIST, both_to_3), -1);
	loop(0);
}

static void say_error(int fd, short what)
{
	int err = 0;
	socklen_t size = sizeof err;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
	say("error %s", err ? strerrorname_np(err) : "none");
}

static int dial(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	connect(fd, (struct sockaddr *)&at, sizeof at);
	return fd;
}

SCENARIO(tcpConnectRefused)
{
	int port = tcp(p); // nobody listens there any more
	add(a = watch("a", dial(port), EV_READ | EV_WRITE, say_error), -1);
	loop(0);
}

static void accept_one(int fd, short what)
{
	int conn = accept(fd, NULL, NULL);
	close(conn);
	if (++n == 2)
		del(a);
}

SCENARIO(tcpListener)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(listener, (struct sockaddr *)&at, size) || listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&at, &size))
		abort();
	add(a = watch("a", listener, EV_READ | EV_PERSIST, accept_one), -1);
	loop(EVLOOP_NONBLOCK);
	add(b = watch("b", dial(ntohs(at.sin_port)), EV_WRITE, say_error), -1);
	dial(ntohs(at.sin_port));
	del(b);
	loop(0); // two wait in the backlog: readable until both are accepted
}

SCENARIO(regularFile)
{
	p[0] = open("file", O_RDWR | O_CREAT, 0600);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_to_3), -1);
	loop(0);
}

SCENARIO(devNull)
{
	p[0] = open("/dev/null", O_RDWR);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, get_to_3), -1);
	loop(0);
}

// Edges. poll and select do not know them, and tell of the state.

#define EDGE (EV_READ | EV_PERSIST | EV_ET)

static void get_1(int fd, short what) { get(fd, 1); }

SCENARIO(edgePartialDrain)
{
	pair(p);
	add(a = watch("a", p[0], EDGE, get_1), -1);
	put(p[1], "xyz");
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK); // two are left, and no news
	put(p[1], "w");
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	del(a);
	add(a, -1); // a new entry begins with the state
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

// However many arrivals there were since the last look: one report.
SCENARIO(edgeThreeArrivals)
{
	pair(p);
	add(a = watch("a", p[0], EDGE, NULL), -1);
	put(p[1], "x");
	put(p[1], "y");
	put(p[1], "z");
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK); // all are left, and no news
	put(p[1], "w");
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

SCENARIO(edgeFullDrain)
{
	pair(p);
	add(a = watch("a", p[0], EDGE, get_all), -1);
	put(p[1], "xyz");
	loop(EVLOOP_NONBLOCK);
	put(p[1], "w");
	loop(EVLOOP_NONBLOCK);
	loop(EVLOOP_NONBLOCK);
}

SCENARIO(edgeTwoEvents)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EDGE, NULL), -1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	add(b = watch("b", p[0], EDGE, NULL), -1); // the fd is watched for that already
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	add(a, -1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	del(a);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

SCENARIO(edgeWriteAddedLater)
{
	pair(p);
	put(p[1], "x");
	add(a = watch("a", p[0], EDGE, NULL), -1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	add(b = watch("b", p[0], EV_WRITE | EV_PERSIST | EV_ET, NULL), -1);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK); // the new entry tells of both
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	del(b);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

SCENARIO(edgeEndOfFile)
{
	pair(p);
	add(a = watch("a", p[0], EDGE, get_all), -1);
	close(p[1]);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

// Each add of a one-shot is a new entry: the edge does not matter.
static void get_1_add(int fd, short what)
{
	get(fd, 1);
	if (++n < 3)
		add(a, -1);
}

SCENARIO(edgeOneShot)
{
	pair(p);
	put(p[1], "xyz");
	add(a = watch("a", p[0], EV_READ | EV_ET, get_1_add), -1);
	loop(0);
}

// One fd, level and edge: libevent mixes them up in silence.
SCENARIO(edgeAndLevel)
{
	pair(p);
	add(a = watch("a", p[0], EV_READ | EV_PERSIST, NULL), -1);
	add(b = watch("b", p[0], EDGE, NULL), -1);
	put(p[1], "x");
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
	loop(EVLOOP_ONCE | EVLOOP_NONBLOCK);
}
