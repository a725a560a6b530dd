//go:build amd64 || arm64

package foreign

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// symbols are the functions of a process's program file, by address. What it has of
// libraries has none here: a loop's library is not what a reader asks for.
type symbols struct {
	low, high uint64 // where the program's code lies in memory
	funcs     []function
	code      []*code         // all that the process has: see frames
	nowhere   map[uint64]bool // addresses where it has none
	stack     window
	now       []frame
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
		if bias, ok := biasOf(file, low, offset); ok {
			s.low, s.high = low, high
			return bias, true
		}
	}
	return 0, false
}

// biasOf returns by how much addresses differ from what a file says, whose code from an offset on lies at low.
func biasOf(file *elf.File, low, offset uint64) (bias uint64, ok bool) {
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_LOAD && segment.Flags&elf.PF_X != 0 && segment.Off&^0xfff == offset {
			return low - segment.Vaddr&^0xfff, true
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

// called names the function of the program that a loop has called: of the calls in progress now, the one nearest to
// those that were in progress when the loop waited. "": it has no name, as in a stripped program, or there is none. ok
// is false where the calls cannot be followed as far as there.
func (s *symbols) called(now, wait []frame) (name string, ok bool) {
	n := 0 // from outside: how many are the loop's own, and of those who have called it
	for n < min(len(now), len(wait)) && now[len(now)-1-n].same(wait[len(wait)-1-n]) {
		n++
	}
	if n == 0 {
		return "", false
	}
	for _, f := range slices.Backward(now[:len(now)-n]) {
		if f.begins >= s.low && f.begins < s.high { // what lies between is a library
			return s.name(f.begins), true
		}
	}
	return "", true
}

// deep is how much of a stack is searched for a guess: a buffer of stdio, 8 KB, may lie in between.
const deep = 32 << 10

// scan reads a stack from its top, word by word, and yields what may be a return address: one before which there
// is a call.
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
		if word := binary.NativeEndian.Uint64(buf[i:]); word >= s.low && word < s.high && !s.begins(word) && isReturn(pid, word) {
			yield(sp+uint64(i), word)
		}
	}
}

// isReturn reports whether a call could return to an address.
func isReturn(pid int, addr uint64) bool {
	var before [8]byte
	return peek(pid, addr-uint64(len(before)), before[:]) == len(before) && endsInCall(before)
}

// guess names the function that the loop seems to have called, where the calls cannot be followed: of the words on the
// stack that may be return addresses, the outermost one that was not there when the loop waited. It may be left
// over from an earlier call.
func (s *symbols) guess(pid int, sp uint64, wait words) (name string) {
	outer := wait.outer()
	s.scan(pid, sp, func(place, addr uint64) {
		n := s.name(addr)
		if n == "" || wait.at[place] == addr || wait.names[n] || outer != 0 && place >= outer {
			return
		}
		name = n // scanned outward
	})
	return name
}

// words are what lies on a stack and may be a return address into the program.
type words struct {
	at    map[uint64]uint64 // by its place
	names map[string]bool   // of the functions
}

func (s *symbols) words(pid int, sp uint64) words {
	w := words{map[uint64]uint64{}, map[string]bool{}}
	s.scan(pid, sp, func(place, addr uint64) {
		w.at[place] = addr
		if n := s.name(addr); n != "" {
			w.names[n] = true
		}
	})
	return w
}

// outer returns the outermost place at which a wait has an address on its stack: what is
// above it in memory was there before the loop.
func (w *words) outer() (outer uint64) {
	for place := range w.at {
		outer = max(outer, place)
	}
	return outer
}
