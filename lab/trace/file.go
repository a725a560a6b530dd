package trace

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
)

// Shipped is the name of the recording that a lesson has in its folder.
const Shipped = "recording.jsonl.gz"

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
		zip, _ = gzip.NewWriterLevel(buffer, gzip.BestCompression) // the level is a known one
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
	var all []Record
	rec, err := ScanFile(name, func(_ *Recording, some []Record) { all = append(all, some...) })
	rec.Records = all
	return rec, err
}

// ScanFile is Scan of a file, compressed with gzip or not.
func ScanFile(name string, take func(*Recording, []Record)) (*Recording, error) {
	file, err := os.Open(name)
	if err != nil {
		return &Recording{}, err
	}
	defer file.Close()
	return ScanPacked(file, take)
}

// ScanPacked is Scan of what a file holds, compressed with gzip or not.
func ScanPacked(r io.Reader, take func(*Recording, []Record)) (*Recording, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		zip, err := gzip.NewReader(in)
		if err != nil {
			return &Recording{}, fmt.Errorf("the compressed file is broken: %w", err)
		}
		return Scan(zip, take)
	}
	return Scan(in, take)
}
