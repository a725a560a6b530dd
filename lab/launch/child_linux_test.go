package launch

import (
	"os"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// TestTheChildHasNoOtherFilesOfOurs, even where they are not close-on-exec.
func TestTheChildHasNoOtherFilesOfOurs(t *testing.T) {
	var pipe [2]int
	if err := unix.Pipe(pipe[:]); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	ours, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(pipe[0])) // "pipe:[12345]", the same for both ends
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, "obedient", Options{})
	saysReady(t, r)
	dir := "/proc/" + strconv.Itoa(r.Pid()) + "/fd/"
	all, err := os.ReadDir(dir)
	if err != nil || len(all) == 0 {
		t.Fatalf("its fds are %v, %v", all, err)
	}
	for _, e := range all {
		if theirs, _ := os.Readlink(dir + e.Name()); theirs == ours {
			t.Errorf("its fd %s is a pipe of ours", e.Name())
		}
	}
}
