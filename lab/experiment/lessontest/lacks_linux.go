package lessontest

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"fdlab/lab/skip"
	"fdlab/lab/trace"
)

// A lack is a machine on which a lesson cannot show what it is about.
type lack struct {
	setup string // a shell's words, in a network of its own
	words string // what the verdict must say then: why, and the way out
}

// The lacks that Undecided knows.
var lacks = map[string]lack{
	"no loopback": {"true", "The loopback interface is down: sudo ip link set lo up"},
	"few ports": {"ip link set lo up && echo 40000 40003 > /proc/sys/net/ipv4/ip_local_port_range",
		"no port is free"},
	"few fds": {"ip link set lo up && ulimit -n 24", "Only 24 files may be open: raise that with ulimit -n 256"},
}

// Undecided runs the lesson where something is lacking, as under the instrument.
// It must end soon, without an answer, and its verdict must say what is lacking
// and what to do: in the account and in the trace.
func Undecided(t *testing.T, where ...string) {
	for _, name := range where {
		t.Run(name, func(t *testing.T) {
			lack := lacks[name]
			p := Record(t, Elsewhere(t, lack.setup))
			account, status := p.End()
			Expect(t, account, status, 3, "verdict: undecided.", lack.words, "could not be judged")
			if strings.Contains(account, "failed: ") || strings.Contains(account, "answer to Predict") || len(account) > 20_000 {
				t.Errorf("a check failed, or there is an answer, or no end (%d bytes):\n%s", len(account), account[:min(len(account), 20_000)])
			}
			verdict := ""
			for _, r := range p.Records {
				if r.Kind == trace.Verdict && r.Ruling() == trace.Undecided {
					verdict = p.String(&r)
				}
			}
			if !strings.Contains(verdict, lack.words) {
				t.Errorf("the trace's verdict: %q; want %q in it", verdict, lack.words)
			}
		})
	}
}

// Elsewhere returns the command that runs the lesson, without waits for the eye,
// in a network of its own, after a shell has set it up.
func Elsewhere(t *testing.T, setup string) *exec.Cmd {
	t.Helper()
	probe := exec.Command("sh", "-c", setup)
	probe.SysProcAttr = OwnNetwork()
	if out, err := probe.CombinedOutput(); err != nil {
		skip.Missing(t, "no network of one's own here: %v: %s", err, out)
	}
	cmd := Command(t, "", "-nowait")
	cmd.Args = append([]string{"sh", "-c", setup + ` && exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path, cmd.SysProcAttr = probe.Path, OwnNetwork()
	return cmd
}

// OwnNetwork starts a command in a network namespace, network_namespaces(7): its loopback
// interface is down at first.
func OwnNetwork() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
}
