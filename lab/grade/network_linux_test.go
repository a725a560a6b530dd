package grade

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"fdlab/lab/experiment/lessontest"
	"fdlab/lab/skip"
)

const ownNetwork = "FDLAB_GRADE_OWN_NETWORK"

// TestWithoutLoopbackNothingIsJudged: the program is right, and no client can
// reach it. The trial is in a network namespace of its own, where the loopback
// interface is down.
func TestWithoutLoopbackNothingIsJudged(t *testing.T) {
	if os.Getenv(ownNetwork) != "" {
		r := Run(context.Background(), root, "./lab/grade/testdata/echo", echo(""))
		if r.Outcome != NotJudged || !strings.Contains(r.Err, "ip link set lo up") || !strings.Contains(r.Err, "no fault of the program") {
			t.Errorf("%s %s\n%s", r.Outcome, r.Err, r.Text(100))
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), ownNetwork+"=1")
	cmd.SysProcAttr = lessontest.OwnNetwork()
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		skip.Missing(t, "no network of one's own here: %v", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
