//go:build linux && (amd64 || arm64)

package foreign

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// worker returns the run of the process that the program has made.
func (p *traced) worker() *world.Run {
	for _, one := range p.world.Processes {
		if one.Parent != 0 {
			return p.run.OfProcess(one.ID)
		}
	}
	return nil
}

// TestAWorkerIsShown: a process that the program has made has fds and loops of its own, from
// its beginning on, and what it does is none of the program's doing.
func TestAWorkerIsShown(t *testing.T) {
	p := launch(t, Options{Args: []string{compile(t, "worker.c")}})
	const lines = 5
	for range lines {
		p.in.WriteString("hello\n")
		if got, err := p.out.ReadString('\n'); got != "hello\n" {
			t.Fatalf("it printed %q (%v)", got, err)
		}
	}
	p.until("both wait", func() bool {
		w := p.worker()
		return p.world.Bases[0].Phase == world.Waiting && w.Live.Bases[0].Phase == world.Waiting && w.Live.Bases[0].Turns >= lines
	})
	worker := p.worker().Live
	f := worker.FDByNumber(worker.FDs[0].Number)
	for _, o := range worker.FDs {
		if len(o.Watches) > 0 {
			f = o
		}
	}
	if f.BytesIn != lines*6 || f.Handled != lines || len(worker.Bases) != 1 || worker.Bases[0].Backend != "epoll" {
		t.Errorf("the worker's fd is %+v, its loops %+v; want %d bytes read, %d times, by one loop on epoll", f, worker.Bases, lines*6, lines)
	}
	if f := p.world.FDByNumber(0); f.BytesIn != lines*6 || len(p.world.Bases) != 1 || p.world.Bases[0].Backend != "poll" {
		t.Errorf("the program's fd 0 is %+v, its loops %+v; want %d bytes read, by one loop on poll", f, p.world.Bases, lines*6)
	}
	if n := len(p.world.Threads); n != 1 {
		t.Errorf("the program has %d threads, want one: the worker's is its own", n)
	}
	p.gate.Close()
	p.in.WriteString("last\n")
	p.until("both are held", func() bool { return p.world.Held == 1 && p.worker().Live.Held == 1 })
	p.gate.Release()
	p.in.Close()
	if exit := p.wait(); exit.Code != 7 {
		t.Errorf("it ended with %+v, want the worker's status 7", exit)
	}
	if one := p.worker().Live.Process(); one.Ended == 0 || p.reader.Lost() > 0 {
		t.Errorf("the worker is %+v, %d records are lost; want that it has ended, and none", one, p.reader.Lost())
	}
}

// TestAShellsChildrenAreShown: each under the name of the program that it executes, and none of
// their files for another's.
func TestAShellsChildrenAreShown(t *testing.T) {
	p := launch(t, Options{Args: []string{"/bin/sh", "-c", "cat | /usr/bin/env cat; exit 3"}})
	p.in.WriteString("hello\n")
	if got, err := p.out.ReadString('\n'); got != "hello\n" {
		t.Fatalf("it printed %q (%v)", got, err)
	}
	p.in.Close()
	if exit := p.wait(); exit.Code != 3 {
		t.Errorf("it ended with %+v, want status 3", exit)
	}
	run, reads := p.run, 0
	for _, one := range run.Live.Processes[1:] {
		if one.Name != "cat" || one.Ended == 0 {
			t.Errorf("a child is %+v; want cat, ended", one)
		}
		if f := run.OfProcess(one.ID).Live.FDOnce(0); f != nil && f.BytesIn == 6 {
			reads++
		}
	}
	if len(run.Live.Processes) != 3 || reads != 2 {
		t.Errorf("the processes are %+v, of which %d have read the line; want sh and two cats, and both", run.Live.Processes, reads)
	}
	if f := run.Live.FDOnce(0); f.Reads != 0 {
		t.Errorf("the shell has read its input %d times, want never", f.Reads)
	}
}

// TestAttachFindsTheWorkers: they are restored as the program is, and let go as it is.
func TestAttachFindsTheWorkers(t *testing.T) {
	program := startWaiting(t, compile(t, "worker.c"), opPoll)
	program.echoes(t, "bare\n")
	for range 2 {
		p := attach(t, program.cmd.Process.Pid)
		p.until("the worker's loop and its set are known", func() bool {
			w := p.worker()
			return w != nil && len(w.Live.Bases) == 1 && w.Live.Bases[0].Phase == world.Waiting && w.Live.Bases[0].Watched == 1
		})
		program.echoes(t, "attached\n")
		p.until("the worker's read is seen", func() bool { return p.worker().Live.Bases[0].Handled == 1 })
		p.letsGo(program)
		for _, one := range p.worker().Live.Processes {
			status, _ := os.ReadFile("/proc/" + strconv.Itoa(int(one.ID)) + "/status")
			if !strings.Contains(string(status), "TracerPid:\t0\n") {
				t.Errorf("process %d is traced still", one.ID)
			}
		}
	}
}

// TestTooManyProcessesAreTold, and not followed: the program runs on.
func TestTooManyProcessesAreTold(t *testing.T) {
	script := "for i in $(seq 40); do cat <&3 & done 3<&0; wait"
	p := launch(t, Options{Args: []string{"/bin/sh", "-c", script}})
	p.until("one is told to be too many", func() bool {
		for i := range p.records {
			if r := &p.records[i]; r.Kind == trace.Note && strings.Contains(p.reader.String(r.Str), "is not shown") {
				return true
			}
		}
		return false
	})
	p.in.Close()
	p.wait()
}
