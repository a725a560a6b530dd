//go:build linux && (amd64 || arm64)

package foreign

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAStopIsDecodedOnEveryProcessor: the bytes of an epoll_wait that gave two fds, and of the registers
// of a thread whose wait was interrupted. Those of arm64 were laid out by the kernel's headers (struct
// epoll_event, struct user_pt_regs): no arm64 machine has run this.
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
