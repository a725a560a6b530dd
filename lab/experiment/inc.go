package experiment

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"fdlab/lab/cc"
)

// NotBuilt is why a C program cannot be built on this machine.
type NotBuilt = cc.NotBuilt

// RunC builds a C program that uses libevent in a temporary folder, runs it,
// and returns what it printed. The error is a NotBuilt, an *exec.ExitError, or
// context.DeadlineExceeded if the program did not end within limit. A machine
// without a compiler or libevent is nothing unusual: what the program would
// have said is then not measured.
func (x *X) RunC(source []byte, limit time.Duration) ([]byte, error) {
	dir, err := x.TempDir()
	if err != nil {
		return nil, NotBuilt(err.Error())
	}
	ctx, cancel := context.WithTimeout(context.Background(), cc.Limit+limit)
	done := make(chan struct{})
	x.Cleanup(func() { cancel(); <-done }) // before the folder is removed
	defer close(done)
	defer os.RemoveAll(dir)
	defer cancel()

	name, program := filepath.Join(dir, "program.c"), filepath.Join(dir, "program")
	if err := os.WriteFile(name, source, 0o600); err != nil {
		return nil, NotBuilt(err.Error())
	}
	if err := cc.Build(ctx, dir, name, program); err != nil {
		return nil, err
	}
	ctx, cancelRun := context.WithTimeout(ctx, limit)
	defer cancelRun()
	out, err := cc.Command(ctx, dir, program).CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return out, err
}
