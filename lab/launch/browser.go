package launch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// BuildForBrowser compiles a package of the clone to WebAssembly, and returns it with the
// JavaScript that Go brings to run it. The two belong together: both are of the Go that
// the clone is built with. What the compiler objects to is a *BuildError.
func BuildForBrowser(ctx context.Context, root, pkg string) (program, runtime []byte, err error) {
	b, err := BuildProgram(ctx, Program{Root: root, Package: pkg, Name: path.Base(pkg), browser: true})
	if err != nil {
		return nil, nil, err
	}
	defer b.Remove()
	if program, err = os.ReadFile(b.path); err != nil {
		return nil, nil, fmt.Errorf("the new program is gone: %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "env", "GOROOT")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOWORK=off", "PWD="+root)
	said, err := cmd.Output()
	if err != nil {
		return nil, nil, Explain(fmt.Errorf("the go command does not say where Go lies: %w", err))
	}
	runtime, err = os.ReadFile(filepath.Join(strings.TrimSpace(string(said)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, nil, fmt.Errorf("this Go lacks its JavaScript for browsers (some systems have it in a package of its own, golang-misc for example): %w", err)
	}
	return program, runtime, nil
}
