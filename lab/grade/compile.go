package grade

import (
	"regexp"
	"strings"

	"fdlab/lab/launch"
)

// What Go's compiler says most to who writes an exercise, and the way out: what
// is likely to be the cause of the others first. NAME is what the pattern
// captures.
var waysOut = []struct {
	says *regexp.Regexp
	do   string
}{
	{regexp.MustCompile(`^undefined: (event|sys)$`), `NAME is a package of the lab's: import "fdlab/lab/NAME".`},
	{regexp.MustCompile(`^undefined: (unix)$`), `NAME is a package: import "golang.org/x/sys/NAME".`},
	{regexp.MustCompile(`^undefined: ([a-z]\w*)$`), "A package must be imported, and a variable be declared above " +
		"the line that uses it. A callback that uses its own event needs this order: \"var NAME *event.Event\", " +
		"the callback, then \"NAME = ...\"."},
	{regexp.MustCompile(`^(".+") imported and not used`), "Go refuses a package that nobody uses: use NAME, or take its import out."},
	{regexp.MustCompile(`^declared and not used: (.+)$`), "Go refuses a variable that nobody uses: use NAME, or take it out."},
	{regexp.MustCompile(`^no new variables on left side of (:=)$`), "The variable is declared above: = gives it a value, NAME would declare it."},
}

// wayOut says what to do about the compiler's objections.
func wayOut(problems []launch.Problem) string {
	for _, w := range waysOut {
		for _, p := range problems {
			if m := w.says.FindStringSubmatch(p.Text); m != nil {
				return strings.ReplaceAll(w.do, "NAME", m[1])
			}
		}
	}
	return DoesNotCompile.Truth
}
