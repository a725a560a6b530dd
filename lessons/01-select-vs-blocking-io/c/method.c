/* What does libevent wait with, if nobody chooses?
 *
 *     cc method.c -levent -o method && ./method
 */
#include <event2/event.h>
#include <stdio.h>

int main(void)
{
	struct event_base *base = event_base_new();

	if (base == NULL)
		return 1;
	printf("%s %s\n", event_get_version(), event_base_get_method(base));
	event_base_free(base);
	return 0;
}
