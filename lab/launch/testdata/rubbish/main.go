// A program that prints megabytes of what no terminal should see.
package main

import (
	"bytes"
	"os"
)

func main() {
	line := []byte("\x1b[2J\x1b]0;title\a\xff\x00 rubbish\n")
	block := bytes.Repeat(line, 1000)
	for range 100 {
		os.Stdout.Write(block)
		os.Stderr.Write(bytes.Repeat([]byte{0x9b}, 10_000)) // one line without an end
	}
	os.Stdout.WriteString("\x1b[31mthe end\n")
}
