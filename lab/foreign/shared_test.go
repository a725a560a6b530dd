//go:build linux && (amd64 || arm64)

package foreign

import (
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// TestASharedEpollInstanceIsTold: the kernel has one set where two processes show a loop each, whether the
// instance was inherited or sent. What one of them has added by a number is not told of the other's fd with that
// number; and when one has ended, the other has the instance for itself.
func TestASharedEpollInstanceIsTold(t *testing.T) {
	program := compile(t, "shared.c")
	for name, args := range map[string][]string{"inherited": nil, "sent": {"sent"}} {
		t.Run(name, func(t *testing.T) {
			p := launch(t, Options{Args: append([]string{program}, args...)})
			shared := func(r *world.Run, with *world.Run) bool {
				return r != nil && with != nil && len(r.Live.Bases) == 1 && r.Live.Bases[0].Sharers == 1 &&
					r.Live.Bases[0].SharedWith == with.Live.Process().ID
			}
			p.until("each is told of the other", func() bool { return shared(p.run, p.worker()) && shared(p.worker(), p.run) })
			const far = 40
			p.in.WriteString("hello\n")
			if got, err := p.out.ReadString('\n'); got != "hello\n" {
				t.Fatalf("it printed %q (%v)", got, err)
			}
			p.until("the child has waited again", func() bool {
				b := p.worker().Live.Bases[0]
				return b.Turns >= 1 && b.Phase == world.Waiting
			})
			if f := p.worker().Live.FDByNumber(far); f == nil || len(f.Watches) > 0 {
				t.Errorf("the child's fd %d is %+v; want a pipe that nothing watches", far, f)
			}
			if f := p.world.FDByNumber(far); f == nil || len(f.Watches) != 1 {
				t.Errorf("the parent's fd %d is %+v; want that its loop watches it", far, f)
			}
			p.in.Close()
			p.wait()
			if b := p.world.Bases[0]; b.Sharers != 0 || b.Turns != 1 {
				t.Errorf("the parent's loop is %+v; want that it is its own in the end, and has waited once", b)
			}
		})
	}
}

// TestAClosedFDThatAChildHasIsWatchedStill: close(2) takes an fd out of an epoll set only where nobody else has the
// open file. What the kernel goes on to tell is told here, too, until the child has ended.
func TestAClosedFDThatAChildHasIsWatchedStill(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "lingers.c")}})
	if got, err := p.out.ReadString('\n'); got != "told\n" {
		t.Fatalf("it printed %q (%v)", got, err)
	}
	closed := func() *world.FD {
		for _, f := range p.world.FDs {
			if f.What == "pipe (read end)" && !f.Before {
				return f
			}
		}
		return nil
	}
	p.until("the loop is told of the fd that is closed", func() bool { return p.count(trace.Ready, "") == 1 })
	if f := closed(); f == nil || f.Closed == 0 || len(f.Watches) != 1 {
		t.Errorf("it is %+v; want that it is closed, and watched\n%s", f, p.tell(30))
	}
	p.in.Close()
	if exit := p.wait(); exit.Code != 0 {
		t.Errorf("it ended with %+v: the kernel tells of the fd still", exit)
	}
	if f := closed(); f == nil || len(f.Watches) != 0 {
		t.Errorf("in the end it is %+v; want that nothing watches it\n%s", f, p.tell(30))
	}
}
