package launch

import (
	"bytes"
	"testing"
	"time"
)

// TestStacks: a Go program says where its goroutines stand, and that is no part
// of what it printed.
func TestStacks(t *testing.T) {
	r := start(t, "obedient", Options{})
	saysReady(t, r)
	before, _ := r.Output().Size()
	stacks := r.Stacks(10 * time.Second)
	if !bytes.Contains(stacks, []byte("goroutine 1 ")) || !bytes.Contains(stacks, []byte("main.main(")) {
		t.Errorf("it does not say where main stands: %q", stacks)
	}
	if after, _ := r.Output().Size(); after != before {
		t.Errorf("%d bytes of it are taken for output", after-before)
	}
	if again := r.Stacks(time.Second); !bytes.Equal(again, stacks) {
		t.Errorf("a program that has ended says something else: %q", again)
	}
}
