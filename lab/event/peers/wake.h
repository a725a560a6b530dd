/* The other thread of the wake-up: it wakes the loop n times, and each time
 * waits in read(2) until the loop has answered. */
#include <stdint.h>
#include <sys/eventfd.h>

static int answer;               /* an eventfd, blocking */
static int other_cpu;            /* where the other thread runs; -1: anywhere */
static long rounds;
static void (*wake_loop)(void);  /* how the other thread wakes the loop */

static inline void *other_thread(void *unused)
{
	uint64_t count;
	(void)unused;
	pin(other_cpu);
	for (long i = 0; i < rounds; i++) {
		wake_loop();
		if (read(answer, &count, 8) != 8)
			die("no answer");
	}
	return NULL;
}

static inline void give_answer(void)
{
	uint64_t one = 1;
	if (write(answer, &one, 8) != 8)
		die("cannot answer");
}
