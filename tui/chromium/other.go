//go:build !linux

// Package chromium drives a headless Chromium, for tests of pages alone. It is there on Linux.
package chromium
