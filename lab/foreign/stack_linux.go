//go:build amd64 || arm64

package foreign

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"strconv"
	"strings"
)

// registers are a thread's, numbered as DWARF does.
type registers [registerSet]uint64

// frame is a call in progress.
type frame struct {
	pc     uint64 // where it goes on; of the innermost one: where it is
	cfa    uint64 // the place of the frame: what is above it in memory is its caller's
	begins uint64 // the function
}

func (f frame) same(o frame) bool { return f.cfa == o.cfa && f.begins == o.begins }

// mostFrames bounds a stack: a recursion may be deep.
const mostFrames = 128

// code is a piece of a file's code in a process's memory.
type code struct {
	low, high uint64
	bias      uint64 // by which addresses differ from the file's own
	offset    uint64 // in the file
	path      string
	read      bool
	cfi       *cfi
	rows      map[uint64]*row // by address; those that were asked for, nil: nothing is said
}

// mostRows bounds what is remembered of a file.
const mostRows = 1 << 12

// frames follows the calls in progress of a thread, from the innermost one outward, as far as the files of its
// program say how, and appends them to all. Nothing of that is a guess.
func (s *symbols) frames(all []frame, pid int, regs registers) []frame {
	stack := &s.stack
	stack.pid, stack.n = pid, 0
	for len(all) < mostFrames {
		pc := regs[pcRegister]
		at := pc
		if len(all) > 0 {
			at-- // a call is the last thing that a function does, if it does not come back
		}
		r := s.row(pid, at)
		if r == nil {
			return all
		}
		cfa := regs[r.reg] + uint64(r.off)
		all = append(all, frame{pc, cfa, r.begins})
		if r.first || cfa < regs[spRegister] {
			return all
		}
		sp := regs[spRegister]
		for i, off := range r.saved {
			if off == 0 {
				continue
			}
			word, ok := stack.word(cfa + uint64(int64(off)))
			if !ok {
				return all
			}
			regs[i] = word
		}
		regs[spRegister], regs[pcRegister] = cfa, plainAddress(regs[raRegister])
		if regs[pcRegister] == 0 || regs[pcRegister] == pc && cfa == sp {
			return all
		}
	}
	return all
}

// row returns how to come from an address to the caller; nil: nothing says so.
func (s *symbols) row(pid int, pc uint64) *row {
	c := s.codeAt(pc)
	if c == nil && !s.nowhere[pc] { // a library that was loaded since, or code that was made
		s.readCode(pid)
		c = s.codeAt(pc)
	}
	if c == nil {
		if s.nowhere == nil || len(s.nowhere) >= mostRows {
			s.nowhere = map[uint64]bool{}
		}
		s.nowhere[pc] = true
		return nil
	}
	r, known := c.rows[pc]
	if known {
		return r
	}
	if !c.read {
		c.read = true
		c.open(pid)
	}
	if c.cfi != nil {
		if found, ok := c.cfi.row(pc - c.bias); ok {
			found.begins += c.bias
			r = &found
		}
	}
	if c.rows == nil || len(c.rows) >= mostRows {
		c.rows = map[uint64]*row{}
	}
	c.rows[pc] = r
	return r
}

func (s *symbols) codeAt(pc uint64) *code {
	for _, c := range s.code {
		if pc >= c.low && pc < c.high {
			return c
		}
	}
	return nil
}

// readCode finds what code a process has, and where.
func (s *symbols) readCode(pid int) {
	old := s.code
	s.code = nil
	maps, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/maps")
	for line := range strings.Lines(string(maps)) {
		words := strings.Fields(line)
		if len(words) < 2 || !strings.Contains(words[1], "x") {
			continue
		}
		from, to, _ := strings.Cut(words[0], "-")
		low, err1 := strconv.ParseUint(from, 16, 64)
		high, err2 := strconv.ParseUint(to, 16, 64)
		if err1 != nil || err2 != nil {
			continue
		}
		c := &code{low: low, high: high}
		if len(words) > 5 {
			c.offset, _ = strconv.ParseUint(words[2], 16, 64)
			c.path = strings.Join(words[5:], " ")
		}
		for _, o := range old {
			if o.low == low && o.high == high && o.path == c.path {
				c = o
			}
		}
		s.code = append(s.code, c)
	}
}

// open reads what the file says of its code.
func (c *code) open(pid int) {
	if !strings.HasPrefix(c.path, "/") {
		return
	}
	file, err := elf.Open("/proc/" + strconv.Itoa(pid) + "/root" + c.path)
	if err != nil {
		return
	}
	defer file.Close()
	if bias, ok := biasOf(file, c.low, c.offset); ok {
		c.bias, c.cfi = bias, readCFI(file)
	}
}

// window is a piece of a stack, as it was read last. A stack is followed upward.
type window struct {
	pid  int
	from uint64
	n    int
	buf  [2 << 10]byte
}

func (w *window) word(at uint64) (uint64, bool) {
	if at < w.from || at+8 > w.from+uint64(w.n) {
		w.from, w.n = at, peek(w.pid, at, w.buf[:])
		if w.n == 0 { // the stack ends before that
			w.n = peek(w.pid, at, w.buf[:8])
		}
		if w.n < 8 {
			return 0, false
		}
	}
	return binary.NativeEndian.Uint64(w.buf[at-w.from:]), true
}
