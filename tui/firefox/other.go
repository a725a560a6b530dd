//go:build !linux

// Package firefox drives a headless Firefox, for tests of pages alone. It is there on Linux.
package firefox
