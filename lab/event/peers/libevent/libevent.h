#include "../child.h"
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>

struct event_base *base_on(const char *backend);
