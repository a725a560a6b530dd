package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fdlab/lab/course"
	"fdlab/lab/grade"
	"fdlab/lab/phrase"
)

// verdict is the result in at most so many rows, as far as that can be: what the
// program printed goes first, then the names of the checks, then the records; and the rows between the parts, before
// a record that decides.
func (s *screen) verdict(rows int) []string {
	r, width := s.result, s.width()
	parts := strings.Split(strings.TrimRight(r.Text(width), "\n"), "\n\n")
	switch {
	case r.Err != "":
		return append([]string{"  NOT JUDGED: this is no fault of the program", ""}, strings.Split(parts[0], "\n")...)
	case r.Outcome == grade.Passed:
		text := append([]string{"  PASSED"}, strings.Split(parts[0], "\n")...)
		if text = append(text, "", "  enter goes on. s compares the solution with yours.", ""); s.learned == nil {
			text[len(text)-2] = "  enter goes on." // there is no solution in a class's clone
		}
		return append(text, s.learned...)
	}
	checks := strings.Split(parts[0], "\n")
	printed := s.printed(width)
	records := -1 // the part that has them, if there are any
	if len(parts) == 4 {
		records = 2
	}
	between := []string{""}
	put := func() (text []string) {
		text = append([]string{"  NOT PASSED" + s.aside()}, checks...)
		for _, part := range parts[1:] {
			text = append(append(text, between...), strings.Split(part, "\n")...)
		}
		return append(text, printed...)
	}
	if len(put()) > rows {
		printed = nil
	}
	if len(put()) > rows {
		checks = failedOf(r)
	}
	if over := len(put()) - rows; over > 0 && records > 0 {
		lines := strings.Split(parts[records], "\n")
		few := fewer(lines, max(len(lines)-over, 4))
		if decisive(few) < decisive(lines) {
			between = nil
			few = fewer(lines, max(len(lines)-len(put())+rows, 4))
		}
		parts[records] = strings.Join(few, "\n")
	}
	return put()
}

// decisive is how many of the records decide.
func decisive(lines []string) (n int) {
	for _, line := range lines {
		if decides(line) {
			n++
		}
	}
	return n
}

func decides(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), grade.Mark) }

// fewer returns at most n rows of the records, those that decide before all others. A row with an ellipsis stands where
// some are left out.
func fewer(lines []string, n int) []string {
	kept := make([]bool, len(lines))
	put := func() (rows []string) {
		whole := true
		for i, line := range lines {
			switch {
			case !kept[i]:
				whole = false
				continue
			case !whole:
				rows = append(rows, ellipsis)
			}
			rows, whole = append(rows, line), true
		}
		return rows
	}
	for i := range grade.Precedence(len(lines), func(i int) bool { return decides(lines[i]) }, 1) {
		if !kept[i] && lines[i] != ellipsis {
			kept[i] = true
			kept[i] = len(put()) <= n
		}
	}
	return put()
}

// ellipsis is a row of the records where some are left out.
const ellipsis = "                  ..."

// aside is what a student may do about it.
func (s *screen) aside() string {
	if s.result.Told() == grade.DoesNotCompile.ID {
		return ": the program does not compile"
	}
	return ""
}

// failedOf is the check that failed, in one row.
func failedOf(r *grade.Result) []string {
	for i, c := range r.Checks {
		if c.Outcome == grade.Failed {
			return []string{fmt.Sprintf("  failed       %s (%d of %d)", c.Name, i+1, len(r.Checks))}
		}
	}
	return []string{fmt.Sprintf("  not reached  %s", phrase.Counted(len(r.Checks), "check"))}
}

// printed is the end of what the program said.
func (s *screen) printed(width int) (text []string) {
	for i, line := range s.result.Printed[max(0, len(s.result.Printed)-4):] {
		if i == 0 {
			text = append(text, "", "  the program's last lines")
		}
		for _, row := range folded(line, width-6, 3) {
			text = append(text, "    | "+row)
		}
	}
	return text
}

// why says what there was to learn: why the solution is right, in its own words.
func (t *tool) why(e *course.Exercise) []string {
	content, err := os.ReadFile(filepath.Join(t.root, filepath.FromSlash(e.Solution()), "README.md"))
	_, section, found := strings.Cut(string(content), "\n## Why\n")
	if err != nil || !found {
		return nil
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return t.markdown(section)
}
