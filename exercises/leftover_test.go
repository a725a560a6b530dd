package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestWhatCtrlCLeavesTripsNoRun: exercise 02 makes its FIFO itself, and a run by hand
// that is ended with Ctrl-C leaves it.
func TestWhatCtrlCLeavesTripsNoRun(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	command(t, "..", "go", "build", "-o", program, "./solutions/02-fifo")
	fifo := filepath.Join(t.TempDir(), "event.fifo")
	start := func() *exec.Cmd {
		cmd := exec.Command(program, fifo)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd
	}
	// says waits until somebody reads the FIFO, and writes to it.
	says := func(text string) {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			fd, err := unix.Open(fifo, unix.O_WRONLY|unix.O_NONBLOCK, 0)
			if err == nil {
				unix.Write(fd, []byte(text))
				unix.Close(fd)
				return
			}
			if time.Now().After(end) {
				t.Fatalf("nobody reads the FIFO: %v", err)
			}
		}
	}
	first := start()
	says("")
	first.Process.Signal(os.Interrupt)
	first.Wait()
	if _, err := os.Lstat(fifo); err != nil {
		t.Fatalf("the run left no FIFO: %v", err)
	}
	second := start()
	says("bye\n")
	if err := second.Wait(); err != nil {
		t.Errorf("the next run: %v", err)
	}
}
