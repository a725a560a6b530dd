package trace

// The places where a thread can be held, as a student would read them: the strings of Hold
// and Release. A foreign program has places of its own, too.
const (
	BeforeWait     = "before wait" // of a loop
	BeforeCallback = "before callback"
	BeforeRead     = "before read" // of one fd
	AfterRead      = "after read"
	AfterWrite     = "after write"
	BeforePost     = "before post" // of a function to a loop
)
