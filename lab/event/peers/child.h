/* What every C peer needs: the child's half of the talk with the harness.
 *
 * The harness sends a line with a number n; the child does n operations, once
 * to warm up and once more, and answers with a line: how many ns one of the
 * latter took. When its standard input ends the child ends. Before the first
 * line it says that it is ready. */
#ifndef CHILD_H
#define CHILD_H

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* A workload sets itself up from its arguments and then calls serve. */
void cascade(char **args);
void echo(char **args);
void wake(char **args);
void active(char **args);
void timers(char **args);
void expire(char **args);

static inline void die(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	exit(1);
}

/* ns on the monotonic clock. */
static inline double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static inline void serve(double (*operations)(long n))
{
	char line[64];
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		long n = strtol(line, NULL, 10);
		operations(n);
		printf("%.3f\n", operations(n));
		fflush(stdout);
	}
}

static inline void *sleep_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

/* With a second thread the kernel counts references at every look-up of an fd.
 * A Go program always has more than one, so the fair peer has, too. */
static inline void idle_thread(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, sleep_for_ever, NULL))
		die("no second thread");
}

static inline void all_fds(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The second thread of the wake-up runs on another core, if there is one. */
static inline void pin(int cpu)
{
	cpu_set_t set;
	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static inline void nonblocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

struct workload { const char *name; void (*run)(char **args); };

/* PROGRAM [thread] WORKLOAD ARGUMENTS */
static inline int child_main(char **args, const struct workload *list)
{
	all_fds();
	if (*args && !strcmp(*args, "thread")) {
		idle_thread();
		args++;
	}
	for (; *args && list->name; list++)
		if (!strcmp(*args, list->name)) {
			list->run(args + 1);
			return 0;
		}
	die("no such workload");
	return 1;
}

#endif
