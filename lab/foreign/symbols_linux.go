//go:build amd64 || arm64

package foreign

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"os"
	"sort"
	"strconv"
	"strings"
)

// symbols are the functions of a process's program file, by address. What it has of
// libraries has none here: a loop's library is not what a reader asks for.
type symbols struct {
	low, high uint64 // where the program's code lies in memory
	funcs     []function
}

type function struct {
	addr, end uint64
	name      string
}

// readSymbols reads the symbol table of a process's program. A program that was stripped
// has none.
func readSymbols(pid int) *symbols {
	s := &symbols{}
	exe := "/proc/" + strconv.Itoa(pid) + "/exe"
	file, err := elf.Open(exe)
	if err != nil {
		return s
	}
	defer file.Close()
	bias, ok := s.place(pid, exe, file)
	if !ok {
		return s
	}
	all, _ := file.Symbols()
	dynamic, _ := file.DynamicSymbols()
	for _, sym := range append(all, dynamic...) {
		if elf.ST_TYPE(sym.Info) == elf.STT_FUNC && sym.Value != 0 && sym.Size > 0 {
			s.funcs = append(s.funcs, function{sym.Value + bias, sym.Value + bias + sym.Size, sym.Name})
		}
	}
	sort.Slice(s.funcs, func(i, j int) bool { return s.funcs[i].addr < s.funcs[j].addr })
	return s
}

// place finds where the program's code lies, and by how much that differs from what its
// file says.
func (s *symbols) place(pid int, exe string, file *elf.File) (bias uint64, ok bool) {
	target, _ := os.Readlink(exe)
	maps, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/maps")
	for line := range strings.Lines(string(maps)) {
		words := strings.Fields(line)
		if len(words) < 6 || !strings.Contains(words[1], "x") || strings.Join(words[5:], " ") != target {
			continue
		}
		from, to, _ := strings.Cut(words[0], "-")
		low, err1 := strconv.ParseUint(from, 16, 64)
		high, err2 := strconv.ParseUint(to, 16, 64)
		offset, err3 := strconv.ParseUint(words[2], 16, 64)
		if err1 != nil || err2 != nil || err3 != nil {
			continue
		}
		for _, segment := range file.Progs {
			if segment.Type == elf.PT_LOAD && segment.Flags&elf.PF_X != 0 && segment.Off&^0xfff == offset {
				s.low, s.high = low, high
				return low - segment.Vaddr&^0xfff, true
			}
		}
	}
	return 0, false
}

// name returns the function that an address lies in, or "".
func (s *symbols) name(addr uint64) string {
	if addr < s.low || addr >= s.high {
		return ""
	}
	i := sort.Search(len(s.funcs), func(i int) bool { return s.funcs[i].addr > addr }) - 1
	if i < 0 || addr >= s.funcs[i].end {
		return ""
	}
	return s.funcs[i].name
}

// begins reports whether a function begins at an address: then it is a pointer to that function,
// and nobody returns there.
func (s *symbols) begins(addr uint64) bool {
	i := sort.Search(len(s.funcs), func(i int) bool { return s.funcs[i].addr >= addr })
	return i < len(s.funcs) && s.funcs[i].addr == addr
}

// deep is how much of a stack is read: a buffer of stdio, 8 KB, may lie in between.
const deep = 32 << 10

// frames is a stack, as far as it was read: what lies at each place and may be an
// address of the program's code.
type frames struct {
	ip, sp uint64
	at     map[uint64]uint64 // place -> code address
	names  map[string]bool
}

func (s *symbols) frames(pid int, ip, sp uint64) frames {
	f := frames{ip: ip, sp: sp, at: map[uint64]uint64{}, names: map[string]bool{}}
	s.scan(pid, sp, func(place, addr uint64) {
		f.at[place] = addr
		if n := s.name(addr); n != "" {
			f.names[n] = true
		}
	})
	return f
}

// scan reads a stack from its top, word by word, and yields what may be a return address.
func (s *symbols) scan(pid int, sp uint64, yield func(place, addr uint64)) {
	if len(s.funcs) == 0 {
		return
	}
	var buf [deep]byte
	n := peek(pid, sp, buf[:])
	const page = 4 << 10
	for end := (sp + deep) &^ (page - 1); n == 0 && end > sp; end -= page { // the stack ends before that
		n = peek(pid, sp, buf[:end-sp])
	}
	for i := 0; i+8 <= n; i += 8 {
		if word := binary.NativeEndian.Uint64(buf[i:]); word >= s.low && word < s.high && !s.begins(word) {
			yield(sp+uint64(i), word)
		}
	}
}

// handler names the function that the loop has called: of those on the stack, the one
// nearest to the loop's own frames that are not on it while the loop waits. Nothing says
// that a word on the stack is a return address, and it may be left over from an earlier
// call: so this is a guess, and drawn as one. Where the loop is the program's own, and calls
// the function by name, less of it is: where the wait had its return address, there
// is now that of this call.
func (s *symbols) handler(pid int, sp uint64, wait frames) string {
	outer, guess, called := wait.outer(), "", ""
	s.scan(pid, sp, func(place, addr uint64) {
		n := s.name(addr)
		if was, ok := wait.at[place]; ok && was != addr && wait.names[n] {
			if f := s.name(callee(pid, addr)); f != "" && !wait.names[f] {
				called = f
			}
		}
		if n == "" || wait.at[place] == addr || wait.names[n] || wait.sp != 0 && place >= outer {
			return
		}
		guess = n // scanned outward: the last one is the outermost
	})
	return cmp.Or(called, guess)
}

// outer returns the outermost place at which a wait has an address on its stack: what is
// above it in memory was there before the loop.
func (f *frames) outer() uint64 {
	var outer uint64
	for place := range f.at {
		if outer == 0 || place > outer {
			outer = place
		}
	}
	return outer
}
