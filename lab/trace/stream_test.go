//go:build unix

package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
)

func TestStreamRecordsThisProcess(t *testing.T) {
	before := override.Load()
	defer override.Store(before)
	var file bytes.Buffer
	stop, err := Stream(&file, 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	rec := Process()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 2000 {
				rec.Put(&Record{Kind: Note, FD: NoFD, Thread: uint32(w + 1), Str: rec.String(fmt.Sprint("w", w))})
			}
		}()
	}
	wg.Wait()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	got, err := ReadRecording(&file)
	if err != nil {
		t.Fatal(err)
	}
	if made := uint64(len(got.Records)) + got.Lost; made != 8000 {
		t.Errorf("%d records, %d lost; 8000 were made", len(got.Records), got.Lost)
	}
	for _, r := range got.Records {
		if want := fmt.Sprint("w", r.Thread-1); got.String(r.Str) != want {
			t.Fatalf("text %q; want %q", got.String(r.Str), want)
		}
	}
}

func TestStreamReportsABrokenWriter(t *testing.T) {
	broken := errors.New("broken pipe")
	if _, err := Stream(failing{broken}, 4); err != broken {
		t.Errorf("Stream = %v; want the writer's error", err)
	}
	if _, err := Stream(io.Discard, 5); err == nil {
		t.Error("Stream took a ring of 5 slots")
	}
}
