package grade

import (
	"strings"
	"testing"
)

// TestFeedbackSaysHowSureItIs: a belief, the kind of the mistake, or that it cannot tell.
func TestFeedbackSaysHowSureItIs(t *testing.T) {
	for _, c := range []struct {
		feedback Feedback
		want     []string
	}{
		{Feedback{Misconception: "deaf", Belief: "I hear.", Truth: "You do not."}, []string{"  as if     “I hear.” (deaf)", "  but       You do not."}},
		{Feedback{Misconception: "deaf", Truth: "Listen."}, []string{"  kind      deaf", "  rule      Listen."}},
		{Feedback{Misconception: "deaf", Unknown: true, Truth: "Look."}, []string{"  why       I cannot tell", "(deaf)", "  but       Look."}},
	} {
		text := (&Result{Feedback: &c.feedback}).Text(200)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
	}
}

// TestTwoSpacesStayTwo: they may be quoted, and what is wrong may be that one of them is missing.
func TestTwoSpacesStayTwo(t *testing.T) {
	f := Feedback{Saw: `standard output goes on with " job", and should with "  job"`}
	if text := (&Result{Feedback: &f}).Text(200); !strings.Contains(text, `"  job"`) {
		t.Errorf("a space is lost:\n%s", text)
	}
}
