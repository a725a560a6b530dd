// main SCENARIO BACKEND runs one scenario on real libevent; main without
// arguments lists them.

#include "scenario.h"

struct event_base *base;
struct event *a, *b, *c, *d;
int p[2], q[2];
int n;

static struct { const char *name; void (*run)(void); } scenarios[200];
static int count;
static const char *backend;

// Each event's argument is its name and what it does.
struct arg { const char *name; step then; };

void list(const char *name, void (*run)(void))
{
	scenarios[count].name = name;
	scenarios[count++].run = run;
}

void say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout); // the scenario may end in an abort
}

const char *words(short what)
{
	static const char *name[] = {"timeout", "read", "write", "signal", "persist", "edge"};
	static char text[80];
	text[0] = 0;
	for (int i = 0; i < 6; i++)
		if (what & 1 << i) {
			if (text[0])
				strcat(text, "|");
			strcat(text, name[i]);
		}
	return text[0] ? text : "nothing";
}

struct event_base *another(void)
{
	static const char *all[] = {"epoll", "poll", "select"};
	struct event_config *config = event_config_new();
	for (int i = 0; i < 3; i++)
		if (strcmp(all[i], backend))
			event_config_avoid_method(config, all[i]);
	struct event_base *made = event_base_new_with_config(config);
	event_config_free(config);
	if (!made || strcmp(event_base_get_method(made), backend)) {
		fprintf(stderr, "no base with %s\n", backend);
		exit(2);
	}
	return made;
}

void threads(void)
{
	event_base_free(base);
	evthread_use_pthreads();
	base = another();
}

void priorities(int count) { event_base_priority_init(base, count); }

static void called(evutil_socket_t fd, short what, void *arg)
{
	struct arg *own = arg;
	if (own->name[0])
		say("%s %s", own->name, words(what));
	if (own->then)
		own->then(fd, what);
}

struct event *watch_on(struct event_base *on, const char *name, int fd, short what, step then)
{
	struct arg *own = malloc(sizeof *own);
	own->name = name;
	own->then = then;
	return event_new(on, fd, what, called, own);
}

struct event *watch(const char *name, int fd, short what, step then)
{
	return watch_on(base, name, fd, what, then);
}

static const char *name(struct event *ev)
{
	return ((struct arg *)event_get_callback_arg(ev))->name;
}

int add(struct event *ev, int ms)
{
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	int result = event_add(ev, ms < 0 ? NULL : &tv);
	if (result)
		say("add %s failed", name(ev));
	return result;
}

void del(struct event *ev)
{
	if (event_del(ev))
		say("del %s failed", name(ev));
}

void pending(struct event *ev)
{
	say("%s is pending for %s", name(ev),
	    words(event_pending(ev, EV_TIMEOUT | EV_READ | EV_WRITE | EV_SIGNAL, NULL)));
}

void loop(int flags) { loop_on(base, flags); }

void loop_on(struct event_base *on, int flags)
{
	int result = event_base_loop(on, flags);
	if (result != 0)
		say("return %d", result);
	else if (event_base_got_exit(on))
		say("return 0: exit");
	else if (event_base_got_break(on))
		say("return 0: break");
	else
		say("return 0");
}

struct event *mark(const char *name, int ms)
{
	struct event *ev = watch(name, -1, 0, NULL);
	add(ev, ms);
	return ev;
}

void inside(step what, int flags)
{
	add(watch("", -1, 0, what), 0);
	loop(flags);
}

static void nonblocking(int fds[2])
{
	evutil_make_socket_nonblocking(fds[0]);
	evutil_make_socket_nonblocking(fds[1]);
}

void pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		abort();
	nonblocking(fds);
}

void pipes(int fds[2])
{
	if (pipe(fds))
		abort();
	nonblocking(fds);
}

void put(int fd, const char *text)
{
	ssize_t done = write(fd, text, strlen(text));
	if (done < 0)
		say("write: %s", strerrorname_np(errno));
	else if (done != (ssize_t)strlen(text))
		say("write: short");
}

void get(int fd, int max)
{
	char text[64];
	ssize_t done = read(fd, text, max);
	if (done < 0)
		say("got %s", strerrorname_np(errno));
	else if (done == 0)
		say("got end of file");
	else
		say("got %.*s", (int)done, text);
}

void drain(int fd)
{
	char text[4096];
	while (read(fd, text, sizeof text) > 0)
		;
}

void busy(int ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};
	while (nanosleep(&ts, &ts))
		;
}

int tcp(int fds[2])
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&at, size) || listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&at, &size))
		abort();
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fds[0], (struct sockaddr *)&at, size))
		abort();
	fds[1] = accept(listener, NULL, NULL);
	close(listener);
	nonblocking(fds);
	return ntohs(at.sin_port);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		for (int i = 0; i < count; i++)
			say("%s", scenarios[i].name);
		return 0;
	}
	alarm(60); // never outlive the test
	signal(SIGPIPE, SIG_IGN);
	backend = argv[2];
	base = another();
	for (int i = 0; i < count; i++)
		if (!strcmp(scenarios[i].name, argv[1])) {
			scenarios[i].run();
			return 0;
		}
	fprintf(stderr, "no scenario %s\n", argv[1]);
	return 2;
}
