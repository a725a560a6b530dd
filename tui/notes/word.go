// Package notes is the instructor's second terminal: `go run ./tui notes` follows the
// instrument that runs in the same clone, and shows what the guide for instructors says of
// what is on its screen.
//
// Teller is in the instrument, and tells; Screen is in the other terminal. Between them is
// a socket in a folder that only this user can open. Nothing goes back, and the instrument
// never waits for the other side.
package notes

import (
	"fdlab/lab/course"
)

// word is what the instrument says of what it shows: a line of JSON, whenever that has changed.
type word struct {
	Version int           `json:"version"`
	Clone   string        `json:"clone"` // its root
	Screen  string        `json:"screen"`
	Lesson  string        `json:"lesson,omitempty"`   // its slug
	Section string        `json:"section,omitempty"`  // of the lesson's page
	Run     int           `json:"run,omitempty"`      // another one for each run; 0: none is on the stage
	Moment  string        `json:"moment,omitempty"`   // the key of the one at which the stage stands
	Told    bool          `json:"answered,omitempty"` // its answer is shown
	Votes   *course.Votes `json:"votes,omitempty"`    // of a class; nil: nobody was asked
}

// version grows when a field means something else.
const version = 1

// socket is the name of the socket in its folder, and kind what the folder is for: see lab/litter.
const (
	socket = "s"
	kind   = "notes"
)
