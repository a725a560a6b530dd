package foreign

import "testing"

// TestWhatIsACall: the bytes before a return address, as the assembler writes the call.
func TestWhatIsACall(t *testing.T) {
	for _, c := range []struct {
		code string // the last bytes before the address
		call bool
	}{
		{"\xe8\x01\x02\x03\x04", true},              // call rel32
		{"\xff\xd0", true},                          // call *%rax
		{"\x41\xff\xd4", true},                      // call *%r12
		{"\xff\x10", true},                          // call *(%rax)
		{"\xff\x50\x08", true},                      // call *8(%rax)
		{"\xff\x90\x00\x01\x00\x00", true},          // call *256(%rax)
		{"\xff\x14\xc5\x00\x10\x00\x00", true},      // call *4096(,%rax,8)
		{"\xff\x54\x24\x08", true},                  // call *8(%rsp)
		{"\xff\x94\x24\x00\x01\x00\x00", true},      // call *256(%rsp)
		{"\xff\x15\x01\x02\x03\x04", true},          // call *rel32(%rip), through the table of a library's functions
		{"\xff\xe0", false},                         // jmp *%rax
		{"\xff\x25\x01\x02\x03\x04", false},         // jmp *rel32(%rip)
		{"\x48\x89\xc7", false},                     // mov %rax, %rdi
		{"\x90\x90\x90\x90\x90\x90\x90\x90", false}, // between functions
		{"\x0f\x05", false},                         // syscall
	} {
		var before [8]byte
		copy(before[8-len(c.code):], c.code)
		if got := endsInCall(before); got != c.call {
			t.Errorf("% x: a call: %v, want %v", c.code, got, c.call)
		}
	}
}
