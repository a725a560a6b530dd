package stage

import "fdlab/lab/abi"

// errno returns the name that the manual pages use: "EAGAIN".
func errno(n int64) string {
	if name := abi.Errno(n); name != "" {
		return name
	}
	return "error"
}
