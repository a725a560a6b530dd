package grade

import (
	"slices"
	"strconv"
	"strings"

	"fdlab/lab/trace"
	"fdlab/lab/world"
)

// What is put out and was not to be: the bytes themselves say where they come from.
var (
	AsFormat = &Misconception{
		ID:     "text-as-format",
		Belief: "Printf prints a text.",
		Truth: "Its first argument is a format: each % in it begins a verb, and nobody knows what the others will say. Write the bytes " +
			"as they came (os.Stdout.Write), or give Printf a format of its own: \"%s\".",
	}
	AddsNewline = &Misconception{
		ID:     "adds-newline",
		Belief: "Println prints what I give it.",
		Truth: "It adds a newline at the end. What a read gives has its own newlines already, or none: it may be a part of a line, or " +
			"several. Write the bytes as they came: os.Stdout.Write.",
	}
	PieceIsLine = &Misconception{
		ID:     "piece-is-line",
		Belief: "What a read gives is a line.",
		Truth: "A pipe, like TCP, is a stream of bytes: a read gives what has come so far, half a line or several. Here a newline was put behind a piece " +
			"that had none. Write the bytes as they came.",
	}
	NewlineLeftOut = &Misconception{
		ID:     "newline-left-out",
		Belief: "The newline does not belong to what was said.",
		Truth:  "It ends the line, and a program that reads lines waits for it. Put it out as it came, like any other byte.",
	}
	Trimmed = &Misconception{
		ID:     "trimmed",
		Belief: "Spaces at the ends say nothing.",
		Truth:  "They are bytes like any other: a line is all that stands before its newline. Compare it, and pass it on, as it came.",
	}
	WholeBuffer = &Misconception{
		ID:     "whole-buffer",
		Belief: "What I have read is the buffer.",
		Truth: "A read fills its first n bytes, and n is what it returned. What stands behind them is no part of it: zeros at first, later " +
			"what came before. Use buf[:n].",
	}
	BufferReused = &Misconception{
		ID:     "buffer-reused",
		Belief: "What I have read stays where it is.",
		Truth: "A slice of a buffer is no copy: the next read into the same buffer writes over what has not been put out yet. Write it " +
			"before you read again, or copy what is kept: append([]byte(nil), buf[:n]...).",
	}
	Quoted = &Misconception{
		ID:     "printed-quoted",
		Belief: "A text is printed as it is, whatever the verb.",
		Truth: "%q (and strconv.Quote) writes a text as Go source has it: between quotes, and \\n where a newline was. Write the bytes as they came: " +
			"os.Stdout.Write.",
	}
	ReadLeftOut = &Misconception{
		ID:     "read-left-out",
		Belief: "What I have read comes out.",
		Guess:  true,
		Truth: "What one read gave was not put out, and what a later one gave was. Put out each read before the next one into the same buffer, or keep a copy of it; " +
			"one callback may read several times.",
	}
	OwnWords = &Misconception{
		ID:     Noise.ID,
		Belief: Noise.Belief,
		Guess:  true,
		Truth:  Noise.Truth,
	}
	NotAsItCame = &Misconception{
		ID:      "not-as-it-came",
		Belief:  "What comes out is what came in.",
		Unknown: true,
		Truth: "It did not come out as it came in: \"seen\" says from which byte on. Programs compare bytes. Each byte that was read is to be put out once, unchanged and in its " +
			"order: none is left out, and none is added or replaced.",
	}
)

// distortion says what the program did to the text that it puts out, of which the first n bytes are right.
// The exam says that the text is what was read, byte for byte.
func (e *Examiner) distortion(got, due string, n int) *Misconception {
	reads := e.reads()
	all := sum(reads)
	switch more := got[n:]; {
	case n > 0 && got[n-1] == '%' && (more[0] == '!' || strings.HasPrefix(due[n:], "%")):
		return AsFormat
	case more[0] == 0 && !strings.HasPrefix(due[n:], "\x00"), leftBefore(reads, due, n, more):
		return WholeBuffer
	case more[0] == '\n' && goesOnThere(reads, n, more[1:], due[n:]):
		if linesBefore(reads, due, n) { // these came out as they were
			return PieceIsLine
		}
		return AddsNewline
	case trims(more, due[n:]):
		return Trimmed
	case repeats(inserted(got, due, n, all), reads, due, n):
		return PrintedAgain
	case inserted(got, due, n, all) != "":
		if !strings.Contains(due, inserted(got, due, n, all)) { // nobody has said that
			return OwnWords
		}
		return Noise
	case quotes(more, reads, due, n):
		return Quoted
	case len(got) == all && strings.Contains(due[n:], more[:min(len(more), 12)]):
		return BufferReused
	case leavesOut(more, reads, due, n):
		return ReadLeftOut
	}
	return NotAsItCame
}

// inserted is what has been put out after n bytes, if all that was read has been put out beside it.
func inserted(got, due string, n, read int) string {
	rest := due[n:max(n, min(read, len(due)))]
	more, whole := strings.CutSuffix(got[n:], rest)
	if !whole {
		return ""
	}
	return more
}

// repeats reports whether the text that was put in after n bytes is nothing but what single reads gave. Where it ends as
// the text before it does, it may have been put in sooner: of "job 1, job 1, job 2", "1, job " after "job 1, job ".
func repeats(text string, reads []int, due string, n int) bool {
	for {
		if consists(text, reads, due) {
			return true
		}
		last := len(text) - 1
		if last < 0 || n == 0 || text[last] != due[n-1] {
			return false
		}
		n--
		text = text[last:] + text[:last]
	}
}

// consists reports whether a text is nothing but what single reads gave, one or several of them.
func consists(text string, reads []int, due string) bool {
	if text == "" {
		return false
	}
	gave := map[string]bool{}
	at := 0
	for _, size := range reads {
		if at+size <= len(due) {
			gave[due[at:at+size]] = true
		}
		at += size
	}
	for text != "" {
		longest := ""
		for piece := range gave {
			if len(piece) > len(longest) && strings.HasPrefix(text, piece) {
				longest = piece
			}
		}
		if longest == "" {
			return false
		}
		text = text[len(longest):]
	}
	return true
}

func sum(sizes []int) (all int) {
	for _, size := range sizes {
		all += size
	}
	return all
}

// reads are the sizes of all reads of the sources that gave something.
func (e *Examiner) reads() (sizes []int) {
	e.eachRead(func(r *world.Entry) { sizes = append(sizes, int(r.A)) })
	return sizes
}

// readOf says of a record whether it is the read of the sources that gave byte n (from 0), or the last one if
// none has given it.
func (e *Examiner) readOf(n int) func(*world.Entry) bool {
	var seq uint64
	at := 0
	e.eachRead(func(r *world.Entry) {
		if at <= n {
			seq = r.Seq
		}
		at += int(r.A)
	})
	return numbered(seq)
}

// eachRead calls do for each read of the sources that gave something.
func (e *Examiner) eachRead(do func(*world.Entry)) {
	e.Each(func(r *world.Entry) {
		its := func(f *world.FD) bool { return f.Number == r.FD }
		if r.Kind == trace.CallEnd && r.Call == world.CallRead && r.A > 0 && slices.ContainsFunc(e.handFDs(), its) {
			do(r)
		}
	})
}

// goesOnThere reports whether a read ended with byte n of all that were read, and what the next one gave follows, if there was one.
func goesOnThere(reads []int, n int, follows, due string) bool {
	for i, size := range reads {
		if n -= size; n != 0 {
			continue
		}
		if i+1 == len(reads) {
			return follows == ""
		}
		next := min(reads[i+1], len(due))
		return strings.HasPrefix(follows, due[:next])
	}
	return false
}

// trims reports whether the text goes on as it should, but for the blanks that were to come first.
func trims(more, due string) bool {
	rest := strings.TrimLeft(due, " \t\r")
	return len(rest) < len(due) && rest != "" && rest[0] == more[0] && strings.HasPrefix(more, rest[:min(len(rest), len(more))])
}

// quotes reports whether the text goes on with what the next read gave, as Go source writes it.
func quotes(more string, reads []int, due string, n int) bool {
	at := 0
	for _, size := range reads {
		if at == n && n+size <= len(due) {
			quoted := strconv.Quote(due[n : n+size])
			return strings.HasPrefix(more, quoted[:min(len(quoted), len(more))])
		}
		at += size
	}
	return false
}

// leavesOut reports whether the text goes on, where a read begins, with what a later one gave.
func leavesOut(more string, reads []int, due string, n int) bool {
	const tells = 8 // so many bytes can hardly be the same by chance
	if len(more) < tells {
		return false
	}
	at, begins := 0, false
	for _, size := range reads {
		if begins && at < len(due) && strings.HasPrefix(due[at:], more[:tells]) {
			return true
		}
		begins = begins || at == n
		at += size
	}
	return false
}

// linesBefore reports whether a read before the one that ended with byte n gave the end of a line.
func linesBefore(reads []int, due string, n int) bool {
	at := 0
	for _, size := range reads {
		if at += size; at >= n {
			break
		}
		if due[at-1] == '\n' {
			return true
		}
	}
	return false
}

// leftBefore reports whether more, after n bytes, is what an earlier and longer read had left behind those
// that the last one filled.
func leftBefore(reads []int, due string, n int, more string) bool {
	var begins []int // of each read that is over by then
	at := 0
	for _, size := range reads {
		if at >= n {
			break
		}
		begins = append(begins, at)
		at += size
	}
	if at != n || n == 0 {
		return false
	}
	last := n - begins[len(begins)-1]
	for i, begin := range begins {
		if end := begin + reads[i]; reads[i] > last && strings.HasPrefix(more, due[begin+last:end]) {
			return true
		}
	}
	return false
}
