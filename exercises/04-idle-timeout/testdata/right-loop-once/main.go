// Right, too: a loop around Loop(Once), which acts between the calls, and deletes the event when the
// last of them has returned.
package main

import (
	"log"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
	"fdlab/lab/sys"
)

func main() {
	silence, err := time.ParseDuration(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fd, err := sys.OpenFIFO(os.Args[1], unix.O_RDONLY|unix.O_NONBLOCK, "sensor")
	if err != nil {
		log.Fatal(err)
	}
	base, err := event.New(event.Config{Backend: "select"})
	if err != nil {
		log.Fatal(err)
	}
	m := monitor{fd: fd, silence: silence}
	m.in = base.NewEvent(fd, event.Read|event.Persist, m.note)
	if err := m.in.Add(silence); err != nil {
		log.Fatal(err)
	}
	for m.step() {
		if _, err := base.Loop(event.Once); err != nil {
			log.Fatal(err)
		}
	}
	m.in.Del()
	sys.Close(fd)
	base.Close()
}

type monitor struct {
	fd      int
	in      *event.Event
	silence time.Duration
	why     event.What
}

// note keeps why the loop has called; step acts on it outside of the callback.
func (m *monitor) note(_ int, why event.What) { m.why = why }

func (m *monitor) step() (more bool) {
	why := m.why
	m.why = 0
	switch {
	case why&event.Read != 0:
		var buf [256]byte
		n, err := sys.Read(m.fd, buf[:])
		if err != nil || n == 0 {
			return false
		}
		os.Stdout.Write(buf[:n])
	case why&event.Timeout != 0:
		os.Stdout.WriteString("idle\n")
	}
	return true
}
