package handout

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"fdlab/lab/course"
)

// TestThePageAsksAndDoesNotAnswer: each question of each lesson is on it, and no answer.
func TestThePageAsksAndDoesNotAnswer(t *testing.T) {
	for _, l := range course.Read("../..").Lessons {
		var out bytes.Buffer
		if err := Write(&out, l); err != nil {
			t.Fatal(err)
		}
		page := out.String()
		var asked, told []string
		for _, m := range l.Moments {
			asked, told = append(asked, m.Question), append(told, m.Answer)
		}
		for _, r := range l.Recall {
			asked, told = append(asked, r.Question), append(told, r.Answer)
		}
		for _, o := range l.Question.Options {
			asked = append(asked, o.Text)
		}
		for _, text := range append(asked, l.Claim, l.Question.Text) {
			if !strings.Contains(page, escaped(text)) {
				t.Errorf("%s: %q is not on the page", l.Slug, text)
			}
		}
		for _, text := range told {
			if strings.Contains(page, escaped(text)) {
				t.Errorf("%s: the page answers %q", l.Slug, text)
			}
		}
	}
}

func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(s)
}

// TestWordsAreNeverHTML: a lesson's README is anybody's.
func TestWordsAreNeverHTML(t *testing.T) {
	const evil = `<script>alert("x")</script>`
	l := &course.Lesson{Title: evil, Claim: evil, Moments: []course.Moment{{Key: "x", Question: evil}}, Recall: []course.Recall{{Question: evil}}}
	l.Question = course.Question{Text: evil, Options: []course.Option{{Letter: evil, Text: evil}}}
	l.Sections = []*course.Section{{Key: course.KeyClaim, Heading: evil}}
	var out bytes.Buffer
	if err := Write(&out, l); err != nil {
		t.Fatal(err)
	}
	if page := out.String(); strings.Contains(page, "<script") || strings.Count(page, "&lt;script&gt;") < 9 {
		t.Errorf("%s", fmt.Sprint(page))
	}
}
