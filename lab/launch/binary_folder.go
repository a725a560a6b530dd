package launch

import (
	"path/filepath"

	"fdlab/lab/litter"
)

// placeInFolder makes a temporary folder for the program.
func (b *Binary) placeInFolder() error {
	dir, err := litter.TempDir("", "program")
	if err != nil {
		return noTemp(err)
	}
	b.dir, b.path = dir, filepath.Join(dir, b.Name)
	return nil
}
