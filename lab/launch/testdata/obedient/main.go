// A program that does what it is told: it attaches, tells each poke, and ends
// when asked.
package main

import (
	"fmt"
	"time"

	"fdlab/lab/control"
	"fdlab/lab/trace"
)

func main() {
	rec := trace.Process()
	c := control.Process()
	c.Offer('w', "write", func() { fmt.Println("poked") })
	fmt.Println("ready")
	go func() {
		for phase := 0; ; phase++ {
			c.Gate.Pass("a phase")
			time.Sleep(time.Millisecond)
			rec.Put(&trace.Record{Kind: trace.Note, FD: trace.NoFD, Str: rec.String("a phase"), A: int64(phase)})
		}
	}()
	<-c.Stopped()
	rec.Put(&trace.Record{Kind: trace.End, FD: trace.NoFD})
}
