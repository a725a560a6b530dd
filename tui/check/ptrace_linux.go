package check

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// ptrace starts this program once more under ptrace(2), and kills it before its
// first instruction. Lessons do without; watching other programs does not.
func ptrace(context.Context, *machine) Row {
	runtime.LockOSThread() // the thread that starts a traced program is its tracer
	defer runtime.UnlockOSThread()
	child, err := os.StartProcess("/proc/self/exe", []string{"fdlab"}, &os.ProcAttr{
		Sys: &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}})
	if err == nil {
		var status unix.WaitStatus
		_, err = unix.Wait4(child.Pid, &status, 0, nil)
		if err == nil && !status.Stopped() {
			err = fmt.Errorf("the program did not stop at its beginning")
		}
		child.Kill()
		child.Wait()
	}
	if err != nil {
		return Row{State: Care, Found: "forbidden: " + err.Error(),
			Cure: "lessons do without it. To watch other programs in a container: docker run --cap-add=SYS_PTRACE"}
	}
	return Row{Found: "works for programs that fdlab starts"}
}
