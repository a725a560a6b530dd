//go:build amd64 || arm64

package foreign

import (
	"debug/elf"
	"encoding/binary"
	"sort"
)

// Where a function has its return address is known to the compiler alone. It says so for each
// instruction, in the section .eh_frame, for whoever throws exceptions: call frame information, DWARF 4,
// part 6.4. A debugger follows the calls in progress by it, and so does this package.

// cfi is the call frame information of a file. Addresses are the file's own.
type cfi struct {
	frame   []byte // .eh_frame
	frameAt uint64
	funcs   []byte // of .eh_frame_hdr: for each function where it begins and where its entry is, in order
	base    uint64 // to which these are relative
	order   binary.ByteOrder
}

// readCFI returns nil where a file says nothing.
func readCFI(file *elf.File) *cfi {
	frame, header := file.Section(".eh_frame"), file.Section(".eh_frame_hdr")
	if frame == nil || header == nil || file.Class != elf.ELFCLASS64 {
		return nil
	}
	c := &cfi{frameAt: frame.Addr, base: header.Addr, order: file.ByteOrder}
	var err, err2 error
	c.frame, err = frame.Data()
	c.funcs, err2 = header.Data()
	// The version; then how the address of .eh_frame, the count and the table are written: linkers do so in this way.
	const usual = "\x01\x1b\x03\x3b"
	if err != nil || err2 != nil || len(c.funcs) < 12 || string(c.funcs[:4]) != usual {
		return nil
	}
	n := int(c.order.Uint32(c.funcs[8:]))
	if c.funcs = c.funcs[12:]; n > len(c.funcs)/8 {
		return nil
	}
	c.funcs = c.funcs[:8*n]
	return c
}

// row says how to come from a place in a function to its caller.
type row struct {
	begins uint64             // the function
	reg    int                // its frame's address (CFA) is this register's value
	off    int64              // plus this
	saved  [registerSet]int32 // where the caller's registers lie, from the CFA; 0: they have not changed
	first  bool               // nobody has called it
}

// registerSet is how many registers are followed, numbered as DWARF does: all that a CFA is made of.
const registerSet = 33

// row returns that of an address; ok is false where nothing is said, or in a way that is not read here.
func (c *cfi) row(pc uint64) (r row, ok bool) {
	i := sort.Search(len(c.funcs)/8, func(i int) bool { return c.relative(8*i) > pc }) - 1
	if i < 0 {
		return row{}, false
	}
	entry := c.at(c.relative(8*i + 4))
	start := entry.at
	body, id := entry.entry()
	if id == 0 || entry.bad {
		return row{}, false
	}
	common := cursor{c: c, b: c.frame, at: start + 4 - int(id)}
	head, zero := common.entry()
	if zero != 0 || common.bad {
		return row{}, false
	}
	p := program{cursor: &head}
	p.header()
	r.begins = body.pointer(p.encoding)
	size := body.pointer(p.encoding & 0x0f)
	if p.augmented {
		body.skip(int(body.unsigned()))
	}
	if pc < r.begins || pc >= r.begins+size {
		return row{}, false
	}
	p.row = &r
	p.run(^uint64(0)) // what all functions have in common
	p.initial = r
	p.cursor, p.place = &body, r.begins
	p.run(pc)
	return r, !p.failed() && !head.bad
}

// relative reads a number of the table of functions: an address from its beginning.
func (c *cfi) relative(at int) uint64 {
	return c.base + uint64(int64(int32(c.order.Uint32(c.funcs[at:]))))
}

// at returns a cursor at an address of .eh_frame.
func (c *cfi) at(addr uint64) *cursor { return &cursor{c: c, b: c.frame, at: int(addr - c.frameAt)} }

// program is the instructions by which a row is made.
type program struct {
	*cursor
	row        *row
	initial    row
	kept       []row
	place      uint64 // the address that the row is now of
	code, data int64  // by which numbers are multiplied
	ra         int    // the register of the return address
	encoding   byte   // of addresses
	augmented  bool
	unread     bool // something that is not followed: an expression
}

func (p *program) failed() bool { return p.bad || p.unread }

// header reads what is common to several functions, up to their instructions.
func (p *program) header() {
	version := p.byte()
	words := p.text()
	p.code, p.data = int64(p.unsigned()), p.signed()
	if p.ra = int(p.byte()); version > 1 && p.ra >= 0x80 {
		p.bad = true
	}
	if p.augmented = len(words) > 0 && words[0] == 'z'; !p.augmented {
		p.bad = p.bad || words != ""
		return
	}
	size := int(p.unsigned())
	end := p.at + size
	for _, w := range words[1:] {
		switch w {
		case 'R':
			p.encoding = p.byte()
		case 'P':
			p.pointer(p.byte() & 0x7f)
		case 'L':
			p.byte()
		case 'S': // a signal's frame: all registers lie elsewhere
			p.unread = true
		}
	}
	p.at = end
}

// run carries out instructions, up to those of an address beyond pc.
func (p *program) run(pc uint64) {
	r := p.row
	offset := func(reg int, n int64) {
		if reg >= 0 && reg < registerSet {
			r.saved[reg] = int32(n)
		}
	}
	restore := func(reg int) {
		if reg >= 0 && reg < registerSet {
			r.saved[reg] = p.initial.saved[reg]
		}
	}
	cfa := func(reg, off int64) {
		if p.unread = p.unread || reg < 0 || reg >= registerSet; !p.unread {
			r.reg, r.off = int(reg), off
		}
	}
	for len(p.b) > p.at && !p.failed() {
		op := p.byte()
		low := int64(op & 0x3f)
		ahead := int64(-1)
		switch op >> 6 {
		case 1:
			ahead = low
		case 2:
			offset(int(low), int64(p.unsigned())*p.data)
		case 3:
			restore(int(low))
		default:
			switch op { // DW_CFA_...
			case 0x00: // nop
			case 0x02: // advance_loc1, 2, 4
				ahead = int64(p.number(1))
			case 0x03:
				ahead = int64(p.number(2))
			case 0x04:
				ahead = int64(p.number(4))
			case 0x05: // offset_extended
				reg := int(p.unsigned())
				offset(reg, int64(p.unsigned())*p.data)
			case 0x11: // offset_extended_sf
				reg := int(p.unsigned())
				offset(reg, p.signed()*p.data)
			case 0x06: // restore_extended
				restore(int(p.unsigned()))
			case 0x07: // undefined
				if reg := int(p.unsigned()); reg == p.ra {
					r.first = true
				}
			case 0x08: // same_value
				offset(int(p.unsigned()), 0)
			case 0x0a: // remember_state, restore_state
				p.kept = append(p.kept, *r)
			case 0x0b:
				if n := len(p.kept); n > 0 {
					*r = p.kept[n-1]
					p.kept = p.kept[:n-1]
				}
			case 0x0c: // def_cfa
				reg := int64(p.unsigned())
				cfa(reg, int64(p.unsigned()))
			case 0x12: // def_cfa_sf
				reg := int64(p.unsigned())
				cfa(reg, p.signed()*p.data)
			case 0x0d: // def_cfa_register
				cfa(int64(p.unsigned()), r.off)
			case 0x0e: // def_cfa_offset
				r.off = int64(p.unsigned())
			case 0x13: // def_cfa_offset_sf
				r.off = p.signed() * p.data
			case 0x10, 0x16: // expression, val_expression: they are not computed
				reg := int(p.unsigned())
				p.skip(int(p.unsigned()))
				p.unread = p.unread || reg == p.ra
			case 0x2d: // AARCH64_negate_ra_state: the return address is signed from here on
			case 0x2e: // GNU_args_size
				p.unsigned()
			default: // def_cfa_expression, register ...: rare, and not followed
				p.unread = true
			}
		}
		if ahead >= 0 {
			if p.place += uint64(ahead * p.code); p.place > pc {
				return
			}
		}
	}
}

// cursor reads the numbers of DWARF. After an error it reads zeros.
type cursor struct {
	c   *cfi
	b   []byte
	at  int
	bad bool
}

// entry reads the length of what follows, and its first word: 0 for what is common to several functions, else
// how far before it that stands. It returns a cursor for the rest.
func (r *cursor) entry() (rest cursor, id uint64) {
	size := int(r.number(4))
	start := r.at
	id = r.number(4)
	if r.bad || size < 4 || start+size > len(r.b) { // 64-bit DWARF, the end, or nonsense
		r.bad = true
		return cursor{bad: true}, 0
	}
	return cursor{c: r.c, b: r.b[:start+size], at: r.at}, id
}

func (r *cursor) skip(n int) {
	if n < 0 || r.at+n > len(r.b) {
		r.bad = true
		return
	}
	r.at += n
}

func (r *cursor) number(size int) (n uint64) {
	if r.bad || r.at < 0 || r.at+size > len(r.b) {
		r.bad = true
		return 0
	}
	for i := range size { // little-endian, as both processors are here
		n |= uint64(r.b[r.at+i]) << (8 * i)
	}
	r.at += size
	return n
}

func (r *cursor) byte() byte { return byte(r.number(1)) }

func (r *cursor) unsigned() (n uint64) { // LEB128
	for shift := 0; ; shift += 7 {
		b := r.byte()
		n |= uint64(b&0x7f) << shift
		if b < 0x80 || r.bad {
			return n
		}
	}
}

func (r *cursor) signed() (n int64) {
	for shift := 0; ; {
		b := r.byte()
		n |= int64(b&0x7f) << shift
		if shift += 7; b < 0x80 || r.bad {
			if b&0x40 != 0 && shift < 64 {
				n |= -1 << shift
			}
			return n
		}
	}
}

func (r *cursor) text() string {
	start := r.at
	for r.byte() != 0 && !r.bad {
	}
	if r.bad {
		return ""
	}
	return string(r.b[start : r.at-1])
}

// pointer reads an address in one of the ways in which DWARF writes it (DW_EH_PE_...).
func (r *cursor) pointer(encoding byte) (n uint64) {
	here := r.c.frameAt + uint64(r.at)
	switch encoding & 0x0f {
	case 0x00, 0x04, 0x0c: // 8 bytes
		n = r.number(8)
	case 0x03:
		n = r.number(4)
	case 0x0b:
		n = uint64(int64(int32(r.number(4))))
	default:
		r.bad = true
	}
	switch encoding & 0x70 {
	case 0x00:
	case 0x10: // from here
		n += here
	default:
		r.bad = true
	}
	return n
}
