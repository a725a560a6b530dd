package main

import "os/exec"

func main() { exec.Command("cat", "/dev/null").Run() }
