package launch

import "os"

// ThisProgram is this very program, to be started once more as a child: its environment says
// in which role (lab/foreign). It need not be built. name is how it is called.
func ThisProgram(name string) Program { return Program{Name: name, itself: true} }

func itself(name string) *Binary {
	path, err := os.Executable()
	if here := procSelf(); here != "" { // even if its file is gone, as under "go run"
		path, err = here, nil
	}
	if err != nil {
		path = os.Args[0]
	}
	return &Binary{Package: name, Name: name, path: path}
}
