package grade

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// asleep reports whether a thread of the process sleeps in the kernel, and does
// not merely wait for a processor: proc_pid_stat(5), field 3. A thread that is
// gone sleeps well.
func asleep(pid int, thread uint32) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/stat", pid, thread))
	if err != nil {
		return true
	}
	// The name, in parentheses, may hold anything: what follows counts.
	_, after, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	return len(after) > 0 && after[0] != 'R'
}

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
