package libevent

import (
	"context"
	"os"
	"path/filepath"

	"fdlab/lab/cc"
)

// Source is a lesson's C program, from the lesson's folder. Go would take a .c file beside
// main.go for a part of that program.
const Source = "c/libevent.c"

// Has reports whether the lesson in a folder has a C program.
func Has(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(Source)))
	return err == nil
}

// Build builds the C program of a lesson into the file program. root is the clone of
// fdlab, dir the lesson's folder from there. The error is a cc.NotBuilt.
func Build(ctx context.Context, root, dir, program string) error {
	root, err := filepath.Abs(root) // the compiler works elsewhere
	if err != nil {
		return cc.NotBuilt(err.Error())
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return cc.NotBuilt(err.Error())
	}
	ctx, cancel := context.WithTimeout(ctx, cc.Limit)
	defer cancel()
	source := filepath.Join(root, filepath.FromSlash(dir), filepath.FromSlash(Source))
	return cc.Build(ctx, filepath.Dir(program), source, program,
		"-Wall", "-I", filepath.Join(root, "lab", "foreign", "said"), "-levent_pthreads", "-lpthread")
}
