package skip

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Slow(m)) }

// TestLacking is what the tests below run, in a process of its own.
func TestLacking(t *testing.T) {
	if os.Getenv("SKIP_TEST_LACKS") == "" {
		t.Skip("it is for the tests below")
	}
	Missing(t, "no %s", "compiler")
}

// run runs the test binary again, and returns what it says.
func run(t *testing.T, ci string, args ...string) (said string, ok bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append(args, "-test.v")...)
	cmd.Env = append(os.Environ(), "SKIP_TEST_LACKS=1", "CI="+ci)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func TestWhatIsMissingIsAFailureInCI(t *testing.T) {
	for ci, want := range map[string]string{"": "--- SKIP: TestLacking", "true": "--- FAIL: TestLacking"} {
		said, ok := run(t, ci, "-test.run=^TestLacking$")
		if !strings.Contains(said, want) || !strings.Contains(said, "no compiler") || ok != (ci == "") {
			t.Errorf("with CI=%q: %v\n%s", ci, ok, said)
		}
	}
}

func TestShortLeavesOutAllThatIsNotNamed(t *testing.T) {
	said, ok := run(t, "", "-test.short")
	if !ok || strings.Contains(said, "TestLacking") {
		t.Errorf("-short runs it: %v\n%s", ok, said)
	}
	if said, _ = run(t, "", "-test.short", "-test.run=^TestLacking$"); !strings.Contains(said, "TestLacking") {
		t.Errorf("-short leaves out what is named:\n%s", said)
	}
}
