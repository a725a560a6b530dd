//go:build !linux

package main

import "fmt"

func main() { fmt.Println("the oracle asks Linux's /proc: run it on Linux") }
