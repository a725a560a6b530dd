package event

// kinds lists the backends of Linux, best first.
var kinds = []kind{
	{"epoll", "epoll_wait", openEpoll},
	{"poll", "poll", openPoll},
	{"select", "select", openSelect},
}
