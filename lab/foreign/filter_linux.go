//go:build amd64 || arm64

package foreign

import (
	"maps"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Where struct seccomp_data has what the filter asks.
const (
	dataNumber = 0
	dataArch   = 4
	dataArg1   = 24 // the low half of the second argument
)

// asked are the calls of which only some commands, the second argument, count.
var asked = map[int][]uint32{
	unix.SYS_FCNTL: {unix.F_SETFL, unix.F_DUPFD, unix.F_DUPFD_CLOEXEC},
	unix.SYS_IOCTL: {fionbio},
}

const fionbio = 0x5421 // FIONBIO

// filter is a program for the kernel, seccomp(2): it stops the thread for the tracer at
// the calls that are followed, and lets all others pass. What it asks of them
// is their number alone, so the kernel knows beforehand that they pass, and does
// not even run it.
func filter() []unix.SockFilter {
	const (
		load   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		answer = unix.BPF_RET | unix.BPF_K
	)
	stop := unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_TRACE}
	pass := unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW}

	// A 32-bit program has other numbers: it passes, unseen.
	prog := []unix.SockFilter{
		{Code: load, K: dataArch},
		{Code: equal, K: nativeArch, Jt: 1},
		pass,
		{Code: load, K: dataNumber},
	}
	for _, c := range calls {
		if asked[c.nr] == nil {
			prog = append(prog, unix.SockFilter{Code: equal, K: uint32(c.nr), Jf: 1}, stop)
		}
	}
	for _, nr := range slices.Sorted(maps.Keys(asked)) {
		commands := asked[nr]
		prog = append(prog, unix.SockFilter{Code: equal, K: uint32(nr), Jf: uint8(2 + 2*len(commands))},
			unix.SockFilter{Code: load, K: dataArg1})
		for _, command := range commands {
			prog = append(prog, unix.SockFilter{Code: equal, K: command, Jf: 1}, stop)
		}
		prog = append(prog, pass)
	}
	return append(prog, pass)
}

// install puts the filter on this thread, and on what it executes. Without
// privileges the kernel demands that a set-uid program gives none from now on.
func install() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	prog := filter()
	fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	_, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return errno
	}
	return nil
}
