package main

import (
	_ "embed"
	"fmt"
	"time"

	"fdlab/lab/experiment"
)

// The program that asks libevent. It is in a folder of its own because Go would
// take a .c file beside main.go for a part of the lesson.
//
//go:embed c/method.c
var methodC []byte

// libevent is what libevent itself said.
type libevent struct {
	version, method string
	missing         string // why it could not be asked, "" if it was
}

// askLibevent asks beside the steps, so that it costs the run no time. The
// answer is there when the steps are over.
func askLibevent(x *experiment.X) (answer func() libevent) {
	said := make(chan libevent, 1)
	go func() {
		out, err := x.RunC(methodC, 2*time.Second)
		said <- understand(out, err)
	}()
	return func() libevent { return <-said }
}

func understand(out []byte, err error) (l libevent) {
	if err == nil {
		_, err = fmt.Sscan(string(out), &l.version, &l.method)
	}
	if err != nil {
		return libevent{missing: err.Error()}
	}
	return l
}
