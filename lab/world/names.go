package world

import "fdlab/lab/trace"

// names resolves string numbers, each once. Clones share it.
type names struct {
	strings trace.Strings
	known   map[uint32]name
	recent  [64]name // the same few names come again and again
}

// noName has the number 0.
var noName name

type name struct {
	id   uint32
	call Call
	gate HeldAt
	text string
}

func newNames(strings trace.Strings) *names {
	return &names{strings: strings, known: map[uint32]name{}}
}

func (n *names) of(id uint32) string { return n.find(id).text }

// call returns the system call that has the name.
func (n *names) call(id uint32) Call { return n.find(id).call }

func (n *names) find(id uint32) *name {
	recent := &n.recent[id*0x9E3779B1>>26]
	if recent.id == id { // the zero name has the number 0
		return recent
	}
	if id == 0 {
		return &noName
	}
	found, ok := n.known[id]
	if !ok {
		s := n.strings.String(id)
		found = name{id, calls[s], gates[s], s}
		if len(n.known) < mostNames {
			n.known[id] = found
		}
	}
	*recent = found
	return recent
}
