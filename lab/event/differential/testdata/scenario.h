// What every scenario is written with. A scenario is a program on libevent: it
// prints one line for each callback and each answer that it wants compared, and
// the Go function of the same name must print the same lines.
//
// One process runs one scenario, so plain globals do. Nothing prints a time:
// only the order of the lines counts.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/thread.h>

#if LIBEVENT_VERSION_NUMBER < 0x02010000
#error "the scenarios are about libevent 2.1"
#endif

extern struct event_base *base;
extern struct event *a, *b, *c, *d; // the scenario's events
extern int p[2], q[2];              // and its fds
extern int n;                       // and its counter

// step is what a callback does after its line was printed.
typedef void (*step)(int fd, short what);

// SCENARIO(name) { ... } defines a scenario and puts it into the list.
#define SCENARIO(name)                                                                             \
	static void name(void);                                                                    \
	__attribute__((constructor)) static void list_##name(void) { list(#name, name); }          \
	static void name(void)

void list(const char *name, void (*run)(void));

void say(const char *format, ...) __attribute__((format(printf, 1, 2))); // one line
const char *words(short what);                                              // "read|persist"

void threads(void);        // the base may be used from several threads
void priorities(int count); // before any event
struct event_base *another(void);

struct event *watch(const char *name, int fd, short what, step then); // event_new on base
struct event *watch_on(struct event_base *, const char *name, int fd, short what, step then);
int add(struct event *, int ms);   // event_add; ms < 0: no timeout; a failure is a line
void del(struct event *);          // event_del; a failure is a line
void pending(struct event *);      // a line that says what it is pending for
void loop(int flags);              // event_base_loop, and a line that says how it ended
void loop_on(struct event_base *, int flags);

struct event *mark(const char *name, int ms); // a line when this time is over
void inside(step what, int flags); // in a callback of its own; then goes on with the loop

void pair(int fds[2]);             // a socket pair that does not block
void pipes(int fds[2]);            // a pipe that does not block
void put(int fd, const char *text);
void get(int fd, int max);         // reads, and a line that says what
void drain(int fd);                // reads all there is, silently
void busy(int ms);                 // keeps the thread
int tcp(int fds[2]);               // a connection on loopback; returns the listener's port
