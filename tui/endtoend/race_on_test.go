//go:build race

package endtoend

// raceEnabled: the instrument is built with -race too when the tests are.
const raceEnabled = true
