package course

import "testing"

func TestVotesInWords(t *testing.T) {
	for want, v := range map[string]*Votes{
		"":                      nil,
		"1 of 1 said c":         {By: map[string]int{"c": 1}},
		"12 of 30 said a, 18 b": {By: map[string]int{"b": 18, "a": 12}, Present: 31},
	} {
		if got := v.All(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
