// Package event is a small libevent: a loop that sleeps until the kernel says
// that a file descriptor is ready, and then calls the callbacks that wait for
// it.
//
// # One turn of the loop
//
//	      ┌───────────────────────────────────────────────┐
//	      ▼                                               │
//	told to stop?  ──yes─▶ return Exited or Broken        │
//	anything left? ──no──▶ return NoEvents                │
//	      │                                               │
//	      ▼                                               │
//	    wait       sleep in the kernel until an fd is     │
//	      │        ready or the first timeout is due      │
//	      ▼                                               │
//	   collect     which fds are ready? whose timeout     │
//	      │        is over? those events become active    │
//	      ▼                                               │
//	    run        call the callbacks of the most urgent  │
//	      │        queue, in the order of activation      │
//	      ▼                                               │
//	   enough? ──yes─▶ return Done                  no ───┘
//
// What is enough depends on the flags: without Once and NonBlock nothing is.
// Loop in loop.go is this diagram as code.
//
// An event is first made (NewEvent), then pending (Add): the loop watches for
// it. When its fd is ready or its timeout is over it becomes active: it stands
// in a queue. When its turn comes its callback runs. Without Persist it is not
// pending any more by then; with Persist it stays pending until Del.
//
// # For the reader of libevent programs
//
//	event_base_new               New
//	event_new, event_free        Base.NewEvent (the garbage collector frees)
//	event_assign, event_set      Base.Assign
//	evtimer_new, evsignal_new    Base.NewTimer, Base.NewSignal
//	event_add, event_del         Event.Add, Event.Del
//	event_active, event_pending  Event.Active, Event.Pending
//	event_priority_set           Event.SetPriority
//	event_base_once              Base.Once
//	event_base_dispatch, _loop   Base.Dispatch, Base.Loop
//	event_base_loopbreak         Base.Break
//	event_base_loopexit          Base.Exit
//	event_base_loopcontinue      Base.Continue
//	event_base_get_method        Base.Backend
//	return value 1, 0, -1        Reason.Code
//
// The semantics are those of libevent 2.1. What differs, differs on purpose:
//
//   - One thread. A base belongs to the thread that runs its loop. Add and Del
//     from another thread give an error, where libevent without locks breaks in
//     silence, and with locks waits. Base.Post is the way in.
//   - An fd that is closed while an event watches it is named in an error, as
//     soon as the kernel gives a sign of it. So are fds that select has no room for,
//     regular files under epoll, a negative fd, and an fd that is watched both
//     level- and edge-triggered (libevent says so in its debug mode only).
//   - An event whose memory the program used for something else while the base
//     held it is named in an error: by Assign at once, else when its fd is
//     ready or its timeout over. libevent overwrites it in silence, and says so
//     in its debug mode only; Config.Unchecked does as libevent (lesson 06).
//   - Signals reach a base through the Go runtime, which may merge several that
//     follow closely into one call. Every base that asks for a signal gets it;
//     in libevent only the last one does.
//   - poll and select report fds in their own fixed order. libevent starts at a
//     random one.
//   - The clock is read once a turn, but only by a base that has used a timeout
//     before. So the very first timeout of a base counts from its Add.
//
// The loop keeps one fd of its own, which Post uses to end a wait. It stands in
// none of the numbers that a student sees (fds watched, callbacks, trace): they
// speak of what the program asked for. strace(1) shows it.
package event
