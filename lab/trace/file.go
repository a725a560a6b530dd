package trace

import (
	"bufio"
	"compress/gzip"
	"io"
	"os"
	"strings"
)

// WriteFile writes a recording as a file that did not exist before; lost is how
// many records of the run are not in it. A name that ends in .gz is compressed.
func WriteFile(name string, h Header, texts Strings, pieces [][]Record, lost uint64) (err error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if e := file.Close(); err == nil {
			err = e
		}
		if err != nil {
			os.Remove(name)
		}
	}()
	buffer := bufio.NewWriterSize(file, 1<<16)
	var out io.Writer = buffer
	var zip *gzip.Writer
	if strings.HasSuffix(name, ".gz") {
		zip = gzip.NewWriter(buffer)
		out = zip
	}
	e, err := NewEncoder(out, texts, h)
	for _, records := range pieces {
		if err == nil {
			err = e.Encode(records)
		}
	}
	if err == nil {
		err = e.Close(lost)
	}
	if zip != nil && err == nil {
		err = zip.Close()
	}
	if err == nil {
		err = buffer.Flush()
	}
	return err
}

// ReadFile is ReadRecording of a file, compressed with gzip or not.
func ReadFile(name string) (*Recording, error) {
	file, err := os.Open(name)
	if err != nil {
		return &Recording{}, err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		zip, err := gzip.NewReader(in)
		if err != nil {
			return &Recording{}, err
		}
		return ReadRecording(zip)
	}
	return ReadRecording(in)
}
