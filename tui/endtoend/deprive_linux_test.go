package endtoend

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/seccomp"
)

// without names what the world of an instrument lacks. The test binary is then
// the program that makes it so and becomes the instrument (TestMain).
const without = "ENDTOEND_WITHOUT"

// deprive takes something away from this process, and executes the instrument.
func deprive(what string, args []string) (err error) {
	runtime.LockOSThread() // namespaces and filters are a thread's; execve(2) keeps only this one
	os.Unsetenv(without)
	switch temp := os.Getenv("TMPDIR"); what {
	case "memfd":
		err = forbidMemory()
	case "proc":
		err = mounted("/proc", unix.MS_RDONLY, "")
	case "full":
		err = mounted(temp, 0, "size=64k")
	case "refused":
		err = submit()
	case "read-only":
		err = mounted(temp, unix.MS_RDONLY, "")
	default:
		err = fmt.Errorf("nobody knows how to be without %q", what)
	}
	if err != nil {
		return err
	}
	return unix.Exec(args[0], args, os.Environ())
}

// mounted lays an empty folder over another, for this process and its children.
func mounted(where string, flags uintptr, data string) error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	return unix.Mount("tmpfs", where, "tmpfs", flags, data)
}

// forbidMemory makes memfd_create(2) fail with EPERM: seccomp(2).
func forbidMemory() error {
	const number, give = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_RET | unix.BPF_K
	filter := []unix.SockFilter{
		{Code: number}, // of the call: the first field of struct seccomp_data
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_MEMFD_CREATE, Jf: 1},
		{Code: give, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: give, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		return err
	}
	if _, err := unix.MemfdCreate("", 0); err != unix.EPERM {
		return fmt.Errorf("memfd_create is not forbidden: %v", err)
	}
	return nil
}

// asked holds the numbers of the calls that are asked about: see refusal.
const asked = "ENDTOEND_ASKED"

// submit lets the test answer for the kernel. Its socket is the first fd after
// standard error.
func submit() error {
	const socket = 3
	unix.CloseOnExec(socket)
	var calls []uint32
	for _, word := range strings.Split(os.Getenv(asked), ",") {
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return err
		}
		calls = append(calls, uint32(n))
	}
	os.Unsetenv(asked)
	return seccomp.Submit(socket, calls)
}
