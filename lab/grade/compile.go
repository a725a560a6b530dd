package grade

import (
	"fmt"
	"regexp"

	"fdlab/lab/launch"
)

// What Go's compiler says most to who writes an exercise, the likely cause of
// the others first, and the way out. What a pattern captures stands in for %s.
var objections = []struct {
	says *regexp.Regexp
	do   string
}{
	{regexp.MustCompile(`^undefined: (event|sys)$`), `%[1]s is a package of the lab's: import "fdlab/lab/%[1]s".`},
	{regexp.MustCompile(`^undefined: (unix)$`), `%[1]s is a package: import "golang.org/x/sys/%[1]s".`},
	{regexp.MustCompile(`^(".+") imported and not used`), `Go refuses a package that nobody uses: use %s, or take its import out.`},
	{regexp.MustCompile(`^declared and not used: (.+)$`), `Go refuses a variable that nobody uses: use %s, or take it out.`},
}

// wayOut says what to do about the compiler's objections.
func wayOut(problems []launch.Problem) string {
	for _, o := range objections {
		for _, p := range problems {
			if m := o.says.FindStringSubmatch(p.Text); m != nil {
				return fmt.Sprintf(o.do, m[1])
			}
		}
	}
	return DoesNotCompile.Truth
}
