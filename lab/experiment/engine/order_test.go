package engine

import (
	"testing"
	"time"
)

// at makes a time out of a number, so that a test reads like a diagram.
func at(n int) time.Time { return time.Unix(int64(n), 0) }

func says(said, read int) message {
	m := message{said: at(said)}
	if read > 0 {
		m.read = at(read)
	}
	return m
}

// delayed: for so many seconds the engine got no processor.
func delayed(m message, n int) message {
	m.delayed = time.Duration(n) * time.Second
	return m
}

func byHand(m message) message {
	m.byHand = true
	return m
}

func TestHearsRestsOnTheOrderOfThings(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b *Source
		want Hearing
	}{
		{"blocked in a until a speaks",
			&Source{messages: []message{says(12, 13)}, blocked: []span{{at(1), at(13)}}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(2, 14), says(5, 14)}, blocked: []span{{at(13), at(14)}}}, Later},
		{"a loop hears b while a is silent",
			&Source{messages: []message{says(12, 13)}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(2, 3)}}, AtOnce},
		{"a thread for each: both blocked, each hears its own",
			&Source{messages: []message{says(12, 13)}, blocked: []span{{at(1), at(13)}}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(2, 3)}, blocked: []span{{at(1), at(3)}}}, AtOnce},
		{"first all of a",
			&Source{messages: []message{says(12, 13)}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(2, 22)}}, Finished},
		{"b is never read",
			&Source{messages: []message{says(12, 13)}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(2, 0)}}, Never},
		{"a does not speak but ends",
			&Source{endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(2, 3)}}, AtOnce},
		{"a poke frees the thread: b's first message finds it waiting for b",
			&Source{messages: []message{byHand(says(1, 2)), says(12, 13)}, blocked: []span{{at(0), at(2)}, {at(5), at(13)}}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(4, 5), says(6, 14)}, blocked: []span{{at(2), at(5)}}}, Later},
		{"a poke on a while the thread is blocked in it: that is a speaking too",
			&Source{messages: []message{byHand(says(7, 8)), says(12, 13)}, blocked: []span{{at(1), at(8)}}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(2, 9)}}, Later},
		{"a poke on a before a loop could look: the next message decides",
			&Source{messages: []message{byHand(says(3, 5)), says(12, 13)}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(2, 4), says(6, 7)}}, AtOnce},
		{"a poke on a that the thread is about to read when b speaks: the next message decides",
			&Source{messages: []message{byHand(says(3, 6)), says(12, 13)}, blocked: []span{{at(1), at(6)}, {at(8), at(13)}}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{says(4, 7), says(9, 14)}, blocked: []span{{at(6), at(7)}}}, Later},
		{"a loop that got no processor until a spoke: nothing to go by",
			&Source{messages: []message{says(12, 13)}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{delayed(says(2, 14), 9)}}, Unclear},
		{"the same, and its next message decides",
			&Source{messages: []message{says(12, 13)}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{delayed(says(2, 14), 9), delayed(says(8, 14), 1)}}, Later},
		{"a loop that was delayed and heard b in time all the same",
			&Source{messages: []message{says(12, 13)}, endSaid: at(20), endRead: at(21)},
			&Source{messages: []message{delayed(says(2, 11), 9)}}, AtOnce},
		{"only pokes: nothing to go by",
			&Source{messages: []message{byHand(says(3, 5))}},
			&Source{messages: []message{says(2, 4), says(6, 7)}}, Unclear},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.a.Name, c.b.Name = "a", "b"
			r := &Run{Sources: []*Source{c.a, c.b}}
			for i := range c.b.messages {
				if !c.b.messages[i].read.IsZero() {
					c.b.heard++
				}
			}
			if got := r.Hears("b", "a").When; got != c.want {
				t.Errorf("Hears = %d, want %d", got, c.want)
			}
		})
	}
}

func TestMessagesAreFoundHoweverTheyAreCut(t *testing.T) {
	s := &Source{Name: "b", run: &Run{}, messages: []message{
		{text: "b1", said: at(1)}, {text: "b2", said: at(2)}, {text: "b3", said: at(3)},
	}}
	for i, piece := range []string{"b", "1\nb2\nb", "3", "\n"} {
		if err := s.note([]byte(piece), span{at(9 + i), at(10 + i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int{11, 11, 13} {
		if got := s.messages[i].read; !got.Equal(at(want)) {
			t.Errorf("message %d was read at %v, want %v: the read that brought its last byte", i+1, got, at(want))
		}
	}
	if err := s.note([]byte("b4\n"), span{}); err == nil {
		t.Error("a message that nobody said passes")
	}
}
