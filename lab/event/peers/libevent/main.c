/* The workloads on libevent 2.1. */
#include "libevent.h"
#include <event2/thread.h>

/* base_on makes a base on the backend of that name; NULL is the best one. */
struct event_base *base_on(const char *backend)
{
	struct event_config *config = event_config_new();
	const char **names = event_get_supported_methods();
	for (; backend && *names; names++)
		if (strcmp(*names, backend))
			event_config_avoid_method(config, *names);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	if (!base || (backend && strcmp(event_base_get_method(base), backend)))
		die("libevent has no backend %s", backend);
	return base;
}

static void version(char **args)
{
	(void)args;
	puts(event_get_version());
}

/* PROGRAM [locks] [thread] WORKLOAD ARGUMENTS: with locks, other threads may use
 * the base, too. */
int main(int argc, char **argv)
{
	static const struct workload list[] = {{"cascade", cascade}, {"active", active}, {"timers", timers},
		{"expire", expire}, {"echo", echo}, {"wake", wake}, {"version", version}, {0}};
	argv++;
	if (argc > 1 && !strcmp(*argv, "locks")) {
		if (evthread_use_pthreads())
			die("no locks");
		argv++;
	}
	return child_main(argv, list);
}
