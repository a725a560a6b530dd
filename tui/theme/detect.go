package theme

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"

	"fdlab/tui/grid"
)

// Detect chooses a theme from the environment of a program whose output is a
// terminal; env is as os.Environ returns it. It reads:
//
//	NO_COLOR                 anything but nothing: no colour (no-color.org)
//	TERM, COLORTERM          what the terminal can show; dumb: no SGR at all
//	LC_ALL, LC_CTYPE, LANG   not UTF-8: ASCII only (none set counts as UTF-8)
//	FDLAB_ASCII              1: ASCII only; 0: not, whatever the rest says
//	RUNEWIDTH_EASTASIAN=1    ASCII only: this terminal draws boxes two cells wide
//	FDLAB_THEME              dark or light
//	COLORFGBG                the background, from terminals that say it
//
// With an error the theme is good, too: it was chosen without the variable
// that the error names.
func Detect(env []string) (*Theme, error) {
	vars := variables(env)
	ascii, err := ascii(vars)
	b, err2 := background(vars)
	if err == nil {
		err = err2
	}
	return New(profile(env, vars), b, ascii), err
}

// Dumb reports whether the terminal has no escape sequences, not even those that
// move the cursor: nothing can be shown on it but lines of text.
func Dumb(env []string) bool {
	t := variables(env)["TERM"]
	return t == "dumb" || t == ""
}

func variables(env []string) map[string]string {
	vars := make(map[string]string, len(env))
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		vars[name] = value
	}
	return vars
}

// profile leaves the many terminals to colorprofile. It reads the environment
// and nothing else: colorprofile.Detect would run tmux and read terminfo.
func profile(env []string, vars map[string]string) grid.Profile {
	if Dumb(env) {
		return grid.Plain
	}
	if vars["NO_COLOR"] != "" { // colorprofile wants a true value; no-color.org any
		return grid.Mono
	}
	switch colorprofile.Env(env) {
	case colorprofile.TrueColor:
		return grid.TrueColor
	case colorprofile.ANSI256:
		return grid.ANSI256
	case colorprofile.ANSI:
		return grid.ANSI16
	}
	return grid.Mono
}

// ascii says whether the terminal knows only ASCII. The Linux console does
// speak UTF-8, but its font has 256 or 512 glyphs, and not ours.
func ascii(vars map[string]string) (bool, error) {
	var err error
	if v := vars["FDLAB_ASCII"]; v != "" {
		yes, bad := strconv.ParseBool(v)
		if bad == nil {
			return yes, nil
		}
		err = fmt.Errorf("FDLAB_ASCII=%q: want 1 for ASCII only, or 0", v)
	}
	if t := vars["TERM"]; t == "linux" || t == "dumb" || strings.HasPrefix(t, "vt") {
		return true, err
	}
	if wide, _ := strconv.ParseBool(vars["RUNEWIDTH_EASTASIAN"]); wide {
		return true, err // go-runewidth's and x/ansi's variable, and bubbletea's so
	}
	// The first that is set rules, says locale(7).
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(vars[name]); v != "" {
			return !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8"), err
		}
	}
	return false, err
}

// background reads FDLAB_THEME, then COLORFGBG: "15;0" or "15;default;0".
func background(vars map[string]string) (Background, error) {
	var err error
	switch v := vars["FDLAB_THEME"]; v {
	case "dark":
		return Dark, nil
	case "light":
		return Light, nil
	case "":
	default:
		err = fmt.Errorf("FDLAB_THEME=%q: want dark or light", v)
	}
	v := vars["COLORFGBG"]
	n, bad := strconv.Atoi(v[strings.LastIndexByte(v, ';')+1:])
	switch {
	case bad != nil || n < 0 || n > 15:
		return Unknown, err
	case n == 7 || n > 8:
		return Light, err
	}
	return Dark, err
}
