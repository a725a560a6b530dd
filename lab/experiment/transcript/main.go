// Transcript puts what a lesson really prints into its README:
//
//	go run ./lab/experiment/transcript 01    refreshes lesson 01
//	go run ./lab/experiment/transcript       refreshes all lessons
//
// It runs the lesson alone, as a student would, and replaces the fenced block
// behind the marker "<!-- transcript". The test of this package holds each
// README to a real run: the same lines, whatever the figures.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"fdlab/lab/experiment/alone"
	"fdlab/lab/launch"
)

func main() {
	root, err := launch.FindRoot("")
	if err == nil {
		err = refresh(root, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "transcript:", err)
		os.Exit(1)
	}
}

func refresh(root string, numbers []string) error {
	dirs, err := alone.Lessons(root, numbers)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		out, err := run(root, dir)
		if err != nil {
			return err
		}
		readme := filepath.Join(dir, "README.md")
		text, err := os.ReadFile(readme)
		if err != nil {
			return err
		}
		at := block.FindSubmatchIndex(text)
		if at == nil {
			return fmt.Errorf("%s: no fenced block behind the marker \"<!-- transcript\"", readme)
		}
		text = append(append(append([]byte{}, text[:at[2]]...), out...), text[at[3]:]...)
		if err := os.WriteFile(readme, text, 0o644); err != nil {
			return err
		}
		fmt.Println(readme, "refreshed")
	}
	return nil
}

// block is the marker and the fenced block; what lies between the fences is
// its group.
var block = regexp.MustCompile("(?s)<!-- transcript[^\n]*-->\n```text\n(.*?)```\n")

// run runs a lesson alone and returns its account.
func run(root, dir string) ([]byte, error) {
	out, err := alone.Run(root, dir)
	if err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(out), '\n'), nil
}
