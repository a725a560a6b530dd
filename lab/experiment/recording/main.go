// Recording keeps a run of a lesson as the file that the course ships with it:
//
//	go run ./lab/experiment/recording 01    makes lessons/01-.../recording.jsonl.gz anew
//	go run ./lab/experiment/recording       makes those of all lessons
//
// It runs the lesson alone, as a student would with -json. The instrument shows the
// file where the lesson itself cannot run, or not now. The test of this package
// holds each file to a real run: in what does not depend on the machine or on the
// order in which threads come.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"fdlab/lab/experiment/alone"
	"fdlab/lab/launch"
	"fdlab/lab/trace"
)

func main() {
	root, err := launch.FindRoot("")
	if err == nil {
		err = refresh(root, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "recording:", err)
		os.Exit(1)
	}
}

func refresh(root string, numbers []string) error {
	dirs, err := alone.Lessons(root, numbers)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		rec, err := record(root, dir)
		if err != nil {
			return err
		}
		kept := thin(rec.Records)
		file := filepath.Join(dir, trace.Shipped)
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		rec.LeftOut = uint64(len(rec.Records) - len(kept))
		if err := trace.WriteFile(file, rec.Header, rec, [][]trace.Record{kept}, rec.Lost+rec.LeftOut); err != nil {
			return err
		}
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d of %d records, %d kB\n", file, len(kept), len(rec.Records), (info.Size()+999)/1000)
	}
	return nil
}

// record runs a lesson alone and returns what it recorded.
func record(root, dir string) (*trace.Recording, error) {
	out, err := alone.Run(root, dir, "-json")
	if err != nil {
		return nil, err
	}
	rec, err := trace.ReadRecording(bytes.NewReader(out))
	if err != nil {
		return nil, fmt.Errorf("lesson %s: %w", filepath.Base(dir), err)
	}
	return rec, nil
}
