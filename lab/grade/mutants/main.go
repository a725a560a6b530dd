// Mutants tries the exams: it makes small faults in programs that are right, one at a
// time, and each must fail.
//
//	go run ./lab/grade/mutants                 all of them: it takes long
//	go run ./lab/grade/mutants -for 2m         as many as there is time for, others each day
//	go run ./lab/grade/mutants -exercise 07    those of one exercise
//	go run ./lab/grade/mutants -harmless       changes that do no harm, and must pass
//
// A fault that makes no difference, or none that a trial can see, stands in
// equivalents.txt with its reason. One that fails must be told what can be true of it
// (allowed.txt). Its exit status is 1 when a verdict is wrong.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"fdlab/lab/grade"
	"fdlab/lab/grade/exams"
	"fdlab/lab/litter"
)

func main() {
	var (
		exercise = flag.String("exercise", "", "only this `NN`")
		limit    = flag.Duration("for", 0, "no new trial after this time (0: until all are done)")
		harmless = flag.Bool("harmless", false, "changes that do no harm, in the place of faults")
		list     = flag.Bool("list", false, "only list the changes")
		verbose  = flag.Bool("v", false, "each verdict, not only the wrong ones")
		jobs     = flag.Int("j", 2, "trials at a time")
	)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	root, err := os.Getwd()
	if err == nil {
		_, err = os.Stat(filepath.Join(root, "solutions"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants: run it in the folder of go.mod:", err)
		os.Exit(2)
	}
	s := &score{root: root, verbose: *verbose, harmless: *harmless, equal: equivalents(), allowed: readAllowed(root)}
	all := s.collect(*exercise)
	if *list {
		for _, m := range all {
			fmt.Println(m.name())
		}
		return
	}
	if *limit > 0 { // others each day, the same all day
		day := uint64(time.Now().Unix() / 86400)
		rand.New(rand.NewPCG(day, day)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	s.try(ctx, all, *jobs, *limit)
	s.print()
	if len(s.wrong)+len(s.misled) > 0 {
		os.Exit(1)
	}
}

// mutant is a program with one change.
type mutant struct {
	exam *grade.Exam
	file string // whose program it was, from the root
	change
}

// name tells it from all others, and stays the same when lines move.
func (m *mutant) name() string {
	return fmt.Sprintf("%s | %s | %s | %s", m.exam.Exercise[:2], filepath.Base(filepath.Dir(m.file)), m.kind, m.text)
}

// score is what came of the trials.
type score struct {
	root     string
	verbose  bool
	harmless bool
	equal    []equivalent
	allowed  allowed

	mu       sync.Mutex
	counts   map[string]*count // by exercise
	wrong    []string          // verdicts that the exam must not give
	misled   []string          // faults that failed, and were told what is not allowed
	unjudged []string
}

type count struct{ mutants, failed, stuck, misled, passed, equal, refused int }

// collect returns the changes of all programs that are right.
func (s *score) collect(exercise string) (all []*mutant) {
	for _, exam := range exams.All {
		if exercise != "" && !strings.HasPrefix(exam.Exercise, exercise) {
			continue
		}
		files, _ := filepath.Glob(filepath.Join(s.root, "exercises", exam.Exercise, "testdata", "right-*", "main.go"))
		files = append(files, filepath.Join(s.root, "solutions", exam.Exercise, "main.go"))
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				fmt.Fprintln(os.Stderr, "mutants:", err)
				continue
			}
			changes := faults
			if s.harmless {
				changes = harmlessChanges
			}
			name, _ := filepath.Rel(s.root, file)
			for _, c := range changes(source, exam.Exercise) {
				all = append(all, &mutant{exam, name, c})
			}
		}
	}
	return all
}

func (s *score) try(ctx context.Context, all []*mutant, jobs int, limit time.Duration) {
	s.counts = map[string]*count{}
	began := time.Now()
	todo := make(chan *mutant)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for m := range todo {
				s.one(ctx, m)
			}
		})
	}
	for _, m := range all {
		if ctx.Err() != nil || limit > 0 && time.Since(began) > limit {
			break
		}
		todo <- m
	}
	close(todo)
	workers.Wait()
}

// one tries a mutant.
func (s *score) one(ctx context.Context, m *mutant) {
	r, err := s.run(ctx, m)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts[m.exam.Exercise]
	if c == nil {
		c = &count{}
		s.counts[m.exam.Exercise] = c
	}
	switch {
	case err != nil || r.Outcome == grade.NotJudged:
		s.unjudged = append(s.unjudged, m.name())
		return
	case r.Build != nil:
		c.refused++ // the compiler found it
		return
	}
	c.mutants++
	verdict := cmp.Or(r.Told(), "passed")
	right := (r.Outcome == grade.Passed) == s.harmless
	switch same := s.isEqual(m); {
	case r.Outcome == grade.Passed && same:
		c.equal++
		right = true
	case r.Outcome == grade.Passed:
		c.passed++
	default:
		c.failed++
		switch told := r.Told(); {
		case s.harmless:
		case told == grade.Stuck.ID:
			c.stuck++
		case !s.allowed.allows(m, told):
			c.misled++
			s.misled = append(s.misled, m.name()+" | "+told)
		}
	}
	if !right {
		s.wrong = append(s.wrong, m.name()+" | "+verdict)
	}
	if s.verbose || !right {
		fmt.Printf("%s | line %d | %s\n", m.name(), m.line, verdict)
	}
}

func (s *score) run(ctx context.Context, m *mutant) (*grade.Result, error) {
	dir, err := litter.TempDir("", "mutant")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	dir = filepath.Join(dir, m.exam.Exercise)
	file := filepath.Join(dir, "main.go")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, m.source, 0o600); err != nil {
		return nil, err
	}
	return grade.RunFile(ctx, s.root, file, m.exam), nil
}

func (s *score) print() {
	fmt.Println("\n| exercise | changed | failed | without a cause | with a wrong one | passed | no difference |\n|---|---|---|---|---|---|---|")
	var sum count
	for _, exam := range exams.All {
		c := s.counts[exam.Exercise]
		if c == nil {
			continue
		}
		fmt.Printf("| %s | %d | %d | %d | %d | %d | %d |\n", exam.Exercise, c.mutants, c.failed, c.stuck, c.misled, c.passed, c.equal)
		sum.mutants += c.mutants
		sum.failed += c.failed
		sum.stuck += c.stuck
		sum.misled += c.misled
		sum.passed += c.passed
		sum.equal += c.equal
	}
	fmt.Printf("| all | %d | %d | %d | %d | %d | %d |\n", sum.mutants, sum.failed, sum.stuck, sum.misled, sum.passed, sum.equal)
	list("wrong verdicts", s.wrong)
	list("failed, and told what is not allowed", s.misled)
	if len(s.unjudged) > 0 {
		fmt.Printf("not judged: %d\n", len(s.unjudged))
	}
}

func list(what string, all []string) {
	slices.Sort(all)
	fmt.Printf("\n%s: %d\n", what, len(all))
	for _, line := range all {
		fmt.Println("  " + line)
	}
}

//go:embed equivalents.txt
var equivalentsText string

// equivalent is a line of equivalents.txt: changes that make no difference, or none
// that can be seen.
type equivalent struct{ exercise, kind, text string }

// equivalents reads the list: "NN | kind | part of the text | reason". "*" is any.
func equivalents() (all []equivalent) {
	_, list, _ := strings.Cut(equivalentsText, "\n") // below the heading
	for line := range strings.Lines(list) {
		fields := strings.Split(strings.TrimSpace(line), " | ")
		if len(fields) == 4 {
			all = append(all, equivalent{fields[0], fields[1], fields[2]})
		}
	}
	return all
}

func (s *score) isEqual(m *mutant) bool {
	return slices.ContainsFunc(s.equal, func(e equivalent) bool {
		return (e.exercise == "*" || strings.HasPrefix(m.exam.Exercise, e.exercise)) && (e.kind == "*" || e.kind == m.kind) &&
			strings.Contains(m.text, e.text)
	})
}
