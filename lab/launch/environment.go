package launch

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// EnvironmentError says that a program cannot be built or started for a reason
// that lies in the machine or in the shell's settings, not in the program.
type EnvironmentError struct {
	Cause string // a sentence
	Said  string // the tool's or the kernel's words, quoted: they may be drawn
	Cure  string // what to do

	err error // what was met, or nil
}

func (e *EnvironmentError) Error() string {
	return e.Cause + "\n" + e.Said + "\n" + e.Cure
}

func (e *EnvironmentError) Unwrap() error { return e.err }

const restart = "Then start fdlab again."

// troubles are the usual reasons of machines and shells for which a build fails, each
// with its cure. The first one whose pattern matches is taken.
var troubles = []struct {
	says        *regexp.Regexp
	cause, cure string
}{
	{regexp.MustCompile(`no space left on device|disk quota exceeded`),
		"There is no room left on the disk.",
		"Free some, or choose a folder with room: export TMPDIR=FOLDER, and GOCACHE=FOLDER for compiled packages. " + restart},
	{regexp.MustCompile(`file too large|file size limit exceeded|SIGXFSZ|exit status 153`),
		"This shell limits the size of files (ulimit -f).",
		"Lift the limit, `ulimit -f unlimited`, or open a new terminal. " + restart},
	{regexp.MustCompile(`too many open files`),
		"This shell limits open files too tightly (ulimit -n).",
		"Raise the limit, `ulimit -n 1024`, or open a new terminal. " + restart},
	{regexp.MustCompile(`cannot allocate memory|out of memory|signal: killed|resource temporarily unavailable|failed to create new OS thread`),
		"The machine, or a limit of this shell, left no memory or no process for the build.",
		"Close other programs, look at `ulimit -a`, and try again."},
	{regexp.MustCompile(`parsing \$?GOFLAGS|inconsistent vendoring|-mod=vendor|-modfile|-overlay`),
		"GOFLAGS holds a flag that cannot be used here.",
		"Remove it: `unset GOFLAGS`, and `go env -u GOFLAGS` if it was set there. " + restart},
	{regexp.MustCompile(`neither GOMODCACHE nor GOPATH is set|GOCACHE is not defined|\$HOME is not defined`),
		"HOME is not set, so Go has no place for its caches.",
		"Set it to your home folder: export HOME=/home/NAME. " + restart},
	{regexp.MustCompile(`GOPATH entry is relative`),
		"GOPATH must be an absolute path.",
		"Remove it: `unset GOPATH`, and `go env -u GOPATH` if it was set there. " + restart},
	{regexp.MustCompile(`module cache`),
		"Go's folder for modules (GOMODCACHE) cannot be used.",
		"See where it is with `go env GOMODCACHE`. Make it yours, or `unset GOMODCACHE GOPATH`. " + restart},
	{regexp.MustCompile(`build cache`),
		"Go's folder for compiled packages (GOCACHE) cannot be used.",
		"See where it is with `go env GOCACHE`. Make it writable, or set GOCACHE to a folder that is. " + restart},
	{regexp.MustCompile(`module lookup disabled|dial tcp|no such host|i/o timeout|network is unreachable|connection refused|connection reset|TLS handshake|x509:|proxyconnect|reading https?://|unrecognized import path`),
		"A module is not on this machine, and it cannot be fetched.",
		"With a network, once, in your clone: go mod download"},
	{regexp.MustCompile(`checksum mismatch|SECURITY ERROR`),
		"A module on this machine is not what its authors published.",
		"Fetch it again, with a network: go clean -modcache && go mod download"},
	{regexp.MustCompile(`requires go >= |toolchain not available|invalid GOTOOLCHAIN|invalid toolchain|unknown directive: (go|toolchain|ignore)`),
		"This Go is too old for fdlab, or GOTOOLCHAIN names another that is not here.",
		"Install the newest Go from https://go.dev/dl, and `unset GOTOOLCHAIN`. " + restart},
	{regexp.MustCompile(`binary is trimmed and GOROOT is not set`),
		"The go command does not find its own files, usually because /proc is not there.",
		"Mount it: mount -t proc proc /proc. Or name Go's folder: export GOROOT=/usr/local/go. " + restart},
	{regexp.MustCompile(`cannot find GOROOT|does not match go tool version|go: no such tool|is not in std \(.*\)\s*$`),
		"The parts of Go on this machine do not belong together, or GOROOT names a wrong folder.",
		"`unset GOROOT`. If that does not help, install Go again from https://go.dev/dl. " + restart},
	{regexp.MustCompile(`invalid GO[A-Z0-9]+|unsupported GO[A-Z0-9]+|unknown GO[A-Z0-9]+|unrecognized GO[A-Z0-9]+`),
		"One of Go's variables has a value that Go does not know.",
		"The words above name it: unset it, and `go env -u NAME`. " + restart},
	{regexp.MustCompile(`invalid package directory|malformed (import|module|file) path`),
		"The path of your clone has a character that Go does not take, a newline for example.",
		"Move the clone to a folder with a plain name. " + restart},
	{regexp.MustCompile(`-race (requires cgo|is only supported)|-race is not supported`),
		"Go's race detector is not available on this system.",
		"See https://go.dev/doc/articles/race_detector for what it needs."},
	{regexp.MustCompile(`C compiler .* not found`),
		"The build wants a C compiler, and there is none.",
		"fdlab needs none: export CGO_ENABLED=0. " + restart},
	{regexp.MustCompile(`read-only file system|permission denied|operation not permitted`),
		"A folder that the build needs may not be written, or a program there may not be run.",
		"The words above name it. TMPDIR, GOCACHE and GOMODCACHE choose other folders. " + restart},
}

// Explain adds cause and cure to an error, if it is one of the known troubles of machines.
func Explain(err error) error {
	var known *EnvironmentError
	if err == nil || errors.As(err, &known) {
		return err
	}
	for _, t := range troubles {
		if t.says.MatchString(err.Error()) {
			return &EnvironmentError{t.cause, Quote([]byte(err.Error())), t.cure, err}
		}
	}
	return err
}

// noTemp explains why no temporary folder could be made.
func noTemp(err error) error {
	name := "TMPDIR"
	if os.Getenv(buildFolder) != "" {
		name = buildFolder
	}
	return &EnvironmentError{"No folder for temporary files can be made.", Quote([]byte(err.Error())),
		fmt.Sprintf("%s must name a folder that is there and that you may write to: export %s=/tmp, or unset it. %s", name, name, restart), err}
}

// ofTheProgram are objections to a program that name no file and line.
var ofTheProgram = regexp.MustCompile(`(?m)^# |import cycle not allowed|build constraints exclude|no Go files|found packages `)

// environment returns what is wrong with the machine, or nil if the go command
// objects to the program. A file and a line speak for the program; but where a
// module cannot be fetched, the go command names the line that imports it.
func (e *BuildError) environment() *EnvironmentError {
	var words []string // all that is no objection to a line of code
	for line := range strings.Lines(e.Output) {
		more := len(e.Problems) > 0 && strings.HasPrefix(line, "\t")
		line = strings.TrimSpace(line)
		m := objection.FindStringSubmatch(line)
		switch {
		case more || line == "" || strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "go: downloading "):
		case m == nil:
			words = append(words, line)
		case fetching.MatchString(m[4]) || keeping.MatchString(m[4]):
			words = append(words, m[4])
		}
	}
	said := strings.Join(words, " ")
	if len(words) == 0 { // it could not even say why: 153 is 128 and SIGXFSZ
		said = "nothing (" + e.Status + ")"
	}
	for _, t := range troubles {
		if t.says.MatchString(said) {
			return &EnvironmentError{t.cause, short(said), t.cure, nil}
		}
	}
	if len(e.Problems) > 0 || ofTheProgram.MatchString(e.Output) {
		return nil
	}
	return &EnvironmentError{"The go command could not build here, and says nothing about the program.",
		short(said), "See whether `go version` and `go vet ./lab/...` work in your clone.", nil}
}

// keeping is what stands behind a line that imports a package which has compiled,
// and cannot be kept: the compiler speaks of no file that it could not write.
var keeping = regexp.MustCompile(`^(write|open|create|mkdir|rename|close) \S.*: `)

// fetching is what stands behind a line that imports a module which cannot be
// fetched.
var fetching = regexp.MustCompile(`module lookup disabled|: Get "|checksum mismatch|unrecognized import path`)

// short cuts what a tool said to what fits a screen, and quotes it.
func short(said string) string {
	const most = 400
	if len(said) > most {
		said = said[:most] + " ..."
	}
	return Quote([]byte(said))
}
