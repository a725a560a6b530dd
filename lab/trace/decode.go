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
}

// String returns the text of a record's Str.
func (rec *Recording) String(id uint32) string {
	if id == 0 || int(id) > len(rec.texts) {
		return ""
	}
	return rec.texts[id-1]
}

func (rec *Recording) intern(text string) uint32 {
	if text == "" {
		return 0
	}
	id, ok := rec.ids[text]
	if !ok {
		rec.texts = append(rec.texts, text)
		id = uint32(len(rec.texts))
		rec.ids[text] = id
	}
	return id
}

// longestLine bounds what a broken file can make a reader hold.
const longestLine = 1 << 20

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
	rec := &Recording{ids: map[string]uint32{}}
	in := bufio.NewReaderSize(r, longestLine)
	var l line
	for number := 1; ; number++ {
		text, err := in.ReadSlice('\n')
		fail := func(err error) (*Recording, error) {
			return rec, fmt.Errorf("trace: recording, line %d: %w", number, err)
		}
		switch {
		case err == bufio.ErrBufferFull:
			return fail(fmt.Errorf("longer than %d bytes", longestLine))
		case err == io.EOF && len(text) == 0 && number == 1:
			return fail(errors.New("the file is empty"))
		case err == io.EOF && len(text) == 0:
			return fail(errors.New("the last line is missing: the recording was cut off"))
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
			return rec, nil
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
		if pairs[0].isText || pairs[0].number != int64(len(rec.Records)) {
			return false, fmt.Errorf("there should be %d records, but %d were read", pairs[0].number, len(rec.Records))
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
			r.Str = rec.intern(p.text)
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
	if n := len(rec.Records); n > 0 && r.Seq <= rec.Records[n-1].Seq || r.Seq == 0 {
		return fmt.Errorf("record %d is out of order", r.Seq)
	}
	rec.Records = append(rec.Records, r)
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
