package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"time"

	"fdlab/lab/launch"
)

func main() {
	for_ := flag.Duration("for", time.Minute, "how long to go on")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "what the random programs and the keys are made from")
	only := flag.String("only", "", "only programs whose name holds this; \"random 42\" is the random program of that seed")
	frames := flag.Bool("frames", false, "print the frame with each contradiction")
	each := flag.Duration("each", 8*time.Second, "how long one program may go on")
	alone := flag.Bool("alone", false, "hold nothing and press no key")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root, err := launch.FindRoot("")
	if err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(2)
	}
	fmt.Printf("seed %d\n", *seed)
	found := 0
	o := &Oracle{Root: root, Alone: *alone, Rand: rand.New(rand.NewPCG(*seed, 1)), Found: func(c Contradiction) {
		found++
		fmt.Printf("CONTRADICTION: %v\n", c)
		if *frames {
			fmt.Println(c.Frame)
		}
	}}
	defer o.Close()
	for end := time.Now().Add(*for_); ctx.Err() == nil && time.Now().Before(end); {
		if err := o.round(ctx, *only, *each, end); err != nil {
			fmt.Fprintln(os.Stderr, "oracle:", err)
			found++
		}
		if *only != "" {
			break
		}
	}
	fmt.Printf("%d words in %d samples that count; %d contradictions\n", o.Words, o.Samples, found)
	if found > 0 {
		o.Close()
		os.Exit(1)
	}
}

// round runs each program once, and a random one after each.
func (o *Oracle) round(ctx context.Context, only string, each time.Duration, end time.Time) error {
	all, err := Programs(o.Root)
	if err != nil {
		return err
	}
	var seed uint64
	if _, err := fmt.Sscanf(only, "random %d", &seed); err == nil {
		all = []Program{random(seed)}
	} else if only != "" {
		var some []Program
		for _, p := range all {
			if strings.Contains(p.Name, only) {
				some = append(some, p)
			}
		}
		all = some
	} else {
		var mixed []Program
		for _, p := range all {
			mixed = append(mixed, p, random(o.Rand.Uint64N(1e9)))
		}
		all = mixed
	}
	for _, p := range all {
		if ctx.Err() != nil || time.Now().After(end) {
			return nil
		}
		limit := each
		if p.whole {
			limit *= 4
		}
		began := time.Now()
		samples := o.Samples
		if err := o.Watch(ctx, p, limit); err != nil {
			return err
		}
		fmt.Printf("%-40s %5.1f s  %4d samples\n", p.Name, time.Since(began).Seconds(), o.Samples-samples)
	}
	return nil
}
