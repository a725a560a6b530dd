//go:build !trap

package main

import _ "fdlab/tui/firstframe"
