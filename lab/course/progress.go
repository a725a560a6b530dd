package course

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Result is what the student has done with a lesson.
type Result struct {
	Question   string    `json:"question,omitempty"`   // Question.ID: what the letters are an answer to
	Prediction string    `json:"prediction,omitempty"` // the last: "b"; "" if skipped
	Answer     string    `json:"answer,omitempty"`     // what that run measured: "c"; "" if not judged
	Verdict    string    `json:"verdict,omitempty"`    // of that run: "half true"
	At         time.Time `json:"at"`                   // when it ended; zero: none has yet
	Runs       int       `json:"runs"`                 // how many there were, counted by Save
}

// On returns the result as far as it is about the question q. A letter that an
// earlier fdlab kept for a question in other words says nothing about today's
// options: it is left out.
func (r Result) On(q Question) Result {
	if r.Question != q.ID {
		r.Question, r.Prediction, r.Answer = q.ID, "", ""
	}
	return r
}

// Right reports whether the prediction held, and whether there was one to judge.
func (r Result) Right() (right, judged bool) {
	return r.Prediction == r.Answer, r.Prediction != "" && r.Answer != ""
}

// Progress is the student's results, in .fdlab/progress.json in the clone. The
// file is shared by all instruments that run: each write reads it anew. A
// Progress may be used from any goroutine, as it keeps nothing in memory.
type Progress struct{ dir string }

// ProgressOf returns the progress that is kept in the clone at root.
func ProgressOf(root string) Progress { return Progress{filepath.Join(root, ".fdlab")} }

const progressVersion = 1

// progressFile is the form of the file.
type progressFile struct {
	Version   int                `json:"version"`
	Lessons   map[string]Result  `json:"lessons"`             // by slug
	Exercises map[string]Attempt `json:"exercises,omitempty"` // by slug
	Tries     []Tried            `json:"tries,omitempty"`     // each run of a lesson, in the order of time
	Guided    *bool              `json:"guided,omitempty"`    // the stage goes at the reader's pace; nil: nobody has chosen
}

func (p Progress) file() string   { return filepath.Join(p.dir, "progress.json") }
func (p Progress) broken() string { return p.file() + ".broken" }

// errBroken: the content makes no sense. Any other error means that it could
// not be read.
var errBroken = errors.New("it is not what fdlab wrote")

// Load returns the results by slug. It changes nothing on disk. With an error
// the map is empty, not nil: the course can go on without it.
func (p Progress) Load() (map[string]Result, error) {
	f, err := p.read()
	return f.Lessons, p.explain(err)
}

// Guided returns whether the student wants the stage to go at the reader's pace;
// nil: that was never chosen. An error of reading is Load's to tell.
func (p Progress) Guided() *bool {
	f, _ := p.read()
	return f.Guided
}

// SaveGuided keeps that choice.
func (p Progress) SaveGuided(on bool) error {
	return p.change(func(f *progressFile) { f.Guided = &on })
}

// explain says what an error of read means for the student.
func (p Progress) explain(err error) error {
	switch {
	case errors.Is(err, errBroken):
		err = fmt.Errorf("the progress in %s cannot be read: %w; at the next result it is kept aside as %s, and a new one is begun",
			p.file(), err, filepath.Base(p.broken()))
	case err != nil:
		err = fmt.Errorf("the progress in %s cannot be read: %w; results are not kept", p.file(), err)
	}
	return err
}

// read returns a file without results if there is none yet, and with an error.
// Its maps are never nil.
func (p Progress) read() (progressFile, error) {
	none := progressFile{Version: progressVersion, Lessons: map[string]Result{}, Exercises: map[string]Attempt{}}
	if _, err := os.Lstat(p.file()); errors.Is(err, os.ErrNotExist) {
		return none, nil
	}
	content, err := readText(p.file())
	if err != nil {
		return none, errors.New(reason(err))
	}
	var f progressFile
	if err := json.Unmarshal(content, &f); err != nil {
		return none, fmt.Errorf("%w (%v)", errBroken, err)
	}
	switch {
	case f.Version > progressVersion:
		return none, fmt.Errorf("a newer fdlab wrote it (version %d, this one knows %d): update your clone", f.Version, progressVersion)
	case f.Version < 1:
		return none, fmt.Errorf("%w (no version)", errBroken)
	}
	if f.Lessons == nil {
		f.Lessons = none.Lessons
	}
	if f.Exercises == nil {
		f.Exercises = none.Exercises
	}
	return f, nil
}

// Save enters the result of a run of the lesson with the given slug, and
// counts the run: r.Runs is ignored. The file is replaced as a whole, so it is
// never seen half written; a lock keeps the results of two instruments from
// overwriting each other. A file that makes no sense is kept aside: the result
// is then saved, and the error says where the old file is.
func (p Progress) Save(slug string, r Result) error {
	return p.change(func(f *progressFile) {
		r.Runs = f.Lessons[slug].Runs + 1
		f.Lessons[slug] = r
		f.Tries = append(f.Tries, Tried{Lesson: slug, Result: r})
		f.Tries = f.Tries[max(len(f.Tries)-mostTries, 0):]
	})
}

// Predict enters what the student predicts of a lesson: the letter and its
// question, of r. No run is counted, and what is known of the last one stays: a
// student may leave before the next has ended.
func (p Progress) Predict(slug string, r Result) error {
	return p.change(func(f *progressFile) {
		now := f.Lessons[slug].On(Question{ID: r.Question})
		now.Prediction = r.Prediction
		f.Lessons[slug] = now
	})
}

// change lets do enter something into the file.
func (p Progress) change(do func(*progressFile)) error {
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return p.notSaved(err)
	}
	unlock, err := lock(filepath.Join(p.dir, "progress.lock"), patience)
	if err != nil {
		return p.notSaved(err)
	}
	defer unlock()

	f, err := p.read()
	var aside error
	if errors.Is(err, errBroken) {
		var to string
		if to, err = p.keepAside(); err == nil {
			aside = fmt.Errorf("the progress in %s was broken: it is kept as %s, and a new one was begun", p.file(), to)
		}
	}
	if err != nil {
		return p.notSaved(err)
	}
	do(&f)
	if err := p.write(f); err != nil {
		return p.notSaved(err)
	}
	return aside
}

func (p Progress) notSaved(err error) error {
	return fmt.Errorf("the result is not kept in %s: %w (the lab goes on without it)", p.file(), err)
}

// keepAside moves the file to a name that is free. The caller holds the lock.
func (p Progress) keepAside() (string, error) {
	to := p.broken()
	for n := 2; ; n++ {
		if _, err := os.Lstat(to); errors.Is(err, os.ErrNotExist) {
			return to, os.Rename(p.file(), to)
		} else if err != nil {
			return "", err
		}
		to = fmt.Sprintf("%s.%d", p.broken(), n)
	}
}

// write replaces the file: rename(2) is atomic, and after fsync(2) a power cut
// leaves the old content or the new.
func (p Progress) write(f progressFile) error {
	f.Version = progressVersion
	content, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(p.dir, "progress-*.new")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // fails once it is renamed
	_, err = temp.Write(append(content, '\n'))
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), p.file())
}

// patience is how long another instrument may hold the lock: a write takes
// milliseconds, unless the other was stopped (Ctrl-Z) in the middle of one.
const patience = 3 * time.Second

// lock takes a lock that the kernel frees when its holder dies: flock(2). The
// lock has a file of its own, because progress.json is replaced at each write.
func lock(name string, wait time.Duration) (unlock func(), err error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(wait); ; time.Sleep(5 * time.Millisecond) {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return func() { file.Close() }, nil
		case err == unix.EINTR:
		case err != unix.EWOULDBLOCK:
			file.Close()
			return nil, os.NewSyscallError("flock", err)
		case time.Now().After(end):
			file.Close()
			return nil, fmt.Errorf("another instrument has held %s for %v: is it stopped?", name, wait)
		}
	}
}
