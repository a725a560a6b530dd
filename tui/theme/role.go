package theme

// Role is what a piece of the screen means. Drawing code names roles; only
// this package knows colours.
type Role uint8

// The roles. The first group is the screen itself; the second is the states
// that the lessons turn on; the third is a lesson's page.
const (
	Text  Role = iota // the terminal's own colour
	Faint             // what is quiet: units, hints, what can be overlooked
	Title             // of the screen, of panels and of a page's parts
	Frame             // hairlines
	Key               // a key that can be pressed
	Held              // here: time stands still, the moment, the key to press now

	Idle     // nothing there
	Watched  // the program's wish
	Ready    // the kernel's fact
	Noticed  // what the loop was told
	Callback // the program's code runs
	Waiting  // the loop sleeps in the kernel
	Blocked  // a thread is stuck in a call
	Late     // ready, and the loop has not looked
	Alarm    // spinning, starving, lost; failed, wrong, an error

	Code   // source and commands in a text
	Link   // text of a link
	Strong // emphasis

	roles int = iota
)
