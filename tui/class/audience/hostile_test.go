package audience

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// patience is for a loaded machine.
const patience = time.Minute

func opened(t *testing.T) (*Room, *Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	room := NewRoom()
	s := Serve(l, room, Page{HTML: []byte("the page"), Policy: "default-src 'none'", Program: []byte("the program")})
	t.Cleanup(func() { s.Close() })
	room.Lesson("02-x", []string{"a", "b"}, []byte(`{"Slug":"02-x"}`))
	return room, s
}

// asked is one request of somebody.
type asked struct {
	method, path string // below the link, if it does not begin with a slash
	host         string // another one than the server's
	header       map[string]string
	body         string
}

func (a asked) of(t *testing.T, s *Server) *http.Response {
	t.Helper()
	link := s.Links[0] + a.path
	if strings.HasPrefix(a.path, "/") {
		link = origin(s) + a.path
	}
	req, err := http.NewRequest(a.method, link, strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if a.host != "" {
		req.Host = a.host
	}
	for key, value := range a.header {
		req.Header.Set(key, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	answer, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// origin is what a browser calls the server.
func origin(s *Server) string { return strings.TrimSuffix(s.Links[0], "/"+s.token+"/") }

// viewerOf gets the page as a browser does, and returns the cookie.
func viewerOf(t *testing.T, s *Server) string {
	t.Helper()
	page := asked{method: "GET"}.of(t, s)
	if page.StatusCode != http.StatusOK || len(page.Cookies()) != 1 {
		t.Fatalf("the page: %s, cookies %v", page.Status, page.Cookies())
	}
	return page.Cookies()[0].Name + "=" + page.Cookies()[0].Value
}

// TestHostileViewers: whoever is not led here by the link, or is led by somebody else's page, gets
// nothing; and nobody can do more than look and vote.
func TestHostileViewers(t *testing.T) {
	room, s := opened(t)
	own, secret := origin(s), "/"+s.token+"/"
	cookie := viewerOf(t, s)
	st, _ := room.enter(strings.TrimPrefix(cookie, "fdlab-viewer="), "127.0.0.1", "")
	defer room.leave(st)
	from := func(origin string) map[string]string { return map[string]string{"Origin": origin, "Cookie": cookie} }
	for name, c := range map[string]struct {
		asked
		status int
	}{
		"the page":                           {asked{method: "GET"}, 200},
		"the page, from a link in a chat":    {asked{method: "GET", header: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 200},
		"the program":                        {asked{method: "GET", path: "program"}, 200},
		"a link without its last slash":      {asked{method: "GET", path: "/" + s.token}, 308},
		"no token":                           {asked{method: "GET", path: "/"}, 404},
		"no token, the program":              {asked{method: "GET", path: "/program"}, 404},
		"another token":                      {asked{method: "GET", path: "/" + strings.Repeat("A", len(s.token)) + "/"}, 404},
		"a part of the token":                {asked{method: "GET", path: secret[:10] + "/"}, 404},
		"the token, in other letters":        {asked{method: "GET", path: strings.ToLower(secret) + "x/"}, 404},
		"a path that leads out":              {asked{method: "GET", path: secret + "../../etc/passwd"}, 404},
		"something else":                     {asked{method: "GET", path: "admin"}, 404},
		"a name that leads here (rebinding)": {asked{method: "GET", host: "evil.example:" + own[strings.LastIndex(own, ":")+1:]}, 421},
		"another port's name":                {asked{method: "GET", host: "127.0.0.1:1"}, 421},
		"no port":                            {asked{method: "GET", host: "127.0.0.1"}, 421},
		"another site's page fetches":        {asked{method: "GET", path: "events", header: from("http://evil.example")}, 403},
		"a page without an origin fetches":   {asked{method: "GET", path: "events", header: from("null")}, 403},
		"another port's page fetches":        {asked{method: "GET", path: "program", header: from("http://127.0.0.1:1")}, 403},
		"another site's script tag":          {asked{method: "GET", path: "program", header: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403},
		"another site's form votes":          {asked{method: "POST", path: "vote", body: "02-x a", header: from("http://evil.example")}, 403},
		"a vote of nobody's page":            {asked{method: "POST", path: "vote", body: "02-x a"}, 403},
		"a vote without a cookie":            {asked{method: "POST", path: "vote", body: "02-x a", header: map[string]string{"Origin": own}}, 409},
		"a vote of one who is not there":     {asked{method: "POST", path: "vote", body: "02-x a", header: map[string]string{"Origin": own, "Cookie": "fdlab-viewer=AAAAAAAAAAAAAAAAAAAAAA"}}, 409},
		"a vote with a made-up cookie":       {asked{method: "POST", path: "vote", body: "02-x a", header: map[string]string{"Origin": own, "Cookie": "fdlab-viewer=<script>"}}, 409},
		"no letter of the question":          {asked{method: "POST", path: "vote", body: "02-x z", header: from(own)}, 409},
		"another lesson":                     {asked{method: "POST", path: "vote", body: "03-y a", header: from(own)}, 409},
		"nothing":                            {asked{method: "POST", path: "vote", header: from(own)}, 409},
		"a huge body":                        {asked{method: "POST", path: "vote", body: strings.Repeat("a", 1<<20), header: from(own)}, 413},
		"a huge header":                      {asked{method: "GET", header: map[string]string{"X": strings.Repeat("a", 64<<10)}}, 431},
		"a page is written":                  {asked{method: "PUT"}, 405},
		"a vote is read":                     {asked{method: "GET", path: "vote"}, 405},
		"a vote":                             {asked{method: "POST", path: "vote", body: "02-x b", header: from(own)}, 204},
	} {
		answer := c.of(t, s)
		if answer.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, answer.Status, c.status)
		}
		for key, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := answer.Header.Get(key); got != want && answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("%s: %s is %q, want %q", name, key, got, want)
			}
		}
		if answer.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other sites may read the answer", name)
		}
	}
	if v := room.Votes("02-x"); v.Given() != 1 || v.By["b"] != 1 {
		t.Errorf("the votes are %+v", v)
	}
}

// listener is somebody who hears the events.
type listener struct {
	t     *testing.T
	body  io.ReadCloser
	lines *bufio.Scanner
	id    string // of the latest piece
}

func listen(t *testing.T, s *Server, cookie, last string) *listener {
	t.Helper()
	a := asked{method: "GET", path: "events", header: map[string]string{"Cookie": cookie}}
	if last != "" {
		a.header["Last-Event-ID"] = last
	}
	answer := a.of(t, s)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the events: %s", answer.Status)
	}
	l := &listener{t: t, body: answer.Body, lines: bufio.NewScanner(answer.Body)}
	l.lines.Buffer(nil, 1<<24)
	return l
}

// next returns the next event.
func (l *listener) next() (name, data string) {
	l.t.Helper()
	for l.lines.Scan() {
		line := l.lines.Text()
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			l.id = id
		}
		if event, ok := strings.CutPrefix(line, "event: "); ok {
			name = event
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return name, data
		}
	}
	l.t.Fatalf("the stream has ended: %v", l.lines.Err())
	return "", ""
}

// hears returns the names of the next n events.
func (l *listener) hears(n int) string {
	l.t.Helper()
	var names []string
	for range n {
		name, _ := l.next()
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: never", what)
		}
	}
}

// TestAViewerComesBack: with what it had, it gets what it lacks; with the number of another run, or
// of nothing, the whole run.
func TestAViewerComesBack(t *testing.T) {
	room, s := opened(t)
	room.Run([]byte(`{"Number":1}`))
	for n := range 3 {
		room.Records(10, fmt.Appendf(nil, `{"Now":%d}`, n), []byte("lines\n"))
	}
	room.Place([]byte(`{"At":1}`))
	room.Flush()
	first := listen(t, s, viewerOf(t, s), "")
	if got := first.hears(6); got != "lesson run records records records place" {
		t.Fatalf("at first: %s", got)
	}
	first.body.Close() // its network has vanished
	wait(t, "it is gone", func() bool { return room.Present() == 0 })
	room.Records(10, []byte(`{"Now":3}`), []byte("lines\n"))
	room.Flush()
	again := listen(t, s, viewerOf(t, s), first.id)
	if got := again.hears(3); got != "lesson records place" {
		t.Errorf("when it comes back: %s", got)
	}
	for _, last := range []string{"7.1", "1.99", "1.-1", "1.x", "<script>"} {
		if got := listen(t, s, viewerOf(t, s), last).hears(2); got != "lesson run" {
			t.Errorf("with %q: %s", last, got)
		}
	}
	room.Run([]byte(`{"Number":2}`))
	room.Flush()
	if name, data := again.next(); name != "run" || data != `{"Number":2}` {
		t.Errorf("another run: %s %s", name, data)
	}
}

// TestWhoKeepsUpIsSentToAtOnce: no goroutine of theirs is woken for it, and they miss nothing.
func TestWhoKeepsUpIsSentToAtOnce(t *testing.T) {
	room, s := opened(t)
	l := listen(t, s, viewerOf(t, s), "")
	l.hears(1)
	idle := func() bool {
		room.sending.Lock()
		defer room.sending.Unlock()
		return len(room.idle) == 1
	}
	wait(t, "all is sent", idle)
	room.Run([]byte(`{}`))
	for n := range 100 {
		room.Records(1, fmt.Appendf(nil, `{"Now":%d}`, n), []byte("lines\n"))
		if room.Flush(); !idle() {
			t.Fatalf("after %d pieces a goroutine was woken", n)
		}
	}
	if got := l.hears(101); got != "run"+strings.Repeat(" records", 100) {
		t.Errorf("it hears %s", got)
	}
	l.body.Close()
	wait(t, "it is gone", func() bool { return room.Present() == 0 && !idle() })
}

// narrow is a listener whose connections hold little that was not read yet.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		c.(*net.TCPConn).SetWriteBuffer(64 << 10)
	}
	return c, err
}

// deaf is a viewer that opens the events, and reads them only when the test does.
func deaf(t *testing.T, take time.Duration) (*Room, *listener) {
	t.Helper()
	room, l := NewRoom(), narrow{}
	var err error
	if l.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s := serve(l, room, Page{}, take)
	t.Cleanup(func() { s.Close() })
	room.Run([]byte(`{}`))
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.(*net.TCPConn).SetReadBuffer(64 << 10)
	fmt.Fprintf(c, "GET /%s/events HTTP/1.1\r\nHost: %s\r\nCookie: fdlab-viewer=%s\r\n\r\n", s.token, l.Addr(), secret())
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the events: %v, %v", answer, err)
	}
	slow := &listener{t: t, body: answer.Body, lines: bufio.NewScanner(answer.Body)}
	if got := slow.hears(1); got != "run" {
		t.Fatalf("at first: %s", got)
	}
	return room, slow
}

// TestASlowViewerLosesRecords, and is told how many.
func TestASlowViewerLosesRecords(t *testing.T) {
	room, slow := deaf(t, time.Hour)
	const pieces, records = 2 * mostBehind, 7
	for range pieces { // it reads nothing of this while it comes
		room.Records(records, []byte(`{}`), []byte(random(8000)))
		room.Flush()
	}
	var lost, got uint64
	for got+lost < pieces*records {
		switch name, data := slow.next(); name {
		case "records":
			got += records
		case "lost":
			fmt.Sscan(data, &lost)
		}
	}
	if lost == 0 || got == 0 || got+lost != pieces*records {
		t.Errorf("%d records were read, %d lost, of %d", got, lost, pieces*records)
	}
}

// TestWhoNeverReadsIsLetGo.
func TestWhoNeverReadsIsLetGo(t *testing.T) {
	room, _ := deaf(t, 10*time.Millisecond)
	wait(t, "it is let go", func() bool {
		room.Records(1, []byte(`{}`), []byte(random(8000)))
		room.Flush()
		return room.Present() == 0
	})
}

// random is text that cannot be packed much.
func random(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(secret())
	}
	return b.String()
}

// TestALateViewerIsTold what of a long run is not kept any more.
func TestALateViewerIsTold(t *testing.T) {
	room, s := opened(t)
	room.Run([]byte(`{}`))
	n := 0
	for room.log.first == 0 {
		room.Records(5, []byte(`{}`), []byte(random(200_000)))
		n++
	}
	kept := n - room.log.first
	late := listen(t, s, viewerOf(t, s), "")
	if got := late.hears(2); got != "lesson run" {
		t.Fatalf("at first: %s", got)
	}
	if name, data := late.next(); name != "lost" || data != fmt.Sprint(5*room.log.first) {
		t.Errorf("then %s %s", name, data)
	}
	if got := late.hears(kept); got != strings.TrimSpace(strings.Repeat("records ", kept)) {
		t.Errorf("then %s", got)
	}
}

// TestAThousandConnections of somebody who says nothing: those that are too many are closed at
// once, the others soon. One who was there stays, and from another address others come in.
func TestAThousandConnections(t *testing.T) {
	room, s := opened(t)
	there := listen(t, s, viewerOf(t, s), "")
	there.hears(1)
	address := s.gate.Addr().String()
	var held []net.Conn
	defer func() {
		for _, c := range held {
			c.Close()
		}
	}()
	for range 1000 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	if other, err := dialer.Dial("tcp", address); err == nil { // not every system has this address
		defer other.Close()
		fmt.Fprintf(other, "GET /%s/ HTTP/1.1\r\nHost: %s\r\n\r\n", s.token, address)
		other.SetReadDeadline(time.Now().Add(patience))
		if answer, err := http.ReadResponse(bufio.NewReader(other), nil); err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("from another address: %v, %v", answer, err)
		}
	}
	room.Place([]byte(`{}`))
	room.Flush()
	if name, _ := there.next(); name != "place" {
		t.Errorf("who was there hears %s", name)
	}
	for n, c := range held {
		c.SetReadDeadline(time.Now().Add(patience))
		var timeout net.Error
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
			t.Fatalf("connection %d that says nothing ends with %v", n, err)
		}
	}
}

// TestTheGateLeavesRoom: one address cannot take all connections, and who goes makes room.
func TestTheGateLeavesRoom(t *testing.T) {
	g := &gate{from: map[netip.Addr]int{}}
	one := netip.MustParseAddr("192.0.2.1")
	enter := func(from netip.Addr) (n int) {
		for g.enter(from) {
			n++
		}
		return n
	}
	if n := enter(one); n != mostOpenFromOne {
		t.Errorf("one address has %d connections", n)
	}
	second := one.Next()
	if n := enter(second); n != mostOpenFromOne {
		t.Errorf("a second one has %d", n)
	}
	if n := enter(second.Next()) + enter(second.Next().Next()); n != mostOpen-2*mostOpenFromOne {
		t.Errorf("the others have %d", n)
	}
	g.leave(one)
	if n := enter(one); n != 1 {
		t.Errorf("who goes makes room for %d", n)
	}
}

// TestTheRateHasABound: many requests at once are a class that opens the page; more are refused,
// and not for ever.
func TestTheRateHasABound(t *testing.T) {
	var r rate
	_, s := opened(t)
	from := s.gate.Addr().(*net.TCPAddr).AddrPort().Addr()
	now := time.Now()
	for n := range atFirst {
		if !r.allows(from, now) {
			t.Fatalf("request %d is refused", n)
		}
	}
	if r.allows(from, now) {
		t.Error("there is no bound")
	}
	if !r.allows(from, now.Add(time.Second)) {
		t.Error("a second later it is refused")
	}
	if other := from.Next(); !r.allows(other, now) {
		t.Error("another address is refused")
	}
}

// TestTwoClasses have ports and tokens of their own, also where nobody has chosen a port.
func TestTwoClasses(t *testing.T) {
	var servers []*Server
	for range 2 {
		l, err := Listen("")
		if err != nil {
			t.Fatal(err)
		}
		s := Serve(l, NewRoom(), Page{})
		defer s.Close()
		if !s.Local || !strings.HasPrefix(s.Links[0], "http://127.0.0.1:") {
			t.Errorf("without a flag the link is %s, local: %v", s.Links[0], s.Local)
		}
		servers = append(servers, s)
	}
	if origin(servers[0]) == origin(servers[1]) || servers[0].token == servers[1].token {
		t.Errorf("the links are %v and %v", servers[0].Links, servers[1].Links)
	}
	answer := asked{method: "GET", path: "/" + servers[0].token + "/"}.of(t, servers[1])
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("the link of one opens the other: %s", answer.Status)
	}
}

// TestAddresses: an address that was named is taken as it is, and one that is not there is an error.
func TestAddresses(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Listen(l.Addr().String()); err == nil {
		t.Error("a port that is taken is another one")
	}
	if _, err := Listen("192.0.2.1:0"); err == nil { // of documentation: nobody has it
		t.Error("an address of nobody's is listened at")
	}
	all, err := Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	s := Serve(all, NewRoom(), Page{})
	defer s.Close()
	if n := len(s.Links); n == 0 || s.Local && !strings.Contains(s.Links[0], "127.0.0.1") && !strings.Contains(s.Links[0], "[::1]") {
		t.Errorf("the links are %v, local: %v", s.Links, s.Local)
	}
}
