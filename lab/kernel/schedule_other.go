//go:build !linux

package kernel

import "errors"

// ScheduleOf fails: this system does not say how long a thread has waited for a processor.
func ScheduleOf(uint32) (Schedule, error) { return Schedule{}, errors.ErrUnsupported }
