package kernel

import (
	"bytes"
	"fmt"
	"os"
)

// ScheduleOf asks the kernel for the schedule of a thread of this process:
// /proc/self/task/TID/{schedstat,stat}, proc(5).
func ScheduleOf(thread uint32) (s Schedule, err error) {
	files.Lock()
	defer files.Unlock()
	dir := fmt.Sprintf("/proc/self/task/%d/", thread)
	text, err := os.ReadFile(dir + "schedstat")
	if err != nil {
		return Schedule{}, err
	}
	if _, err := fmt.Sscan(string(text), (*int64)(&s.Ran), (*int64)(&s.Delayed)); err != nil {
		return Schedule{}, fmt.Errorf("schedstat %q: %w", text, err)
	}
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return Schedule{}, err
	}
	// The name, in parentheses, may hold anything: what follows counts.
	after := bytes.TrimLeft(stat[bytes.LastIndexByte(stat, ')')+1:], " ")
	s.Ready = len(after) > 0 && after[0] == 'R'
	return s, nil
}
