//go:build linux

package main

import (
	"errors"
	"fmt"
)

// runner does rounds of work. A round gives one value for each figure of its
// contest.
type runner interface {
	round(n int) ([]float64, error)
	close() error
}

// contest is one workload on several peers.
type contest struct {
	group      string // the table that it belongs to
	name       string // its row
	work       int    // operations in a round
	figures    []figure
	contenders []contender // the first that is there is what the others are compared with
}

// figure is what is measured of a workload.
type figure struct {
	unit    string
	scale   float64 // what the measured value is divided by to be in unit
	rate    bool    // more is better
	bound   float64 // what fdlab shall not exceed, in unit; 0: no such
	targets []target
}

// target is what fdlab shall reach: at most limit times the peer's cost, or at
// least limit times its rate.
type target struct {
	against string
	limit   float64
}

type contender struct {
	name  string
	start func() (runner, error)
}

// result holds the values of a contest: by figure, by contender, by round.
type result struct {
	contest
	values [][][]float64
}

// hold lets the contenders do their rounds in turn. Another one begins in each
// round, and a first round, which warms up, does not count.
func (c contest) hold(rounds int) (res result, err error) {
	var runners []runner
	defer func() {
		for i, r := range runners {
			if closing := r.close(); closing != nil {
				err = errors.Join(err, c.failure(i, closing))
			}
		}
	}()
	for i, contender := range c.contenders {
		r, err := contender.start()
		if err != nil {
			return res, c.failure(i, err)
		}
		runners = append(runners, r)
	}
	res = result{c, make([][][]float64, len(c.figures))}
	for f := range res.values {
		res.values[f] = make([][]float64, len(runners))
	}
	for round := range rounds + 1 {
		for i := range runners {
			at := (i + round) % len(runners)
			values, err := runners[at].round(c.work)
			if err != nil {
				return res, c.failure(at, err)
			}
			for f := range c.figures {
				if round > 0 {
					res.values[f][at] = append(res.values[f][at], values[f])
				}
			}
		}
	}
	return res, nil
}

func (c contest) failure(contender int, err error) error {
	return fmt.Errorf("%s, %s: %s: %w", c.group, c.name, c.contenders[contender].name, err)
}
