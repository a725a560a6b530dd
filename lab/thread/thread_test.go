package thread

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

func TestLockedThreadsKeepTheirKernelID(t *testing.T) {
	var wg sync.WaitGroup
	for range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			id, unlock := Lock()
			defer unlock()
			for range 100 {
				runtime.Gosched()
				if got := ID(); got != id {
					t.Errorf("ID() = %d on the thread that Lock called %d", got, id)
				}
			}
			if runtime.GOOS == "linux" {
				if _, err := os.Stat("/proc/self/task/" + strconv.Itoa(int(id))); err != nil {
					t.Errorf("the kernel knows no thread %d: %v", id, err)
				}
			}
		}()
	}
	wg.Wait()
}

func TestTwoLockedThreadsDiffer(t *testing.T) {
	mine, unlock := Lock()
	defer unlock()
	other := make(chan uint32)
	go func() {
		id, unlock := Lock()
		defer unlock()
		other <- id
	}()
	if id := <-other; id == mine {
		t.Fatalf("two locked threads have one id: %d", id)
	}
}

func TestUnlockForgets(t *testing.T) {
	_, unlock := Lock()
	_, inner := Lock()
	inner()
	g := self()
	if e := table[slotOf(g)].Load(); g != 0 && (e == nil || e.g != g) {
		t.Fatal("the inner unlock took the outer lock's entry away")
	}
	unlock()
	if e := table[slotOf(g)].Load(); e != nil && e.g == g {
		t.Fatal("the entry outlives its lock: the next goroutine at this address would get a wrong id")
	}
}

// Goroutines that run on other threads have other marks, and one keeps its own.
func TestMarksTellLockedThreadsApart(t *testing.T) {
	_, unlock := Lock()
	defer unlock()
	mine := Mark()
	var wg sync.WaitGroup
	for range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, unlock := Lock()
			defer unlock()
			own := Mark()
			runtime.Gosched()
			if own == mine || Mark() != own {
				t.Errorf("a thread has the mark %x and then %x; another has %x", own, Mark(), mine)
			}
		}()
	}
	wg.Wait()
	if Mark() != mine {
		t.Errorf("the mark was %x and is %x", mine, Mark())
	}
}

var sink uint32

func BenchmarkID(b *testing.B) {
	_, unlock := Lock()
	defer unlock()
	b.ReportAllocs()
	for b.Loop() {
		sink = ID()
	}
}
