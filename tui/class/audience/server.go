package audience

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How long things may take, and how much of them there may be. The clock of a request
// begins with its connection, so that nobody holds one by saying nothing.
const (
	toAsk     = 5 * time.Second  // a request's header
	toTake    = 10 * time.Second // what is sent: who takes longer is let go, and may come again
	heartbeat = 15 * time.Second // a stream in which nothing is said
	mostHead  = 8 << 10
	mostBody  = 128
)

// Page is what the browsers get: the page, the policy that it needs, and the program that
// draws the stage, compressed with gzip.
type Page struct {
	HTML    []byte
	Policy  string // Content-Security-Policy
	Program []byte
}

// Server is a room that can be entered by its link.
type Server struct {
	Links []string // the first is the one to tell; all have the token
	Local bool     // it can be reached from this machine alone

	room  *Room
	page  Page
	token string
	hosts map[string]bool
	rate  rate
	http  *http.Server
	gate  *gate
	take  time.Duration // toTake
}

// Serve lets people enter a room through a listener, which is the server's from then on.
func Serve(l net.Listener, room *Room, page Page) *Server { return serve(l, room, page, toTake) }

func serve(l net.Listener, room *Room, page Page, take time.Duration) *Server {
	s := &Server{room: room, page: page, token: secret(), hosts: map[string]bool{}, gate: &gate{Listener: l, from: map[netip.Addr]int{}}, take: take}
	s.Local = true
	for _, at := range reached(l) {
		s.hosts[at.String()] = true
		s.Links = append(s.Links, "http://"+at.String()+"/"+s.token+"/")
		if s.Local = s.Local && at.Addr().IsLoopback(); at.Addr().IsLoopback() {
			s.hosts["localhost:"+strconv.Itoa(int(at.Port()))] = true
		}
	}
	s.http = &http.Server{
		Handler: s, ReadHeaderTimeout: toAsk, ReadTimeout: 2 * toAsk, IdleTimeout: time.Minute, MaxHeaderBytes: mostHead,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connection{}, c) },
		ErrorLog:    stdlog.New(io.Discard, "", 0), // the terminal is the instrument's
	}
	go s.http.Serve(s.gate)
	return s
}

// Close ends all connections.
func (s *Server) Close() error { return s.http.Close() }

// secret is 128 bits that nobody guesses.
func secret() string {
	var b [16]byte
	rand.Read(b[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// ServeHTTP checks each request: whether it is meant for this server and does not come from a
// page of another site, whether it has the token, and whether there are not too many.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", s.page.Policy+"; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if !s.hosts[req.Host] {
		http.Error(w, "This name is not the class's.", http.StatusMisdirectedRequest)
		return
	}
	from, _ := netip.ParseAddrPort(req.RemoteAddr)
	if !s.rate.allows(from.Addr().Unmap(), time.Now()) {
		http.Error(w, "Too many requests. Wait some seconds.", http.StatusTooManyRequests)
		return
	}
	token, what, slash := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	if subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) != 1 {
		http.NotFound(w, req)
		return
	}
	if what != "" && foreign(req) || req.Method == http.MethodPost && req.Header.Get("Origin") == "" {
		http.Error(w, "Another site's page may not ask for this.", http.StatusForbidden)
		return
	}
	answer, method := map[string]http.HandlerFunc{"": s.getPage, "program": s.getProgram, "events": s.getEvents, "vote": s.postVote}[what], http.MethodGet
	if what == "vote" {
		method = http.MethodPost
	}
	switch {
	case answer == nil:
		http.NotFound(w, req)
	case !slash:
		http.Redirect(w, req, "/"+s.token+"/", http.StatusPermanentRedirect)
	case req.Method != method:
		h.Set("Allow", method)
		http.Error(w, "This is not how it is asked for.", http.StatusMethodNotAllowed)
	default:
		answer(w, req)
	}
}

// foreign reports whether a request comes from a page that is not ours.
func foreign(req *http.Request) bool {
	origin, site := req.Header.Get("Origin"), req.Header.Get("Sec-Fetch-Site")
	return origin != "" && origin != "http://"+req.Host || site != "" && site != "same-origin" && site != "none"
}

// cookie holds the id of a viewer. It says nothing of who that is.
const cookie = "fdlab-viewer"

// viewer is the id that a request has, or "".
func viewer(req *http.Request) string {
	c, err := req.Cookie(cookie)
	if err != nil {
		return ""
	}
	if b, err := base64.RawURLEncoding.DecodeString(c.Value); err != nil || len(b) != 16 {
		return ""
	}
	return c.Value
}

func (s *Server) getPage(w http.ResponseWriter, req *http.Request) {
	if viewer(req) == "" {
		// Lax: a link in a chat leads to the same viewer.
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: secret(), Path: "/" + s.token + "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	s.send(w, "text/html; charset=utf-8", s.page.HTML)
}

func (s *Server) getProgram(w http.ResponseWriter, _ *http.Request) {
	s.send(w, "application/octet-stream", s.page.Program)
}

// send sends what does not change. A large one may take some time on a weak network.
func (s *Server) send(w http.ResponseWriter, kind string, data []byte) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(6 * s.take))
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Write(data)
}

// getEvents sends what is shown, as it comes, for as long as the viewer stays.
func (s *Server) getEvents(w http.ResponseWriter, req *http.Request) {
	address, _, _ := net.SplitHostPort(req.RemoteAddr)
	st, ok := s.room.enter(viewer(req), address, req.Header.Get("Last-Event-ID"))
	if !ok {
		http.Error(w, "The class is full.", http.StatusServiceUnavailable)
		return
	}
	defer s.room.leave(st)
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Time{}) // nothing more is asked
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Transfer-Encoding", "identity") // no chunks: what is sent is what is written
	st.try = atOnce(req)
	beat := time.NewTimer(heartbeat)
	defer beat.Stop()
	for out := []byte("retry: 1000\n\n"); ; {
		if out = s.room.next(st, out); len(out) > 0 {
			control.SetWriteDeadline(time.Now().Add(s.take))
			if _, err := w.Write(out); err != nil || control.Flush() != nil {
				return
			}
			control.SetWriteDeadline(time.Time{})
			if out = out[:0]; cap(out) > mostAtOnce {
				out = nil
			}
			continue
		}
		select {
		case <-st.woken:
		case <-beat.C:
			beat.Reset(heartbeat)
			if s.room.rouse(st) {
				out = append(out, ":\n\n"...)
			} else {
				<-st.woken
			}
		case <-req.Context().Done():
			return
		}
	}
}

// connection is the key of a request's connection in its context.
type connection struct{}

// atOnce returns what sends to a request's connection without waiting for it. It passes by net/http:
// whoever calls it must know that nothing of that lies in a buffer, and that nobody else sends.
func atOnce(req *http.Request) func([]byte) int {
	none := func([]byte) int { return 0 }
	c, ok := req.Context().Value(connection{}).(*counted)
	if !ok {
		return none
	}
	tcp, ok := c.Conn.(syscall.Conn)
	if !ok {
		return none
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return none
	}
	return func(b []byte) (n int) {
		raw.Write(func(fd uintptr) bool {
			n, err = syscall.Write(int(fd), b)
			return true // do not wait
		})
		if err != nil { // it is full, or gone: whoever waits for it sees which
			return 0
		}
		return n
	}
}

// postVote takes a choice: "02-ev-persist b".
func (s *Server) postVote(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, mostBody))
	if err != nil {
		http.Error(w, "A vote is a lesson and a letter.", http.StatusRequestEntityTooLarge)
		return
	}
	lesson, letter, _ := strings.Cut(string(body), " ")
	if !s.room.vote(viewer(req), lesson, letter) {
		http.Error(w, "There is no such choice now, or this page is not open.", http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
