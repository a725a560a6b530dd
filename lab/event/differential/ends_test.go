//go:build linux

package differential

import (
	"net"

	"golang.org/x/sys/unix"

	"fdlab/lab/event"
)

// Ends of file, hang-ups and errors on pipes, FIFOs and sockets; edges. The
// twins are in testdata/ends.c.
var ends = []func(){pipeEndOfFile, pipeEndOfFileAtOnce, pipeReaderGone, fullPipeReaderGone,
	fifoReadOnly, fifoReadWrite, socketHalfClosed, socketClosed, socketClosedTwoEvents,
	tcpClosed, tcpReset, tcpConnectRefused, tcpListener, regularFile, devNull,
	edgePartialDrain, edgeThreeArrivals, edgeFullDrain, edgeTwoEvents, edgeWriteAddedLater, edgeEndOfFile,
	edgeOneShot, edgeAndLevel}

// getTo3 reads on fd, and deletes its event after three calls: an end of file
// stays readable.
func getTo3(name string, fd int, what event.What) (e *event.Event, n *int) {
	n = new(int)
	e = base.NewEvent(fd, what, func(_ int, why event.What) {
		say("%s %s", name, words(why))
		if why&event.Read != 0 {
			get(fd, 60)
		}
		if *n++; *n == 3 {
			del(e)
		}
	}).Named(name)
	return e, n
}

const reading = event.Read | event.Persist

func pipeEndOfFile() {
	p := pipes()
	a, _ := getTo3("a", p[0], reading)
	add(a, -1)
	put(p[1], "x")
	unix.Close(p[1])
	loop(0)
}

func pipeEndOfFileAtOnce() {
	p := pipes()
	unix.Close(p[1])
	a, _ := getTo3("a", p[0], reading)
	add(a, -1)
	loop(0)
}

func putTo2(fd int) *event.Event {
	n := 0
	var a *event.Event
	a = watch("a", fd, event.Write|event.Persist, func() {
		put(fd, "x")
		if n++; n == 2 {
			del(a)
		}
	})
	return a
}

func pipeReaderGone() {
	p := pipes()
	unix.Close(p[0])
	add(putTo2(p[1]), -1)
	loop(0)
}

func fullPipeReaderGone() {
	p := pipes()
	for block := make([]byte, 4096); ; {
		if _, err := unix.Write(p[1], block); err != nil {
			break
		}
	}
	add(putTo2(p[1]), -1)
	loop(event.NonBlock)
	unix.Close(p[0])
	loop(0)
}

func fifo(flags int) int {
	must(unix.Mkfifo("fifo", 0o600))
	fd, err := unix.Open("fifo", flags|unix.O_NONBLOCK, 0)
	must(err)
	return fd
}

func writer() int {
	fd, err := unix.Open("fifo", unix.O_WRONLY|unix.O_NONBLOCK, 0)
	must(err)
	return fd
}

// Opened for reading alone, a FIFO is at its end whenever no writer is left.
func fifoReadOnly() {
	fd := fifo(unix.O_RDONLY)
	a, n := getTo3("a", fd, reading)
	add(a, -1)
	loop(event.NonBlock) // no writer yet, and so no end
	w := writer()
	loop(event.NonBlock)
	put(w, "x")
	unix.Close(w)
	loop(0)
	*n = 2
	add(a, -1)
	loop(event.NonBlock) // still
	add(a, -1)
	writer() // a new one ends the end
	loop(event.NonBlock)
}

// Opened for both, the FIFO has a writer always: this one.
func fifoReadWrite() {
	fd := fifo(unix.O_RDWR)
	add(watch("a", fd, reading, func() { get(fd, 60) }), -1)
	w := writer()
	put(w, "x")
	unix.Close(w)
	loop(event.NonBlock)
	w = writer()
	put(w, "y")
	loop(event.NonBlock)
	unix.Close(w)
	loop(event.NonBlock)
}

func socketHalfClosed() {
	p := pair()
	put(p[1], "x")
	must(unix.Shutdown(p[1], unix.SHUT_WR))
	a, _ := getTo3("a", p[0], reading)
	add(a, -1)
	loop(0)
	add(watch("a", p[0], reading|event.Write, nil), -1)
	loop(event.Once) // it can be written still
}

func socketClosed() {
	p := pair()
	put(p[1], "x")
	unix.Close(p[1])
	a, _ := getTo3("a", p[0], reading|event.Write)
	add(a, -1)
	loop(0)
	add(watch("w", p[0], event.Write, nil), -1)
	loop(0)
}

func socketClosedTwoEvents() {
	p := pair()
	unix.Close(p[1])
	add(watch("r", p[0], event.Read, nil), -1)
	add(watch("w", p[0], event.Write, nil), -1)
	loop(0)
}

func tcpClosed() {
	p, _ := tcp()
	put(p[1], "x")
	unix.Close(p[1])
	a, _ := getTo3("a", p[0], reading)
	add(a, -1)
	loop(0)
}

func tcpReset() {
	p, _ := tcp()
	must(unix.SetsockoptLinger(p[1], unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}))
	unix.Close(p[1])
	a, _ := getTo3("a", p[0], reading|event.Write)
	add(a, -1)
	loop(0)
}

func sayError(fd int) {
	number, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	must(err)
	if number == 0 {
		say("error none")
		return
	}
	say("error %s", unix.ErrnoName(unix.Errno(number)))
}

func dial(port int) int {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	must(err)
	unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte(net.IPv4(127, 0, 0, 1).To4())})
	return fd
}

func tcpConnectRefused() {
	_, port := tcp() // nobody listens there any more
	fd := dial(port)
	add(watch("a", fd, event.Read|event.Write, func() { sayError(fd) }), -1)
	loop(0)
}

func tcpListener() {
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	must(err)
	must(unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte(net.IPv4(127, 0, 0, 1).To4())}))
	must(unix.Listen(listener, 8))
	at, err := unix.Getsockname(listener)
	must(err)
	port, n := at.(*unix.SockaddrInet4).Port, 0
	var a *event.Event
	a = watch("a", listener, reading, func() {
		conn, _, err := unix.Accept(listener)
		must(err)
		unix.Close(conn)
		if n++; n == 2 {
			del(a)
		}
	})
	add(a, -1)
	loop(event.NonBlock)
	fd := dial(port)
	b := watch("b", fd, event.Write, func() { sayError(fd) })
	add(b, -1)
	dial(port)
	del(b)
	loop(0) // two wait in the backlog: readable until both are accepted
}

func regularFile() {
	fd, err := unix.Open("file", unix.O_RDWR|unix.O_CREAT, 0o600)
	must(err)
	a, _ := getTo3("a", fd, reading)
	add(a, -1)
	loop(0)
}

func devNull() {
	fd, err := unix.Open("/dev/null", unix.O_RDWR, 0)
	must(err)
	a, _ := getTo3("a", fd, reading)
	add(a, -1)
	loop(0)
}

// Edges. poll and select do not know them, and tell of the state.

const (
	edge = reading | event.EdgeTriggered
	look = event.Once | event.NonBlock
)

func edgePartialDrain() {
	p := pair()
	a := watch("a", p[0], edge, func() { get(p[0], 1) })
	add(a, -1)
	put(p[1], "xyz")
	loop(look)
	loop(look) // two are left, and no news
	put(p[1], "w")
	loop(look)
	del(a)
	add(a, -1) // a new entry begins with the state
	loop(look)
}

// However many arrivals there were since the last look: one report.
func edgeThreeArrivals() {
	p := pair()
	add(watch("a", p[0], edge, nil), -1)
	put(p[1], "x")
	put(p[1], "y")
	put(p[1], "z")
	loop(look)
	loop(look) // all are left, and no news
	put(p[1], "w")
	loop(look)
}

func edgeFullDrain() {
	p := pair()
	add(watch("a", p[0], edge, func() { get(p[0], 60) }), -1)
	put(p[1], "xyz")
	loop(event.NonBlock)
	put(p[1], "w")
	loop(event.NonBlock)
	loop(event.NonBlock)
}

func edgeTwoEvents() {
	p := pair()
	put(p[1], "x")
	a := watch("a", p[0], edge, nil)
	b := watch("b", p[0], edge, nil)
	add(a, -1)
	loop(look)
	loop(look)
	add(b, -1) // the fd is watched for that already
	loop(look)
	add(a, -1)
	loop(look)
	del(a)
	loop(look)
}

func edgeWriteAddedLater() {
	p := pair()
	put(p[1], "x")
	add(watch("a", p[0], edge, nil), -1)
	loop(look)
	b := watch("b", p[0], event.Write|event.Persist|event.EdgeTriggered, nil)
	add(b, -1)
	loop(look) // the new entry tells of both
	loop(look)
	del(b)
	loop(look)
}

func edgeEndOfFile() {
	p := pair()
	add(watch("a", p[0], edge, func() { get(p[0], 60) }), -1)
	unix.Close(p[1])
	loop(look)
	loop(look)
}

// Each add of a one-shot is a new entry: the edge does not matter.
func edgeOneShot() {
	p, n := pair(), 0
	put(p[1], "xyz")
	var a *event.Event
	a = watch("a", p[0], event.Read|event.EdgeTriggered, func() {
		get(p[0], 1)
		if n++; n < 3 {
			add(a, -1)
		}
	})
	add(a, -1)
	loop(0)
}

// One fd, level and edge: libevent mixes them up in silence.
func edgeAndLevel() {
	p := pair()
	add(watch("a", p[0], reading, nil), -1)
	add(watch("b", p[0], edge, nil), -1)
	put(p[1], "x")
	loop(look)
	loop(look)
}
