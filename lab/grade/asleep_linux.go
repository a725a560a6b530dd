package grade

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// longCallbackSleep is more sleep than a callback that has nothing to wait for can need.
const longCallbackSleep = 300 * time.Millisecond

// asleep reports whether a thread of the process sleeps in the kernel until
// something happens (state S), and does not merely wait for a processor (R) or
// for a disk (D): proc_pid_stat(5), field 3. A thread that is gone sleeps well.
func asleep(pid int, thread uint32) bool {
	state := threadState(pid, strconv.Itoa(int(thread)))
	return state == 'S' || state == 0
}

// isGone reports whether a thread of the process is not there any more: the process may be about to end.
func isGone(pid int, thread uint32) bool { return threadState(pid, strconv.Itoa(int(thread))) == 0 }

// allAsleep reports whether all threads of a living process sleep. One that is
// about to be gone does not: its end is on its way.
func allAsleep(pid int) bool { return allAsleepBut(pid, nil) }

// allAsleepBut leaves some threads out.
func allAsleepBut(pid int, some map[uint32]bool) bool {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		id, _ := strconv.Atoi(task.Name())
		if !some[uint32(id)] && threadState(pid, task.Name()) != 'S' {
			return false
		}
	}
	return err == nil && len(tasks) > 0
}

// threadState returns a thread's state, 0 if it is gone.
func threadState(pid int, thread string) byte {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/stat", pid, thread))
	if err != nil {
		return 0
	}
	// The name, in parentheses, may hold anything: what follows counts.
	after := bytes.TrimLeft(stat[bytes.LastIndexByte(stat, ')')+1:], " ")
	if len(after) == 0 {
		return 0
	}
	return after[0]
}

// processor returns how much processor time a process has had: proc_pid_stat(5),
// fields 14 and 15, in ticks of 10 ms.
func processor(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // from field 3 on
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return time.Duration(user+system) * 10 * time.Millisecond
}

// traced reports whether another process traces this one, as strace and debuggers do: proc_pid_status(5), TracerPid.
func traced(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && !bytes.Contains(status, []byte("\nTracerPid:\t0\n"))
}

// busy returns for each thread of a process how long it has run, or has waited
// for a processor, since it began. The rest of its life it has slept. nil: this
// kernel does not count that.
func busy(pid int) map[string]time.Duration {
	all := map[string]time.Duration{}
	for thread, t := range schedules(pid) {
		all[thread] = t.ran + t.waited
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// lacked returns how long the threads of a process that live have waited for a
// processor; 0 where this kernel does not count that.
func lacked(pid int) (sum time.Duration) {
	for _, t := range schedules(pid) {
		sum += t.waited
	}
	return sum
}

// schedule is what the scheduler has counted of a thread.
type schedule struct{ ran, waited time.Duration }

// schedules reads schedstat, proc(5), of each thread of a process.
func schedules(pid int) map[string]schedule {
	dir := fmt.Sprintf("/proc/%d/task", pid)
	tasks, _ := os.ReadDir(dir)
	all := map[string]schedule{}
	for _, task := range tasks {
		text, err := os.ReadFile(dir + "/" + task.Name() + "/schedstat")
		words := bytes.Fields(text)
		if err != nil || len(words) < 2 {
			continue // it has just ended
		}
		ran, _ := strconv.ParseInt(string(words[0]), 10, 64)
		waited, _ := strconv.ParseInt(string(words[1]), 10, 64)
		all[task.Name()] = schedule{time.Duration(ran), time.Duration(waited)}
	}
	return all
}

// wakings returns how often a thread has slept and was woken so far: its voluntary context
// switches, proc_pid_status(5).
func wakings(pid int, thread uint32) (n int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", pid, thread))
	_, after, _ := bytes.Cut(status, []byte("\nvoluntary_ctxt_switches:"))
	if words := bytes.Fields(after); len(words) > 0 {
		n, _ = strconv.Atoi(string(words[0]))
	}
	return n
}

// selects reports whether a thread is in select(2) or poll(2), as proc_pid_syscall(5) says. Go's
// runtime calls neither, so the call is the program's own.
func selects(pid int, thread uint32) bool {
	call, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, thread))
	number, _, _ := bytes.Cut(call, []byte(" "))
	return slices.Contains(selectCalls[runtime.GOARCH], string(number))
}

// selectCalls are the numbers of poll, select, pselect6 and ppoll.
var selectCalls = map[string][]string{"amd64": {"7", "23", "270", "271"}, "arm64": {"72", "73"}}

// children returns the processes that the process has started and that live.
func children(pid int) (pids []int) {
	list, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		if one, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name())); err == nil {
			list = append(append(list, ' '), one...)
		}
	}
	for _, word := range bytes.Fields(list) {
		if n, err := strconv.Atoi(string(word)); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}
