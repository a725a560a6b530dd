//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// machine is where the contest takes place: the programs that could be built,
// the cores, the limit of open fds.
type machine struct {
	folder   string            // of the built programs; removed at the end
	programs map[string]string // path by name; a peer that is missing here is left out
	client   string            // the client of the echo servers
	missing  []string          // what could not be built, and why
	core     []int             // where a peer runs
	other    []int             // where its client, or its second thread runs
	fds      int
	byCPU    bool // peers are timed by what they use of their core
}

func prepare() (*machine, error) {
	here, err := exec.Command("go", "list", "-f", "{{.Dir}}", "fdlab/lab/event/peers").Output()
	if err != nil {
		return nil, errors.New("run it in its own module: go -C lab/event/peers run . (from the top folder)")
	}
	m := &machine{programs: map[string]string{}}
	if m.folder, err = os.MkdirTemp("", "fdlab-peers-"); err != nil {
		return nil, err
	}
	if err := m.look(); err != nil {
		return nil, errors.Join(err, m.close())
	}
	m.build(strings.TrimSpace(string(here)))
	if m.programs["fdlab"] == "" || m.programs["client"] == "" {
		return nil, errors.Join(errors.New(strings.Join(m.missing, "\n")), m.close())
	}
	m.client = m.programs["client"]
	return m, nil
}

func (m *machine) close() error { return os.RemoveAll(m.folder) }

// look finds out about cores and limits.
func (m *machine) look() error {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return err
	}
	var cores []int
	for i := range len(set) * 64 {
		if set.IsSet(i) {
			cores = append(cores, i)
		}
	}
	m.core, m.other = cores[:1], cores[len(cores)-1:]

	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	m.fds = int(min(limit.Max, 1<<20))
	return nil
}

// build builds all the peers that this machine can build.
func (m *machine) build(here string) {
	for name, libraries := range map[string][]string{
		"libevent": {"-levent_core", "-levent_pthreads", "-lpthread"},
		"epoll":    {"-lpthread"},
	} {
		path := filepath.Join(m.folder, name)
		sources, _ := filepath.Glob(filepath.Join(here, name, "*.c"))
		m.keep(name, path, exec.Command("gcc", append(append([]string{"-O2", "-o", path}, sources...), libraries...)...))
	}
	for _, name := range []string{"fdlab", "goepoll", "gonet", "gnet", "client"} {
		path := filepath.Join(m.folder, "go-"+name)
		cmd := exec.Command("go", "build", "-o", path, "./"+name)
		cmd.Dir = here
		m.keep(name, path, cmd)
	}
}

// keep runs a compiler, and notes the program, or why there is none.
func (m *machine) keep(name, path string, compiler *exec.Cmd) {
	out, err := compiler.CombinedOutput()
	if err == nil {
		m.programs[name] = path
		return
	}
	reason := err.Error()
	if line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n")); len(line) > 0 {
		reason = string(line)
	}
	m.missing = append(m.missing, fmt.Sprintf("%s is left out: it was not built: %s", name, reason))
}

// describe says what the figures were measured on.
func (m *machine) describe(rounds int) string {
	var uts unix.Utsname
	unix.Uname(&uts)
	model := runtime.GOARCH
	info, _ := os.ReadFile("/proc/cpuinfo")
	if _, rest, found := strings.Cut(string(info), "model name"); found {
		line, _, _ := strings.Cut(rest, "\n")
		model = strings.TrimLeft(line, "\t :")
	}
	cores := fmt.Sprintf("each peer on core %d, its client or second thread on core %d", m.core[0], m.other[0])
	if m.core[0] == m.other[0] {
		cores = "all on one core, since there is no other: figures with a client or a second thread mean little"
	}
	clock := "the clock on the wall"
	if m.byCPU {
		clock = "the CPU time of each peer"
	}
	load, _ := os.ReadFile("/proc/loadavg")
	busy, _, _ := strings.Cut(string(load), " ")
	return fmt.Sprintf("Measured on %s (%d cores), Linux %s, %s%s. Medians of %d alternating rounds by %s; %s. Load when it began: %s.",
		model, runtime.NumCPU(), unix.ByteSliceToString(uts.Release[:]), runtime.Version(), m.versions(), rounds, clock, cores, busy)
}

func (m *machine) versions() string {
	text := ""
	if path := m.programs["libevent"]; path != "" {
		if out, err := exec.Command(path, "version").Output(); err == nil {
			text += ", libevent " + strings.TrimSpace(string(out))
		}
	}
	if m.programs["gnet"] != "" {
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/panjf2000/gnet/v2").Output()
		if err == nil {
			text += ", gnet " + strings.TrimSpace(string(out))
		}
	}
	return text
}
