//go:build linux

package main

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"fdlab/lab/sys"
)

// TestThePostsServer makes two of its calls as they stand in C, with what they
// leave to chance.
func TestThePostsServer(t *testing.T) {
	listener, err := sys.ListenTCP(0, 10, "listener")
	if err != nil {
		t.Fatal(err)
	}
	defer sys.Close(listener)
	name, err := sys.Getsockname(listener)
	if err != nil {
		t.Fatal(err)
	}
	dial := func() int {
		client, err := sys.Socket("client")
		if err == nil {
			err = sys.Connect(client, name)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { sys.Close(client) })
		return client
	}

	t.Run("accept, and clilen is not set", func(t *testing.T) {
		for _, c := range []struct {
			clilen, after int32
			errno         unix.Errno
		}{{16, 16, 0}, {1000, 16, 0}, {2, 16, 0}, {-1, -1, unix.EINVAL}} {
			client := dial()
			addr, clilen := unix.RawSockaddrInet4{}, c.clilen
			fd, _, errno := unix.Syscall6(unix.SYS_ACCEPT4, uintptr(listener),
				uintptr(unsafe.Pointer(&addr)), uintptr(unsafe.Pointer(&clilen)), 0, 0, 0)
			if errno != c.errno || clilen != c.after {
				t.Errorf("clilen %d: errno %v, afterwards %d; want %v, %d", c.clilen, errno, clilen, c.errno, c.after)
			}
			if whole := addr.Port != 0; whole != (c.clilen >= 16) {
				t.Errorf("clilen %d: the port is there: %v", c.clilen, whole)
			}
			if errno == 0 {
				unix.Close(int(fd))
				continue
			}
			// The kernel had taken the client out of the backlog.
			if n, err := sys.Read(client, make([]byte, 1)); n != 0 || err != nil {
				t.Errorf("clilen %d: the client reads %d, %v; want an end of file", c.clilen, n, err)
			}
		}
	})

	t.Run("write before the check", func(t *testing.T) {
		client := dial()
		conn, _, err := sys.Accept(listener)
		if err != nil {
			t.Fatal(err)
		}
		defer sys.Close(conn)
		if err := unix.SetNonblock(conn, true); err != nil {
			t.Fatal(err)
		}
		var buf [100]byte
		n, _, errno := unix.Syscall(unix.SYS_READ, uintptr(conn), uintptr(unsafe.Pointer(&buf)), uintptr(len(buf)))
		if int(n) != -1 || errno != unix.EAGAIN {
			t.Fatalf("read: %d, %v", int(n), errno)
		}
		if n, _, errno = unix.Syscall(unix.SYS_WRITE, uintptr(conn), uintptr(unsafe.Pointer(&buf)), n); errno != unix.EFAULT {
			t.Errorf("write(fd, buf, -1): %d, %v; want EFAULT", int(n), errno)
		}
		sys.Close(conn)
		if n, err := sys.Read(client, buf[:]); n != 0 || err != nil {
			t.Errorf("the client reads %d bytes, %v; want none", n, err)
		}
	})
}
