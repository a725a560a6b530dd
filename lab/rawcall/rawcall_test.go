//go:build linux

package rawcall

import (
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// All six arguments, a result, and a pointer to memory on the stack that the
// kernel writes to.
func TestArgumentsAndResults(t *testing.T) {
	var ends [2]int32
	if n, errno := Call(unix.SYS_PIPE2, uintptr(unsafe.Pointer(&ends)), unix.O_NONBLOCK, 0, 0, 0, 0); n != 0 || errno != 0 {
		t.Fatalf("pipe2: %d, %v", n, errno)
	}
	r, w := int(ends[0]), int(ends[1])
	defer unix.Close(r)
	defer unix.Close(w)

	var buf [8]byte
	read := func() (int, syscall.Errno) {
		return Call(unix.SYS_READ, uintptr(r), uintptr(unsafe.Pointer(&buf)), unsafe.Sizeof(buf), 0, 0, 0)
	}
	if n, errno := read(); n != -1 || errno != unix.EAGAIN {
		t.Errorf("read of an empty pipe: %d, %v; want -1, EAGAIN", n, errno)
	}
	if _, err := unix.Write(w, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if n, errno := read(); n != 5 || errno != 0 || string(buf[:5]) != "hello" {
		t.Errorf("read: %d %q, %v", n, buf[:5], errno)
	}
	if n, errno := Call(unix.SYS_READ, ^uintptr(0), 0, 0, 0, 0, 0); n != -1 || errno != unix.EBADF {
		t.Errorf("read of fd -1: %d, %v; want -1, EBADF", n, errno)
	}

	// mmap(2) takes six, and its result is a large number that is no errno.
	file, err := unix.MemfdCreate("rawcall", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(file)
	const page = 1 << 16 // a whole number of pages everywhere
	if _, err := unix.Pwrite(file, []byte("second"), page); err != nil {
		t.Fatal(err)
	}
	at, errno := Call(unix.SYS_MMAP, 0, page, unix.PROT_READ, unix.MAP_SHARED, uintptr(file), page)
	if errno != 0 {
		t.Fatalf("mmap: %v", errno)
	}
	defer Call(unix.SYS_MUNMAP, uintptr(at), page, 0, 0, 0, 0)
	if n, errno := Call(unix.SYS_WRITE, uintptr(w), uintptr(at), 6, 0, 0, 0); n != 6 || errno != 0 {
		t.Fatalf("write from the mapping: %d, %v", n, errno)
	}
	if n, errno := read(); n != 6 || errno != 0 || string(buf[:6]) != "second" {
		t.Errorf("the mapping of the second page has %q (%d, %v)", buf[:6], n, errno)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	var now unix.Timespec
	if n := testing.AllocsPerRun(100, func() {
		Call(unix.SYS_CLOCK_GETTIME, unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&now)), 0, 0, 0, 0)
	}); n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}

// BenchmarkWaysIn compares the ways into the kernel by a system call that does
// nothing there. They take turns, fifty calls each, and the medians are compared:
// so a busy machine disturbs all of them alike. Syscall6 is what package unix
// does: it tells the scheduler before and after.
func BenchmarkWaysIn(b *testing.B) {
	const getppid, batch = unix.SYS_GETPPID, 50
	ways := []struct {
		name string
		call func()
		took []float64 // ns a call
	}{
		{name: "Call", call: func() { Call(getppid, 0, 0, 0, 0, 0, 0) }},
		{name: "RawSyscall6", call: func() { syscall.RawSyscall6(getppid, 0, 0, 0, 0, 0, 0) }},
		{name: "Syscall6", call: func() { syscall.Syscall6(getppid, 0, 0, 0, 0, 0, 0) }},
	}
	for b.Loop() {
		for i := range ways {
			began := time.Now()
			for range batch {
				ways[i].call()
			}
			ways[i].took = append(ways[i].took, float64(time.Since(began))/batch)
		}
	}
	for _, w := range ways {
		slices.Sort(w.took)
		b.ReportMetric(w.took[len(w.took)/2], "ns/"+w.name)
	}
	b.ReportMetric(0, "ns/op") // a round of all three says nothing
}
