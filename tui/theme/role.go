package theme

// Role is what a piece of the screen means. Drawing code names roles; only
// this package knows colours.
type Role uint8

// The roles. The first group is the screen itself; the second is the states
// that the lessons turn on; the third judges; the fourth is a lesson's page.
const (
	Text   Role = iota // the terminal's own colour
	Faint              // units, hints, what can be overlooked
	Title              // of the screen and of panels
	Frame              // lines around panels
	Focus              // the frame of the panel that has the keys
	Key                // a key that can be pressed
	Select             // the selected row
	Held               // time stands still

	Idle     // nothing there
	Watched  // the program's wish
	Ready    // the kernel's fact
	Noticed  // what the loop was told
	Callback // the program's code runs
	Waiting  // the loop sleeps in the kernel
	Blocked  // a thread is stuck in a call
	Late     // ready, and the loop has not looked

	Good // held true; passed
	Bad  // failed; an error
	Warn // spinning, starving, lost

	Heading // of a page
	Code    // source, commands
	Link    // text of a link
	Strong  // emphasis of a page

	roles int = iota
)
