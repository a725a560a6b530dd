package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"fdlab/lab/course"
	"fdlab/lab/trace"
	"fdlab/tui/app"
	"fdlab/tui/class/audience"
	"fdlab/tui/player"
)

// lookers is the variable that makes this program sixty browsers, at a link: in a process of
// their own, for what is measured is the class.
const lookers = "FDLAB_CLASS_LINK"

const viewers = 60

func TestMain(m *testing.M) {
	if link := os.Getenv(lookers); link != "" {
		lookOn(link)
		return
	}
	os.Exit(m.Run())
}

// lookOn reads so many streams until its standard input ends.
func lookOn(link string) {
	for range viewers {
		page, err := http.Get(link)
		if err != nil {
			fmt.Println(err)
			return
		}
		page.Body.Close()
		req, _ := http.NewRequest(http.MethodGet, link+"events", nil)
		req.AddCookie(page.Cookies()[0])
		stream, err := http.DefaultClient.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		go io.Copy(io.Discard, stream.Body)
	}
	fmt.Println("all are there")
	io.Copy(io.Discard, os.Stdin)
}

// BenchmarkSixtyViewers is a thirtieth of a second of a class: so many records as a lesson makes,
// and a clock that goes on. core-% is the processor time of the class, in percent of one core, MiB
// what it takes more than without viewers.
//
//	go test ./tui/class -run - -bench Viewers -benchtime 300x
func BenchmarkSixtyViewers(b *testing.B) {
	for _, rate := range []int{100, mostSent} {
		b.Run(fmt.Sprintf("%d-records", rate), func(b *testing.B) { teachSixty(b, rate) })
	}
}

func teachSixty(b *testing.B, rate int) {
	l, err := audience.Listen("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	room := audience.NewRoom()
	server := audience.Serve(l, room, audience.Page{})
	defer server.Close()
	c := course.Read(root)
	f := newFeed(room, c, false)
	rec, err := trace.ReadFile(filepath.Join(root, "lessons", "02-ev-persist", trace.Shipped))
	if err != nil {
		b.Fatal(err)
	}
	f.Began(&app.Onstage{Header: rec.Header, Number: 1, Lesson: c.Lesson("02"), Live: true})
	before := memory()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), lookers+"="+server.Links[0])
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		in.Close()
		cmd.Wait()
	}()
	if said, err := bufio.NewReader(out).ReadString('\n'); said != "all are there\n" || room.Present() != viewers {
		b.Fatalf("%d are there: %s %v", room.Present(), said, err)
	}
	batch := make([]trace.Record, rate)
	seq, now := uint64(0), int64(0)
	tick := time.NewTicker(between)
	defer tick.Stop()
	used, began := processor(), time.Now()
	b.ResetTimer()
	for range b.N {
		<-tick.C
		now += int64(between)
		for i := range batch {
			batch[i] = rec.Records[int(seq)%len(rec.Records)]
			seq++
			batch[i].Seq, batch[i].Time = seq, now
		}
		f.Recorded(app.Batch{Records: batch, Strings: rec, Now: now})
		f.Shown(app.Place{Screen: "stage", Lesson: "02-ev-persist", Run: 1, At: now, State: player.Live})
		f.step()
	}
	b.StopTimer()
	b.ReportMetric(100*(processor()-used).Seconds()/time.Since(began).Seconds(), "core-%")
	b.ReportMetric(float64(memory()-before)/(1<<20), "MiB")
}

// processor is the processor time of this process so far.
func processor() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// memory is what the heap and the stacks take.
func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
