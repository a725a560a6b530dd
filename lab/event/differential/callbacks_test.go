//go:build linux

package differential

import "fdlab/lab/event"

// What callbacks do to events: add, delete and activate them. The twins are in
// testdata/callbacks.c.
var callbacks = []func(){deleteOneself, deleteAnotherActive, deleteEachOther, deleteAndAddAnotherActive,
	addAReadyFdInACallback, addOnTheSameFdInACallback, chainOfAThousandAdds, deleteThenAddIsLast,
	activeByHand, activeByHandOrder, activeByHandWhilePending, addWhileActive,
	activeInsideItsOwnCallback, addZeroInsideItsOwnCallback, activeAnotherInACallback,
	priorityOrder, priorityErrors, priorityStarvation, priorityInterrupts,
	priorityReadyDoesNotInterrupt, priorityLowerDoesNotInterrupt, priorityOnce, priorityNonBlock}

func deleteOneself() {
	p := pair()
	put(p[1], "x")
	var a *event.Event
	a = watch("a", p[0], event.Read|event.Persist, func() { del(a) })
	add(a, -1)
	loop(0)
	pending(a)
}

// Both are active when the first callback runs.
func deleteAnotherActive() {
	p := pair()
	put(p[1], "x")
	a := watch("a", p[0], event.Read, nil)
	add(a, -1)
	add(watch("b", p[0], event.Read, func() { del(a) }), -1)
	loop(0)
}

func deleteEachOther() {
	p, q, n := pair(), pair(), 0
	put(p[1], "x")
	put(q[1], "x")
	var a, b *event.Event
	both := func() {
		del(a)
		del(b)
		n++
	}
	a = watch("", p[0], event.Read|event.Persist, both)
	b = watch("", q[0], event.Read|event.Persist, both)
	add(a, -1)
	add(b, -1)
	loop(0) // whichever comes first
	say("%d callbacks", n)
}

// An active event that is deleted and added again waits for the next look.
func deleteAndAddAnotherActive() {
	p := pair()
	put(p[1], "x")
	a := watch("a", p[0], event.Read, nil)
	again := func() {
		del(a)
		add(a, -1)
		pending(a)
	}
	add(a, -1)
	add(watch("b", p[0], event.Read, again), -1)
	add(watch("c", p[0], event.Read, again), -1)
	loop(event.Once)
	loop(0)
}

func addAReadyFdInACallback() {
	p, q := pair(), pair()
	put(p[1], "x")
	put(q[1], "x")
	b := watch("b", q[0], event.Read, nil)
	add(watch("a", p[0], event.Read, func() { add(b, -1) }), -1)
	loop(event.Once)
	loop(0)
}

func addOnTheSameFdInACallback() {
	p := pair()
	put(p[1], "x")
	b := watch("b", p[0], event.Read, func() { drain(p[0]) })
	add(watch("a", p[0], event.Read|event.Persist, func() { add(b, -1) }), -1)
	loop(event.Once)
	loop(event.Once)
	loop(event.NonBlock)
	pending(b)
}

// Adding to a base that runs does no harm, however often.
func chainOfAThousandAdds() {
	p, n := pair(), 0
	put(p[1], "x")
	var both [2]*event.Event
	other := func() {
		if n++; n < 1000 {
			add(both[n%2], -1)
		}
	}
	both[0] = watch("", p[0], event.Read, other)
	both[1] = watch("", p[0], event.Read, other)
	add(both[0], -1)
	loop(0)
	say("%d callbacks", n)
}

func deleteThenAddIsLast() {
	p := pair()
	put(p[1], "x")
	a := watch("a", p[0], event.Read, nil)
	b := watch("b", p[0], event.Read, nil)
	add(a, -1)
	add(b, -1)
	del(a)
	add(a, -1)
	loop(0)
}

// By hand: event_active.

func activeByHand() {
	var a *event.Event
	a = watch("a", -1, 0, func() { pending(a) })
	a.Active(event.Read)
	pending(a)
	loop(0)
	pending(a)
	a.Active(event.Timeout)
	a.Active(event.Write) // adds up to one call
	a.Active(event.Write)
	loop(0)
	a.Active(event.Read)
	del(a)
	loop(0)
}

func activeByHandOrder() {
	a := watch("a", -1, 0, nil)
	b := watch("b", -1, 0, nil)
	c := watch("c", -1, 0, nil)
	b.Active(event.Read)
	c.Active(event.Read)
	a.Active(event.Read)
	b.Active(event.Write) // keeps its place
	loop(0)
}

func activeByHandWhilePending() {
	p := pair()
	var a *event.Event
	a = watch("a", p[0], event.Read, func() { pending(a) })
	add(a, -1)
	a.Active(event.Write)
	pending(a)
	loop(0)
	a = watch("a", p[0], event.Read|event.Persist, func() { pending(a) })
	add(a, -1)
	a.Active(event.Write)
	loop(event.Once)
	pending(a)
	put(p[1], "x")
	a.Active(event.Write) // and readable as well
	loop(event.Once)
	del(a)
}

// Activated before its first add, it is not watched by that add.
func addWhileActive() {
	p := pair()
	var a *event.Event
	a = watch("a", p[0], event.Read|event.Persist, func() { pending(a) })
	a.Active(event.Write)
	add(a, -1)
	pending(a)
	loop(0)
	put(p[1], "x")
	loop(event.NonBlock)
}

// It is the queue's last each time, and the fd waits until it stops.
func activeInsideItsOwnCallback() {
	p, n := pair(), 0
	put(p[1], "x")
	b := watch("b", p[0], event.Read, nil)
	add(b, -1)
	var a *event.Event
	a = watch("a", -1, 0, func() {
		if n++; n < 5 {
			a.Active(event.Timeout)
		}
	})
	c := watch("c", -1, 0, nil)
	a.Active(event.Timeout)
	loop(event.NonBlock)
	add(b, -1)
	n = 0
	a.Active(event.Timeout)
	c.Active(event.Timeout)
	loop(0)
}

// The same with a timeout of 0 lets the fd have its turn.
func addZeroInsideItsOwnCallback() {
	p, n := pair(), 0
	var a *event.Event
	a = watch("a", -1, 0, func() {
		if n++; n < 4 {
			add(a, 0)
		}
	})
	add(watch("b", p[0], event.Read, func() { drain(p[0]) }), -1)
	add(a, 0)
	put(p[1], "x")
	loop(0)
}

func activeAnotherInACallback() {
	p := pair()
	put(p[1], "x")
	b := watch("b", p[0], event.Read, nil)
	a := watch("a", p[0], event.Read, func() { b.Active(event.Write) })
	add(b, -1)
	add(a, -1) // b is in the queue already
	loop(0)
	a.Active(event.Read)
	loop(0) // b is not
}

// Priorities: 0 is the most urgent.

func withPriority(name string, priority int, then func()) *event.Event {
	e := watch(name, -1, 0, then)
	must(e.SetPriority(priority))
	return e
}

func priorityOrder() {
	priorities(3)
	withPriority("c", 2, nil).Active(event.Read)
	withPriority("b", 1, nil).Active(event.Read)
	withPriority("a", 0, nil).Active(event.Read)
	watch("middle", -1, 0, nil).Active(event.Read)
	loop(0)
}

func priorityErrors() {
	priorities(2)
	a := withPriority("a", 0, nil)
	b := watch("b", -1, 0, nil) // of two queues the second is the middle
	b.Active(event.Read)
	a.Active(event.Read)
	say("set %d", code(a.SetPriority(1))) // it is active
	say("set %d", code(a.SetPriority(2)))
	loop(0)
	say("set %d", code(a.SetPriority(1)))
}

// One look at the kernel, then only the most urgent queue: it keeps the others
// waiting for as long as something in it is ready.
func priorityStarvation() {
	priorities(2)
	p, q, n := pair(), pair(), 0
	put(p[1], "x")
	put(q[1], "x")
	b := watch("low", q[0], event.Read, nil)
	add(b, -1)
	a := watch("high", p[0], event.Read|event.Persist, func() {
		if n++; n == 5 {
			drain(p[0])
		}
	})
	must(a.SetPriority(0))
	add(a, -1)
	loop(event.NonBlock)
	pending(b)
}

// What is activated in a more urgent queue goes before the rest of this one.
func priorityInterrupts() {
	priorities(2)
	a := withPriority("high", 0, nil)
	b := withPriority("low 1", 1, func() { a.Active(event.Read) })
	c := withPriority("low 2", 1, nil)
	b.Active(event.Read)
	c.Active(event.Read)
	loop(0)
}

// An fd that becomes ready meanwhile does not: nobody has looked.
func priorityReadyDoesNotInterrupt() {
	priorities(2)
	p := pair()
	a := watch("high", p[0], event.Read, nil)
	must(a.SetPriority(0))
	add(a, -1)
	b := withPriority("low 1", 1, func() { put(p[1], "x") })
	c := withPriority("low 2", 1, nil)
	b.Active(event.Read)
	c.Active(event.Read)
	loop(0)
}

func priorityLowerDoesNotInterrupt() {
	priorities(3)
	c := withPriority("c", 2, nil)
	a := withPriority("a", 1, func() { c.Active(event.Read) })
	b := withPriority("b", 1, nil)
	d := withPriority("d", 2, nil)
	d.Active(event.Read)
	a.Active(event.Read)
	b.Active(event.Read)
	loop(0)
}

// Once: all queues that were filled by one look.
func priorityOnce() {
	priorities(3)
	p := pair()
	withPriority("c", 2, func() { put(p[1], "x") }).Active(event.Read)
	withPriority("a", 0, nil).Active(event.Read)
	add(watch("b", p[0], event.Read|event.Persist, func() { drain(p[0]) }), -1)
	loop(event.Once)
	loop(event.Once)
}

func priorityNonBlock() {
	priorities(3)
	p := pair()
	withPriority("c", 2, func() { put(p[1], "x") }).Active(event.Read)
	withPriority("a", 0, nil).Active(event.Read)
	add(watch("b", p[0], event.Read|event.Persist, func() { drain(p[0]) }), -1)
	loop(event.NonBlock)
	loop(event.NonBlock)
}
