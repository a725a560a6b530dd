package app

import (
	"path/filepath"

	"fdlab/lab/course"
	"fdlab/lab/launch"
	"fdlab/tui/lesson"
)

// own is a program that is no lesson of the course: somebody's own, on lab/event
// and lab/sys. The stage treats it as a lesson that has no text: it has no
// prediction, no progress, and is never shown at the reader's pace.
type own struct {
	launch.Program
	Dir    string         // its working folder
	lesson *course.Lesson // what stands in the place of a lesson

	// Of a program that is watched: see Watch.
	env       []string
	payload   bool
	attached  bool
	holds     bool // the gate holds the program
	heldFirst bool // before its first wait: its tracer waits for the order

	onLibevent *course.Lesson // the lesson whose C program it is, or nil
}

// Run builds a program and puts it on the stage, with the working folder and the
// arguments that it would have in a terminal. A lesson's folder is that lesson.
func (m *Model) Run(p launch.Program, dir string, args []string) {
	for i, l := range m.course.Lessons {
		if p.Package == "./"+filepath.ToSlash(l.Dir) && sameFolder(p.Root, m.course.Root) {
			m.openLesson(i)
			m.first = m.run(args)
			return
		}
	}
	name := launch.Quote([]byte(p.Name))
	m.own = &own{Program: p, Dir: dir, lesson: &course.Lesson{Slug: p.Name, Title: name}}
	m.lesson = lesson.New(m.theme, m.own.lesson, "")
	m.back = atHome
	m.first = m.run(args)
}

// sameFolder compares two folders, by whatever links they are named.
func sameFolder(a, b string) bool {
	realA, errA := filepath.EvalSymlinks(a)
	realB, errB := filepath.EvalSymlinks(b)
	return errA == nil && errB == nil && realA == realB
}

// path is how the program is called while it is built.
func (s *session) path() string {
	if s.own != nil {
		return launch.Quote([]byte(s.own.BuildArgs()[0]))
	}
	return "./" + s.lesson.Dir
}

// what names the kind of thing that is on the stage.
func (s *session) what() string {
	if s.own != nil {
		return "this program"
	}
	return "this lesson"
}

// wayOut says where q leads.
func (s *session) wayOut() string {
	if s.subject().Number == 0 {
		return "home"
	}
	return "back to the lesson"
}
