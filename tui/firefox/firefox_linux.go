// Package firefox drives a headless Firefox, for tests of pages alone.
package firefox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long the browser may take for anything. Only a browser that is stuck
// takes so long.
const patience = 2 * time.Minute

// Browser is a headless Firefox with one page, driven through its Marionette port:
// https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
type Browser struct {
	T *testing.T // whose failure it is

	conn net.Conn
	said *bufio.Reader
	last int
}

// The profile: a port that nobody has, and nothing that asks the network for anything.
const profile = `user_pref("marionette.port", 0);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("remote.prefs.recommended", true);
user_pref("services.settings.server", "data:,#none/v1");
user_pref("toolkit.telemetry.server", "");
`

// Start starts a browser with a window of w by h pixels. It ends with the test. Where there is
// none, the test is left out, in CI, too: it has Chromium, and to install another browser takes
// longer than all that is tried in it.
func Start(t *testing.T, w, h int) *Browser {
	t.Helper()
	path, err := exec.LookPath("firefox-esr")
	if err != nil {
		path, err = exec.LookPath("firefox")
	}
	if err != nil {
		t.Skip("no firefox: apt-get install firefox-esr")
	}
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "user.js"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", home, "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+home, "MOZ_CRASHREPORTER_DISABLE=1", "DISPLAY=", "DBUS_SESSION_BUS_ADDRESS=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &words, &words
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b := &Browser{T: t}
	gone := make(chan struct{})
	go func() { cmd.Wait(); close(gone) }()
	t.Cleanup(func() {
		if b.conn != nil {
			b.conn.Close()
		}
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its children, too
		<-gone
		if t.Failed() && words.Len() > 0 {
			t.Logf("firefox said:\n%.2000s", words.String())
		}
	})
	// The port is written there once it listens.
	for end := time.Now().Add(patience); b.conn == nil; time.Sleep(10 * time.Millisecond) {
		port, _ := os.ReadFile(filepath.Join(home, "MarionetteActivePort"))
		if len(port) > 0 {
			b.conn, _ = net.Dial("tcp", net.JoinHostPort("127.0.0.1", strings.TrimSpace(string(port))))
		}
		select {
		case <-gone:
			t.Fatal("firefox has ended")
		default:
		}
		if time.Now().After(end) {
			t.Fatal("firefox does not listen")
		}
	}
	b.said = bufio.NewReader(b.conn)
	b.hear() // who it is
	b.Call("WebDriver:NewSession", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"acceptInsecureCerts": false}}}, nil)
	b.Size(w, h)
	return b
}

// hear returns the next message: its length, a colon, JSON.
func (b *Browser) hear() []byte {
	b.T.Helper()
	b.conn.SetReadDeadline(time.Now().Add(patience))
	head, err := b.said.ReadString(':')
	n, bad := strconv.Atoi(strings.TrimSuffix(head, ":"))
	if err != nil || bad != nil {
		b.T.Fatalf("firefox says %q: %v", head, err)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(b.said, text); err != nil {
		b.T.Fatal(err)
	}
	return text
}

// Call gives a command, and waits for its answer.
func (b *Browser) Call(method string, params, result any) {
	b.T.Helper()
	b.last++
	text, err := json.Marshal([]any{0, b.last, method, params})
	if err != nil {
		b.T.Fatal(err)
	}
	if _, err := fmt.Fprintf(b.conn, "%d:%s", len(text), text); err != nil {
		b.T.Fatalf("%s: %v", method, err)
	}
	var answer [4]json.RawMessage // 1, the number, an error, the result
	if err := json.Unmarshal(b.hear(), &answer); err != nil {
		b.T.Fatal(err)
	}
	if fault := string(answer[2]); fault != "null" {
		b.T.Fatalf("%s: %.500s", method, fault)
	}
	if result != nil {
		if err := json.Unmarshal(answer[3], result); err != nil {
			b.T.Fatalf("%s: %v", method, err)
		}
	}
}

// OpenFile opens a file as a double click does.
func (b *Browser) OpenFile(file string) {
	b.T.Helper()
	b.Call("WebDriver:Navigate", map[string]any{"url": (&url.URL{Scheme: "file", Path: file}).String()}, nil)
}

// Ground says whether the reader likes pages dark.
func (b *Browser) Ground(dark bool) {
	b.T.Helper()
	scheme := 1
	if dark {
		scheme = 0
	}
	b.Call("Marionette:SetContext", map[string]any{"value": "chrome"}, nil)
	b.Call("WebDriver:ExecuteScript", map[string]any{"script": fmt.Sprintf("Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', %d)", scheme), "args": []any{}}, nil)
	b.Call("Marionette:SetContext", map[string]any{"value": "content"}, nil)
}

// Size makes the page so large, in pixels: the window is larger by its bars.
func (b *Browser) Size(w, h int) {
	b.T.Helper()
	for range 2 {
		var bars [2]int
		b.Eval("[outerWidth - innerWidth, outerHeight - innerHeight]", &bars)
		b.Call("WebDriver:SetWindowRect", map[string]any{"width": w + bars[0], "height": h + bars[1]}, nil)
	}
}

// Eval returns what an expression of JavaScript is in the page.
func (b *Browser) Eval(expression string, result any) {
	b.T.Helper()
	var answer struct{ Value json.RawMessage }
	b.Call("WebDriver:ExecuteScript", map[string]any{"script": "return " + expression, "args": []any{}, "sandbox": nil}, &answer)
	if result != nil {
		if err := json.Unmarshal(answer.Value, result); err != nil {
			b.T.Fatalf("%s: %v", expression, err)
		}
	}
}

// Until waits until an expression is true in the page.
func (b *Browser) Until(what, expression string) {
	b.T.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		var holds bool
		if b.Eval("Boolean("+expression+")", &holds); holds {
			return
		}
		var fault string
		if b.Eval("document.getElementById('fault')?.textContent ?? ''", &fault); fault != "" {
			b.T.Fatalf("%s: the page says: %s", what, fault)
		}
		if time.Now().After(end) {
			b.T.Fatalf("%s: it never came", what)
		}
	}
}

// keys have numbers of their own here: https://www.w3.org/TR/webdriver2/#keyboard-actions
var keys = map[string]string{
	"ArrowLeft": "\ue012", "ArrowRight": "\ue014", "ArrowUp": "\ue013", "ArrowDown": "\ue015",
	"Home": "\ue011", "End": "\ue010", "Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c",
}

// Shift is the modifier of Press.
const Shift = 8

// Press presses a key as a keyboard does.
func (b *Browser) Press(key string, modifiers int) {
	b.T.Helper()
	if name, ok := keys[key]; ok {
		key = name
	}
	act := func(kind, key string) any { return map[string]string{"type": kind, "value": key} }
	acts := []any{act("keyDown", key), act("keyUp", key)}
	if shift := "\ue008"; modifiers&Shift != 0 {
		acts = []any{act("keyDown", shift), acts[0], acts[1], act("keyUp", shift)}
	}
	keyboard := map[string]any{"type": "key", "id": "keyboard", "actions": acts}
	b.Call("WebDriver:PerformActions", map[string]any{"actions": []any{keyboard}}, nil)
}
