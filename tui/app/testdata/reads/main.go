// A program of nobody's course: it reads its standard input by an event.
package main

import (
	"fmt"
	"os"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	fmt.Println("arguments", os.Args[1:])
	base, err := event.New(event.Config{Name: "loop"})
	if err == nil {
		err = sys.Adopt(0, "pipe", "stdin")
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var line *event.Event
	line = base.NewEvent(0, event.Read|event.Persist, func(fd int, _ event.What) {
		var b [64]byte
		if n, _ := sys.Read(fd, b[:]); n <= 0 {
			line.Del()
		}
	})
	if err := line.Add(event.NoTimeout); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	base.Dispatch()
}
