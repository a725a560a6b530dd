//go:build linux && (amd64 || arm64)

package foreign

import (
	"testing"

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
