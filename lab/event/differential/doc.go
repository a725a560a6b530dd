// Package differential holds lab/event against real libevent: each scenario is
// a small program that was written twice, in C on libevent 2.1 (testdata/*.c)
// and in Go on lab/event, and both must print the same lines on each backend.
// What differs on purpose is declared in differences_test.go.
//
// Where the C compiler or libevent is missing the test skips and says so; with
// CI=true in the environment it fails instead.
package differential
