package export

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"fdlab/lab/launch"
)

//go:embed page.html
var pageFrame string

//go:embed page.js
var pageScript string

//go:embed class.js
var classScript string

// page writes one file of HTML that shows the run in a browser: the stage compiled to
// WebAssembly, the recording, the lesson's words. It fetches nothing, and its policy
// forbids it to. What comes from the recording is base64 in it, never HTML.
func page(ctx context.Context, w io.Writer, root string, run *Run) error {
	program, runtime, err := launch.BuildForBrowser(ctx, root, "./tui/browser")
	if err != nil {
		return err
	}
	lesson, err := json.Marshal(run.Lesson)
	if err != nil {
		return err
	}
	recording, err := run.encode()
	if err != nil {
		return err
	}
	inside := ""
	for _, part := range []struct {
		id   string
		data []byte
	}{{"program", packed(program)}, {"recording", recording}, {"lesson", lesson}} {
		inside += `<script type="text/plain" id="` + part.id + `">` + base64.StdEncoding.EncodeToString(part.data) + "</script>\n"
	}
	html, _, err := framed("fdlab: a recorded run", inside, "", "", string(runtime), pageScript)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, html)
	return err
}

// ClassPage returns the page that students open, the policy that it needs, and the program
// that the page fetches, compressed. The page is the one of a recorded run; what it shows it
// fetches from where it came from, and from nowhere else.
func ClassPage(ctx context.Context, root string) (html, policy string, program []byte, err error) {
	program, runtime, err := launch.BuildForBrowser(ctx, root, "./tui/browser")
	if err != nil {
		return "", "", nil, err
	}
	html, policy, err = framed("fdlab: a class", "", `<button data-key="J">follow</button>`, "; connect-src 'self'",
		string(runtime), classScript, pageScript)
	return html, policy, packed(program), err
}

// framed puts scripts into the page, and allows nothing but them.
func framed(title, inside, buttons, allows string, scripts ...string) (html, policy string, err error) {
	policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'wasm-unsafe-eval'"
	run := ""
	for _, script := range scripts {
		if strings.Contains(strings.ToLower(script), "</script") {
			return "", "", fmt.Errorf("a script of the page would end it")
		}
		policy += " " + hash(script)
		run += "<script>" + script + "</script>\n"
	}
	policy += allows
	html = strings.NewReplacer("{{policy}}", policy, "{{title}}", title, "{{inside}}", inside, "{{buttons}}", buttons,
		"{{scripts}}", run).Replace(pageFrame)
	return html, policy, nil
}

// hash allows a script in the page's policy.
func hash(script string) string {
	sum := sha256.Sum256([]byte(script))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func packed(b []byte) []byte {
	var out bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a known one
	zip.Write(b)                                              // into memory: it cannot fail
	zip.Close()
	return out.Bytes()
}
