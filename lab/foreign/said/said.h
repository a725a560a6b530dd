/* What a program says of itself to fdlab, which traces it: the step that begins,
 * the callback that runs, the name of an fd.
 *
 * It says so by a write(2) to fd -1, which no program has: the kernel refuses it at
 * once (EBADF), so alone the program does the same. The tracer reads the bytes at the
 * beginning of that call. The words are those of lab/foreign/said_linux.go.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((format(printf, 1, 2), unused))
static void say(const char *format, ...)
{
	char text[128];
	int before = errno; /* the program's, which this call must not change */
	va_list args;

	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (n >= (int)sizeof text)
		n = sizeof text - 1;
	if (write(-1, text, n) != -1)
		abort(); /* somebody has an fd -1 */
	errno = before;
}

#define SAY_STEP(number, of, name) say("fdlab step %d %d %s", number, of, name)
#define SAY_NAME(fd, name) say("fdlab name %d %s", fd, name)

/* The first and the last line of a callback. */
#define SAY_CALLBACK(fd, what) say("fdlab callback %d %d %s", (int)(fd), what, __func__)
#define SAY_BACK() say("fdlab back")

/* What event_base_dispatch or event_base_loop returned. */
#define SAY_RETURNED(code) say("fdlab returned %d", code)
