//go:build !linux

// Package chromium drives a headless Chromium, for tests of pages alone. It works on Linux only.
package chromium
