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
	for _, script := range []string{pageScript, string(runtime)} {
		if strings.Contains(strings.ToLower(script), "</script") {
			return fmt.Errorf("a script of the page would end it")
		}
	}
	plain := base64.StdEncoding.EncodeToString
	_, err = strings.NewReplacer(
		"{{hashes}}", hash(string(runtime))+" "+hash(pageScript),
		"{{program}}", plain(packed(program)),
		"{{recording}}", plain(recording),
		"{{lesson}}", plain(lesson),
		"{{runtime}}", string(runtime),
		"{{script}}", pageScript,
	).WriteString(w, pageFrame)
	return err
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
