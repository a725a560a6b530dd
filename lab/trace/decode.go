package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Recording is a recording that has been read. It knows its strings.
type Recording struct {
	Header
	Records []Record
	Lost    uint64 // records that found the ring full, as far as the file says

	texts []string
	ids   map[string]uint32
	size  int // bytes of texts

	take   func([]Record)
	batch  []Record // that were read, and not taken yet
	read   int64    // records so far
	latest uint64   // the number of the last one
}

// String returns the text of a record's Str.
func (rec *Recording) String(id uint32) string {
	if id == 0 || int(id) > len(rec.texts) {
		return ""
	}
	return rec.texts[id-1]
}

func (rec *Recording) intern(text string) (uint32, error) {
	if text == "" {
		return 0, nil
	}
	id, ok := rec.ids[text]
	if !ok {
		if rec.size += len(text); rec.size > mostText {
			return 0, fmt.Errorf("more than %d MiB of texts", mostText>>20)
		}
		rec.texts = append(rec.texts, text)
		id = uint32(len(rec.texts))
		rec.ids[text] = id
	}
	return id, nil
}

// What a broken or hostile file can make a reader hold.
const (
	longestLine = 1 << 20
	mostText    = 64 << 20
)

// kindByName finds the kind of a line.
var kindByName = func() map[string]Kind {
	byName := map[string]Kind{}
	for k := None + 1; k < kinds; k++ {
		byName[forms[k].name] = k
	}
	return byName
}()

// ReadRecording reads a whole recording. An error names the line. What could
// be read before it is returned too: the Recording is never nil.
func ReadRecording(r io.Reader) (*Recording, error) {
	var all []Record
	rec, err := Scan(r, func(_ *Recording, some []Record) { all = append(all, some...) })
	rec.Records = all
	return rec, err
}

// scanned is how many records are handed on at once.
const scanned = 1 << 12

// Scan is ReadRecording for a reader that keeps what it likes: take gets the records
// in their order, in pieces that it may not keep, and the recording so far, which
// has the header and the strings. The Recording that is returned has no Records.
func Scan(r io.Reader, take func(*Recording, []Record)) (*Recording, error) {
	rec := &Recording{ids: map[string]uint32{}, batch: make([]Record, 0, scanned)}
	rec.take = func(some []Record) { take(rec, some) }
	err := rec.scan(r)
	if len(rec.batch) > 0 {
		rec.take(rec.batch)
	}
	rec.batch = nil
	return rec, err
}

func (rec *Recording) scan(r io.Reader) error {
	in := bufio.NewReaderSize(r, longestLine)
	var l line
	for number := 1; ; number++ {
		text, err := in.ReadSlice('\n')
		fail := func(err error) error {
			return fmt.Errorf("trace: recording, line %d: %w", number, err)
		}
		switch {
		case err == bufio.ErrBufferFull:
			return fail(fmt.Errorf("longer than %d bytes", longestLine))
		case err == io.EOF && len(text) == 0 && number == 1:
			return fail(errors.New("the file is empty"))
		case err == io.EOF && len(text) == 0:
			return fail(errors.New("the last line is missing: the recording was cut off"))
		case err == io.ErrUnexpectedEOF: // of the compression
			return fail(errors.New("the compressed file was cut off"))
		case err != nil && err != io.EOF:
			return fail(err)
		}
		if parseErr := l.parse(text); parseErr != nil {
			if err == io.EOF {
				parseErr = fmt.Errorf("cut off: %w", parseErr)
			}
			return fail(parseErr)
		}
		last, lineErr := rec.line(number, l.pairs)
		if lineErr != nil {
			return fail(lineErr)
		}
		if last {
			number++
			if _, err := in.ReadByte(); err != io.EOF {
				return fail(errors.New("more after the last line"))
			}
			return nil
		}
	}
}

// line takes in one line, and reports whether it was the last.
func (rec *Recording) line(number int, pairs []pair) (last bool, err error) {
	if number == 1 {
		return false, rec.header(pairs)
	}
	if len(pairs) == 0 {
		return false, errors.New("an empty object")
	}
	switch pairs[0].key {
	case "kind":
		return false, rec.record(pairs)
	case "lost":
		return false, rec.losses(pairs[0])
	case "records":
		if pairs[0].isText || pairs[0].number != rec.read {
			return false, fmt.Errorf("there should be %d records, but %d were read", pairs[0].number, rec.read)
		}
		if len(pairs) != 2 || pairs[1].key != "lost" {
			return false, errors.New(`"records" without "lost"`)
		}
		return true, rec.losses(pairs[1])
	}
	return false, fmt.Errorf("begins with %q; want \"kind\", \"lost\" or \"records\"", pairs[0].key)
}

func (rec *Recording) losses(p pair) error {
	if p.isText || p.number < 0 {
		return errors.New(`"lost" is not a number of records`)
	}
	rec.Lost = uint64(p.number)
	return nil
}

func (rec *Recording) header(pairs []pair) (err error) {
	if len(pairs) == 0 || pairs[0].key != "fdlab-trace" {
		return errors.New(`not a recording of fdlab: the first line has no "fdlab-trace"`)
	}
	if v := pairs[0]; v.isText || v.number != Version {
		if v.isText {
			return fmt.Errorf("recorded in version %q, this program reads version %d", v.text, Version)
		}
		return fmt.Errorf("recorded in version %d, this program reads version %d", v.number, Version)
	}
	for _, p := range pairs[1:] {
		switch p.key {
		case "program":
			rec.Program = p.text
		case "started":
			if rec.Started, err = time.Parse(time.RFC3339Nano, p.text); err != nil {
				return fmt.Errorf("%q is not a time", p.text)
			}
		case "left-out":
			if p.isText || p.number < 0 {
				return errors.New(`"left-out" is not a number of records`)
			}
			rec.LeftOut = uint64(p.number)
		}
	}
	return nil
}

func (rec *Recording) record(pairs []pair) error {
	kind, ok := kindByName[pairs[0].text]
	if !ok {
		return fmt.Errorf("unknown kind %q", pairs[0].text)
	}
	f := &forms[kind]
	r := Record{Kind: kind, FD: NoFD}
	for _, p := range pairs[1:] {
		if p.key == "" {
			return errors.New("a field without a name")
		}
		if isText := p.key == f.str || p.key == "data"; p.isText != isText {
			return fmt.Errorf("%q has a value of the wrong type", p.key)
		}
		low, high := int64(math.MinInt64), int64(math.MaxInt64)
		switch p.key {
		case "seq":
			low, r.Seq = 1, uint64(p.number)
		case "t":
			r.Time = p.number
		case "thread":
			low, high, r.Thread = 0, math.MaxUint32, uint32(p.number)
		case "fd":
			low, high, r.FD = 0, math.MaxInt32, int32(p.number)
		case "base":
			low, high, r.Base = 1, math.MaxUint16, uint16(p.number)
		case f.str:
			var err error
			if r.Str, err = rec.intern(p.text); err != nil {
				return err
			}
		case f.a:
			r.A = p.number
		case f.b:
			r.B = p.number
		case f.c:
			r.C = p.number
		case f.d:
			r.D = p.number
		case "data":
			if err := r.setData(p.text); err != nil {
				return err
			}
		default:
			return fmt.Errorf("unknown field %q in a %s record", p.key, f.name)
		}
		if p.number < low || p.number > high {
			return fmt.Errorf("%q is out of range: %d", p.key, p.number)
		}
	}
	if r.Seq <= rec.latest {
		return fmt.Errorf("record %d is out of order", r.Seq)
	}
	rec.latest = r.Seq
	rec.read++
	if rec.batch = append(rec.batch, r); len(rec.batch) == cap(rec.batch) {
		rec.take(rec.batch)
		rec.batch = rec.batch[:0]
	}
	return nil
}

// setData undoes appendBytes.
func (r *Record) setData(text string) error {
	var data [16]byte
	n := 0
	for _, c := range text {
		if n == len(data) || c > 0xff {
			return errors.New(`"data" is not 1 to 16 bytes`)
		}
		data[n] = byte(c)
		n++
	}
	if n == 0 {
		return errors.New(`"data" is not 1 to 16 bytes`)
	}
	r.SetData(data[:n])
	return nil
}
