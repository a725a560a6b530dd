//go:build linux && (amd64 || arm64)

package foreign

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestAStopIsDecodedOnEveryProcessor: the bytes of an epoll_wait that gave two fds, and of the registers
// of a thread whose wait was interrupted, laid out by the kernel's headers (struct epoll_event, struct user_pt_regs).
func TestAStopIsDecodedOnEveryProcessor(t *testing.T) {
	words := func(at map[int]string, n int) string { // registers of 8 bytes, all but these are aa
		all := make([]string, n)
		for i := range all {
			all[i] = "aaaaaaaaaaaaaaaa"
			if w := at[i]; w != "" {
				all[i] = w
			}
		}
		return strings.Join(all, "")
	}
	const eintr = "fcffffffffffffff" // -4
	want := []interest{{events: unix.EPOLLIN, data: 7}, {events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLHUP, data: 0x1122334455667788}}
	for _, c := range []struct {
		name      string
		layout    layout
		events    string
		registers string
		nr        int
	}{
		{"amd64", amd64Layout, "01000000 0700000000000000 11200000 8877665544332211",
			words(map[int]string{10: eintr, 15: "e800000000000000"}, 27), 232}, // epoll_wait
		{"arm64", arm64Layout, "01000000 00000000 0700000000000000 11200000 ffffffff 8877665544332211",
			words(map[int]string{0: eintr, 8: "1600000000000000"}, 34), 22}, // epoll_pwait
	} {
		raw, err := hex.DecodeString(strings.ReplaceAll(c.events, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.layout.events(raw); !slices.Equal(got, want) {
			t.Errorf("%s: the events are %+v, want %+v", c.name, got, want)
		}
		if got := c.layout.events(raw[:len(raw)-1]); len(got) != 1 {
			t.Errorf("%s: of a cut answer %d events are read, want one", c.name, len(got))
		}
		registers, err := hex.DecodeString(c.registers)
		if err != nil {
			t.Fatal(err)
		}
		if nr, result := c.layout.back(registers); nr != c.nr || result != -int64(unix.EINTR) {
			t.Errorf("%s: call %d gives %d, want call %d, -EINTR", c.name, nr, result, c.nr)
		}
	}
}

// TestTheStopsOfArm64AreDecoded: what Linux 6.1 on arm64 said of `testdata/strict.c`, which waits in epoll_pwait(3, ..., 1, -1)
// for its standard input: when the wait began, when it gave one fd, and when it was interrupted.
func TestTheStopsOfArm64AreDecoded(t *testing.T) {
	const (
		began = "01000000b70000c0e07f79a0ffff000090105bd5ffff00001600000000000000030000000000000010115bd5ffff00000100000000000000ffffffffffffffff" +
			"000000000000000008000000000000000000000000000000"
		gave = "02000000b70000c0e07f79a0ffff000090105bd5ffff000001000000000000000000000000000000000000000000000000000000000000000000000000000000" +
			"000000000000000000000000000000000000000000000000"
		broken = "02000000b70000c0e07f79a0ffff000090105bd5ffff0000fcffffffffffffff0100000000000000000000000000000000000000000000000000000000000000" +
			"000000000000000000000000000000000000000000000000"
		events    = "01000000000000000000000000000000"
		registers = "fcffffffffffffff10115bd5ffff00000100000000000000ffffffffffffffff00000000000000000800000000000000b82085a0ffff00000100000000000000" +
			"16000000000000000000000000000000000000000000000000000000000000001000000000000000d5a242000000000000608aa0ffff00000300000000000000" +
			"100081bcaaaa0000e08279a0ffff000000c0190000000000ffffffffffffffff01000000000000000300000000000000ffffffff0000000010115bd5ffff0000" +
			"4000000000000000000000000000000028508aa0ffff0000d0fd80bcaaaa0000000000000000000090105bd5ffff0000400a7fbcaaaa000090105bd5ffff0000" +
			"e07f79a0ffff00000010000000000000"
	)
	raw := func(text string) []byte {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	info := func(text string) (i syscallInfo) {
		copy((*[unsafe.Sizeof(i)]byte)(unsafe.Pointer(&i))[:], raw(text))
		return i
	}
	begin := info(began)
	if begin.op != infoEntry || begin.arch != unix.AUDIT_ARCH_AARCH64 || begin.nr() != 22 || begin.fd(0) != 3 || begin.arg(2) != 1 || int32(begin.arg(3)) != -1 {
		t.Errorf("the beginning is read as %+v", begin)
	}
	for text, result := range map[string]int64{gave: 1, broken: -int64(unix.EINTR)} {
		if end := info(text); end.op != infoExit || end.result() != result || end.ip != begin.ip || end.sp != begin.sp {
			t.Errorf("an end is read as %+v; want the result %d, at the same place", end, result)
		}
	}
	if got, want := arm64Layout.events(raw(events)), []interest{{events: unix.EPOLLIN}}; !slices.Equal(got, want) {
		t.Errorf("the events are %+v, want %+v", got, want)
	}
	if nr, result := arm64Layout.back(raw(registers)); nr != begin.nr() || result != -int64(unix.EINTR) {
		t.Errorf("the registers say that call %d gave %d, want call %d, -EINTR", nr, result, begin.nr())
	}
}
