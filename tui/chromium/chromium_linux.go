// Package chromium drives a headless Chromium, for tests of pages alone.
package chromium

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"fdlab/lab/skip"
)

// patience is how long the browser may take for anything. Only a browser that is stuck
// takes so long.
const patience = 2 * time.Minute

// Browser is a headless Chromium with one page, driven through its DevTools pipe: commands
// on its fd 3, answers and events on its fd 4, JSON parted by zero bytes.
type Browser struct {
	T *testing.T // whose failure it is

	Asked  []string // the addresses that the page has asked for
	Faults []string // exceptions, and what the page's policy has forbidden

	in      *os.File
	said    chan []byte
	session string // the page
	last    int
}

// Start starts a browser with a window of w by h pixels. It ends with the test.
func Start(t *testing.T, w, h int) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		skip.Missing(t, "no chromium: apt-get install chromium")
	}
	toIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, fromOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// --no-sandbox: it opens a page of ours alone, and root may not have a sandbox.
	args := []string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-extensions", "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
		fmt.Sprintf("--window-size=%d,%d", w, h), "--user-data-dir=" + t.TempDir(), "about:blank"}
	cmd := exec.Command(path, args...)
	cmd.ExtraFiles = []*os.File{toIn, fromOut}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var words bytes.Buffer
	cmd.Stderr = &words
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	toIn.Close()
	fromOut.Close()
	b := &Browser{T: t, in: in, said: make(chan []byte, 1<<10)}
	t.Cleanup(func() {
		in.Close()
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its children, too
		cmd.Wait()
		out.Close()
		if t.Failed() && words.Len() > 0 {
			t.Logf("chromium said:\n%.2000s", words.String())
		}
	})
	go func() {
		defer close(b.said)
		r := bufio.NewReader(out)
		for {
			m, err := r.ReadBytes(0)
			if err != nil {
				return
			}
			b.said <- m[:len(m)-1]
		}
	}()
	var target struct{ TargetID string }
	b.Call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.Call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Network", "Log"} {
		b.Call(domain+".enable", nil, nil)
	}
	b.Size(w, h)
	return b
}

// OpenFile opens a file as a double click does.
func (b *Browser) OpenFile(file string) { b.Open((&url.URL{Scheme: "file", Path: file}).String()) }

// Open opens an address.
func (b *Browser) Open(address string) {
	b.Asked, b.Faults = nil, nil
	b.Call("Page.navigate", map[string]any{"url": address}, nil)
}

// Ground says whether the reader prefers dark pages.
func (b *Browser) Ground(dark bool) {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.Call("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Size makes the window so large, in pixels.
func (b *Browser) Size(w, h int) {
	b.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": w, "height": h, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// Call gives a command, and waits for its answer. What happens meanwhile is noted.
func (b *Browser) Call(method string, params, result any) {
	b.T.Helper()
	b.last++
	m := map[string]any{"id": b.last, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	text, err := json.Marshal(m)
	if err != nil {
		b.T.Fatal(err)
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		b.T.Fatalf("%s: %v", method, err)
	}
	deadline := time.After(patience)
	for {
		select {
		case text, ok := <-b.said:
			if !ok {
				b.T.Fatalf("%s: the browser is gone", method)
			}
			var answer struct {
				ID     int
				Result json.RawMessage
				Error  *struct{ Message string }
				Method string
				Params json.RawMessage
			}
			if err := json.Unmarshal(text, &answer); err != nil {
				b.T.Fatal(err)
			}
			b.note(answer.Method, answer.Params)
			if answer.ID != b.last {
				continue
			}
			if answer.Error != nil {
				b.T.Fatalf("%s: %s", method, answer.Error.Message)
			}
			if result != nil {
				if err := json.Unmarshal(answer.Result, result); err != nil {
					b.T.Fatal(err)
				}
			}
			return
		case <-deadline:
			b.T.Fatalf("%s: no answer", method)
		}
	}
}

// note keeps what the page has asked for, and what went wrong in it.
func (b *Browser) note(method string, params json.RawMessage) {
	var p struct {
		Request          struct{ URL string }
		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
		Entry struct{ Level, Text string }
	}
	json.Unmarshal(params, &p)
	switch method {
	case "Network.requestWillBeSent":
		b.Asked = append(b.Asked, p.Request.URL)
	case "Runtime.exceptionThrown":
		b.Faults = append(b.Faults, p.ExceptionDetails.Text+" "+p.ExceptionDetails.Exception.Description)
	case "Log.entryAdded":
		if p.Entry.Level == "error" {
			b.Faults = append(b.Faults, p.Entry.Text)
		}
	}
}

// Eval evaluates an expression of JavaScript in the page into result; a promise is awaited.
func (b *Browser) Eval(expression string, result any) {
	b.T.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	b.Call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if e := answer.ExceptionDetails; e != nil {
		b.T.Fatalf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if result != nil && answer.Result.Value != nil {
		if err := json.Unmarshal(answer.Result.Value, result); err != nil {
			b.T.Fatal(err)
		}
	}
}

// Until waits until an expression is true in the page.
func (b *Browser) Until(what, expression string) {
	b.T.Helper()
	for end := time.Now().Add(patience); ; {
		var holds bool
		b.Eval("Boolean("+expression+")", &holds)
		if holds {
			return
		}
		var fault string
		b.Eval("document.getElementById('fault')?.textContent ?? ''", &fault)
		if fault != "" {
			b.T.Fatalf("%s: the page says: %s", what, fault)
		}
		if time.Now().After(end) {
			b.T.Fatalf("%s: it never came; %v", what, b.Faults)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Press presses a key as a keyboard does.
func (b *Browser) Press(key string, modifiers int) {
	b.T.Helper()
	p := map[string]any{"type": "keyDown", "key": key, "modifiers": modifiers}
	if len(key) == 1 {
		p["text"] = key
	}
	b.Call("Input.dispatchKeyEvent", p, nil)
	p["type"] = "keyUp"
	delete(p, "text")
	b.Call("Input.dispatchKeyEvent", p, nil)
}
