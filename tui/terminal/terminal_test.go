package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
)

// shown tells the test binary to show a model, as the instrument does.
const shown = "TERMINAL_TEST_SHOW"

func TestMain(m *testing.M) {
	if os.Getenv(shown) == "" {
		os.Exit(m.Run())
	}
	err := Run(stuck{})
	fmt.Println(err)
	var ended *Ended
	if errors.As(err, &ended) {
		os.Exit(ended.Status())
	}
}

// stuck is a model that hangs at the first key.
type stuck struct{}

func (stuck) Init() tea.Cmd { return nil }
func (stuck) View() string  { return "ready" }
func (stuck) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tea.KeyMsg); ok {
		fmt.Fprint(os.Stdout, "hangs")
		select {}
	}
	return stuck{}, nil
}

// TestAStuckModelEndsAtASignal, with the terminal as it was.
func TestAStuckModelEndsAtASignal(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			master, slave, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer master.Close()
			defer slave.Close()
			before, err := term.GetState(slave.Fd())
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), shown+"=1", "TERM=xterm-256color")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill()
			said := listen(master)
			said.await(t, "ready")
			io.WriteString(master, "k")
			said.await(t, "hangs")
			cmd.Process.Signal(s)
			cmd.Wait()
			if status := cmd.ProcessState.ExitCode(); status != 128+int(s) {
				t.Errorf("%v", cmd.ProcessState)
			}
			if after, err := term.GetState(slave.Fd()); err != nil || *after != *before {
				t.Errorf("the terminal's settings are %+v, %v; they were %+v", after, err, before)
			}
			said.await(t, "\x1b[?1049l")
			said.await(t, "\x1b[?25h")
		})
	}
}

// words are what a program has written to its terminal.
type words struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func listen(master *os.File) *words {
	w := &words{}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			w.mu.Lock()
			w.all.Write(buf[:n])
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return w
}

func (w *words) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		w.mu.Lock()
		said := w.all.String()
		w.mu.Unlock()
		if bytes.Contains([]byte(said), []byte(text)) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it never wrote %q, but %q", text, said)
		}
	}
}
