package launch

import (
	"os"
	"path/filepath"
)

// placeInFolder makes a temporary folder for the program.
func (b *Binary) placeInFolder() error {
	dir, err := os.MkdirTemp("", "fdlab-")
	if err != nil {
		return err
	}
	b.dir, b.path = dir, filepath.Join(dir, b.Name)
	return nil
}
