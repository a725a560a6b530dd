//go:build !linux

package kernel

import "errors"

// ScheduleOf fails: this system does not say for how long a thread waits for a processor.
func ScheduleOf(uint32) (Schedule, error) { return Schedule{}, errors.ErrUnsupported }
