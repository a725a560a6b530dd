//go:build linux && (amd64 || arm64)

package foreign

import (
	"debug/elf"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestABrokenFileIsNoFault: what a program's file says of its functions comes from outside. Any byte of it may
// be any other one: then nothing is known, or something else, and this program goes on.
func TestABrokenFileIsNoFault(t *testing.T) {
	file, err := elf.Open(compile(t, "stale.c"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	whole, text := readCFI(file), file.Section(".text")
	if whole == nil {
		t.Fatal("the compiler has written nothing")
	}
	known := 0
	for pc := text.Addr; pc < text.Addr+text.Size; pc++ {
		if _, ok := whole.row(pc); ok {
			known++
		}
	}
	if known < int(text.Size)/2 {
		t.Errorf("of %d places %d are known", text.Size, known)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		broken := *whole
		broken.frame, broken.funcs = slices.Clone(whole.frame), slices.Clone(whole.funcs)
		for range 1 + random.IntN(4) {
			broken.frame[random.IntN(len(broken.frame))] = byte(random.Uint32())
			if random.IntN(4) == 0 {
				broken.funcs[random.IntN(len(broken.funcs))] = byte(random.Uint32())
			}
		}
		broken.row(text.Addr + random.Uint64N(text.Size))
	}
}
