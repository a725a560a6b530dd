package grade

import (
	"regexp"
	"strings"

	"fdlab/lab/launch"
)

// packages are those of Go's own that a student's program uses most, by the name
// that stands before the dot. A name that is as likely a variable (path, list) is
// not among them.
var packages = map[string]string{
	"atomic": "sync/atomic", "binary": "encoding/binary", "bufio": "bufio", "bytes": "bytes", "cmp": "cmp",
	"context": "context", "errors": "errors", "fmt": "fmt", "io": "io", "log": "log", "maps": "maps", "math": "math",
	"net": "net", "netip": "net/netip", "os": "os", "rand": "math/rand/v2", "runtime": "runtime", "slices": "slices",
	"sort": "sort", "strconv": "strconv", "strings": "strings", "sync": "sync", "syscall": "syscall", "time": "time",
	"utf8": "unicode/utf8", "unix": "golang.org/x/sys/unix", "event": "fdlab/lab/event", "sys": "fdlab/lab/sys",
}

// The most frequent errors of Go's compiler in an exercise, and the way out: those that
// are likely to cause the others come first. NAME is what the pattern
// captures, PATH the package that is called so.
var waysOut = []struct {
	says *regexp.Regexp
	do   string
}{
	{regexp.MustCompile(`^(\w+) redeclared in this block`), "Two files of the folder declare NAME, and all its .go files are one program. " +
		"Move the copy to another folder, or let its name end in something else than .go."},
	{regexp.MustCompile(`^package (event|sys|unix) is not in std`), `The import's path is longer: import "PATH".`},
	{regexp.MustCompile(`^package (\S+) is not in std`), "Go has no package NAME. Look at the import's path: is a letter wrong?"},
	{regexp.MustCompile(`^(?:no required module provides package|cannot find module providing package) (\S+?)[;:]?(?: |$)`),
		"NAME is not part of this clone. An exercise needs Go's own packages, fdlab/lab/event, fdlab/lab/sys and golang.org/x/sys/unix only."},
	{regexp.MustCompile(`^syntax error: `), "The line, or the one above it, is not finished: a bracket, a brace or a comma is missing, or there is one too many."},
	{regexp.MustCompile(`^undefined: (\w+)$`), `NAME is a package: import "PATH".`},
	{regexp.MustCompile(`^undefined: (?:event|sys)\.(\w+)`), "The package has no NAME. `go doc ./lab/event` and `go doc ./lab/sys` list what they have."},
	{regexp.MustCompile(`^\S+ undefined \(type (.+?) has no field or method `), "A value of type NAME has nothing of that name. Is it spelled correctly? Another package's names begin with a capital letter."},
	{regexp.MustCompile(`^undefined: ([a-z]\w*)$`), "Nothing is called NAME where it is used: declare it above that line, or correct its name. A callback " +
		"that uses its own event needs this order: \"var ev *event.Event\", the callback, then \"ev = ...\"."},
	{regexp.MustCompile(`^assignment mismatch: (.+)$`), "A call returns more values, or fewer, than stand on the left of the sign: NAME. For a value that you do not need write _."},
	{regexp.MustCompile(`^missing return`), "The function promises a value, and one way through it ends without: add a return at its end."},
	{regexp.MustCompile(`^(".+") imported and not used`), "Go refuses a package that nobody uses: use NAME, or take its import out."},
	{regexp.MustCompile(`^declared and not used: (.+)$`), "Go refuses a variable that nobody uses: use NAME, or take it out."},
	{regexp.MustCompile(`^no new variables on left side of (:=)$`), "The variable is declared above: = gives it a value, NAME would declare it."},
}

// wayOut says what to do about the compiler's objections.
func wayOut(problems []launch.Problem) string {
	if len(problems) == 0 {
		return "The go command names no line. What it says is about the folder's files as a whole: their names, their first lines, their imports."
	}
	for _, w := range waysOut {
		for _, p := range problems {
			m := w.says.FindStringSubmatch(p.Text)
			if m == nil {
				continue
			}
			name := m[len(m)-1]
			path := packages[name]
			if strings.Contains(w.do, "PATH") && path == "" {
				continue // no package that we know
			}
			return strings.NewReplacer("NAME", name, "PATH", path).Replace(w.do)
		}
	}
	return DoesNotCompile.Truth
}
