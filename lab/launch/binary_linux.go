package launch

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// procPath is a name for one of this process's file descriptors that any
// process of the same user may open or execute.
//
// It is not /proc/self/fd: between fork and exec Go moves the inherited fds to
// their places (3, 4 ...) and may overwrite that very number in the child.
func procPath(file *os.File) string {
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), file.Fd())
}

// place makes memory that the go command can write to as a file:
// memfd_create(2). If the kernel forbids to execute such memory (sysctl
// vm.memfd_noexec), or the memory at all, or there is no /proc to name it by, it
// makes a temporary folder.
func (b *Binary) place() error {
	fd, err := unix.MemfdCreate(b.Name, unix.MFD_CLOEXEC|unix.MFD_EXEC)
	if err == unix.EINVAL { // MFD_EXEC came with Linux 6.3; before, it was the rule
		fd, err = unix.MemfdCreate(b.Name, unix.MFD_CLOEXEC)
	}
	if err != nil {
		return b.placeInFolder()
	}
	file := os.NewFile(uintptr(fd), b.Name)
	if _, err := os.Stat(procPath(file)); err != nil { // no /proc here
		file.Close()
		return b.placeInFolder()
	}
	b.file, b.path = file, procPath(file)
	return nil
}

// keep leaves the program with one descriptor, for reading, and no name:
// execve(2) refuses a file that anybody has open for writing (ETXTBSY).
func (b *Binary) keep() error {
	file, err := os.Open(b.path)
	if err != nil {
		return fmt.Errorf("the new program is gone: %w", err)
	}
	if _, err := os.Stat(procPath(file)); err != nil { // no /proc: it keeps its name
		defer file.Close()
		return b.program(file)
	}
	b.Remove()
	b.file, b.path = file, procPath(file)
	return b.program(file)
}

// procSelf is a name for this process's program that any child may execute.
func procSelf() string { return fmt.Sprintf("/proc/%d/exe", os.Getpid()) }
