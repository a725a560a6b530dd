//go:build unix

package litter

import "os"

// unlinked makes a file in the folder for temporary files and takes its name
// away at once.
func unlinked(name string) (*os.File, error) {
	file, err := os.CreateTemp("", name)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
