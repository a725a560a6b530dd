// Package check looks at a machine before a class: whether lessons can be built,
// run and shown here. It tries each thing that fdlab does, in a small way, and
// leaves nothing behind. `go run ./tui check`
package check

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// State is what a row says.
type State uint8

const (
	Well  State = iota
	Care        // lessons run, but something is less than it could be, or is not known
	Wrong       // lessons do not run, or do not show
)

func (s State) String() string { return [...]string{"well", "care", "WRONG"}[s] }

// Row is one thing that was looked at. Its strings may be drawn.
type Row struct {
	Name  string
	State State
	Found string
	Cure  string // what to do; "" if all is well
}

// limit is how long all of it may take. A row that has no answer by then says so.
const limit = 1900 * time.Millisecond

// rows are what is looked at, all at once, and told in this order.
var rows = []struct {
	name string
	look func(context.Context, *machine) Row
}{
	{"Go", goVersion},
	{"toolchain", toolchain},
	{"Go's settings", settings},
	{"modules", modules},
	{"a lesson", lesson},
	{"TMPDIR", temp},
	{"FIFO here", fifo},
	{"loopback", loopback},
	{"port 9877", port},
	{"open files", openFiles},
	{"ptrace", ptrace},
	{"terminal size", size},
	{"colours, letters", colours},
}

// machine is what the rows need to know.
type machine struct {
	root string   // of the clone
	env  []string // as os.Environ returns it
}

// Run looks at everything.
func Run(root string, env []string) []Row {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	m := &machine{root, env}
	answers := make([]chan Row, len(rows))
	for i, r := range rows {
		answers[i] = make(chan Row, 1)
		go func() {
			defer func() {
				if fault := recover(); fault != nil {
					answers[i] <- Row{State: Care, Found: fmt.Sprintf("a fault of fdlab: %v", fault), Cure: "please report it"}
				}
			}()
			answers[i] <- r.look(ctx, m)
		}()
	}
	told := make([]Row, len(rows))
	for i, r := range rows {
		select {
		case told[i] = <-answers[i]:
		case <-ctx.Done():
			select {
			case told[i] = <-answers[i]: // it came just now
			default:
				told[i] = Row{State: Care, Found: "no answer in 2 s", Cure: "the machine is busy, or something hangs: try again"}
			}
		}
		told[i].Name = r.name
	}
	return told
}

// Print tells what Run has found. It is an error if something is wrong.
func Print(w io.Writer, root string, env []string) error {
	var count [3]int
	for _, r := range Run(root, env) {
		count[r.State]++
		fmt.Fprintf(w, "%-5s  %-16s  %s\n", r.State, r.Name, r.Found)
		if r.Cure != "" {
			for _, line := range fold(r.Cure, 76) {
				fmt.Fprintf(w, "%25s%s\n", "", line)
			}
		}
	}
	fmt.Fprintf(w, "\n%d well, %d to take care of, %d wrong\n", count[Well], count[Care], count[Wrong])
	if count[Wrong] > 0 {
		return fmt.Errorf("this machine is not ready")
	}
	return nil
}

// fold breaks a text into lines.
func fold(text string, width int) (lines []string) {
	for _, word := range strings.Fields(text) {
		if n := len(lines) - 1; n >= 0 && len(lines[n])+1+len(word) <= width {
			lines[n] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
