//go:build linux

// The echo server on gnet, with one event loop.
package main

import (
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/panjf2000/gnet/v2"

	"fdlab/lab/event/peers/child"
)

type server struct {
	gnet.BuiltinEventEngine
	port int
}

func (s *server) OnBoot(gnet.Engine) gnet.Action {
	child.Listening(s.port)
	return gnet.None
}

func (*server) OnTraffic(c gnet.Conn) gnet.Action {
	data, _ := c.Next(-1)
	c.Write(data)
	return gnet.None
}

// silent keeps gnet from logging to standard output, where the harness listens.
type silent struct{}

func (silent) Debugf(string, ...any)             {}
func (silent) Infof(string, ...any)              {}
func (silent) Warnf(string, ...any)              {}
func (silent) Errorf(format string, args ...any) { child.Die(format, args...) }
func (silent) Fatalf(format string, args ...any) { child.Die(format, args...) }

func main() {
	go func() {
		os.Stdin.Read(make([]byte, 1))
		syscall.Exit(0)
	}()
	// gnet does not say which port it got, so it must be told a free one.
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	child.Must(err)
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	child.Must(gnet.Run(&server{port: port}, "tcp4://127.0.0.1:"+strconv.Itoa(port),
		gnet.WithLogger(silent{}), gnet.WithNumEventLoop(1), gnet.WithLockOSThread(true),
		gnet.WithTCPNoDelay(gnet.TCPNoDelay), gnet.WithTCPKeepAlive(time.Duration(0))))
}
