// The stage in a browser: the page that tui/export makes runs this program, compiled to
// WebAssembly; so does the page of a class. It gives the page a few functions, and the page gives it keys, clicks and
// the time that has passed. What is shown, tui/viewer knows; how cells are painted, the
// page.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"syscall/js"
	"time"

	"fdlab/lab/world"
	"fdlab/tui/grid"
	"fdlab/tui/theme"
	"fdlab/tui/viewer"
)

// The page shows one run, or a class.
var (
	shown *viewer.Viewer
	cells = grid.New(0, 0)
	out   []byte // the cells of the latest frame
)

func main() {
	js.Global().Set("fdlab", map[string]any{
		"open":   offered(open),
		"attend": offered(attend),
		"hear":   offered(hear),
		"vote":   offered(func([]js.Value) any { return shown.Vote() }),
		"resize": offered(resize),
		"theme":  offered(dress),
		"key":    offered(func(a []js.Value) any { return shown.Key(a[0].String()) }),
		"click":  offered(func(a []js.Value) any { shown.Click(a[0].Int(), a[1].Int()); return nil }),
		"drag":   offered(func(a []js.Value) any { shown.Drag(a[0].Int(), a[1].Int()); return nil }),
		"wheel":  offered(func(a []js.Value) any { shown.Wheel(a[0].Int(), a[1].Int(), a[2].Int()); return nil }),
		"pass":   offered(pass),
		"frame":  offered(frame),
		"words":  offered(func([]js.Value) any { return shown.Words(cells) }),
	})
	js.Global().Call("begin")
	select {}
}

// offered makes a function of the page's. A fault is an error of the page, which it
// tells; else the program would be gone, and the page would not say why.
func offered(do func([]js.Value) any) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) (result any) {
		defer func() {
			if r := recover(); r != nil {
				result = js.Global().Get("Error").New(fmt.Sprint("a fault of fdlab: ", r))
			}
		}()
		return do(args)
	})
}

// open reads the recording (bytes), with the lesson's words (JSON), for a dark page or
// a light one. It returns why it cannot, or "".
func open(args []js.Value) any {
	file := make([]byte, args[0].Length())
	js.CopyBytesToGo(file, args[0])
	var lesson viewer.Lesson
	if err := json.Unmarshal([]byte(args[1].String()), &lesson); err != nil {
		return "The lesson's words cannot be read: " + err.Error()
	}
	r, err := world.Read(bytes.NewReader(file))
	if err != nil {
		return "The recording cannot be opened: " + err.Error()
	}
	shown = viewer.New(themeOf(args[2].Bool()), lesson, *r)
	return ""
}

// attend shows what an instructor shows, on a dark page or a light one.
func attend(args []js.Value) any {
	shown = viewer.Attend(themeOf(args[0].Bool()))
	return ""
}

// hear takes a piece of news by its name. It returns why it cannot, or "".
func hear(args []js.Value) any {
	if err := shown.Hear(args[0].String(), args[1].String()); err != nil {
		return "What the class has sent cannot be read: " + err.Error()
	}
	return ""
}

func themeOf(dark bool) *theme.Theme {
	if dark {
		return theme.New(grid.TrueColor, theme.Dark, false)
	}
	return theme.New(grid.TrueColor, theme.Light, false)
}

func dress(args []js.Value) any {
	shown.Theme = themeOf(args[0].Bool())
	return nil
}

func resize(args []js.Value) any {
	w, h := args[0].Int(), args[1].Int()
	cells.Resize(w, h)
	shown.Resize(w, h)
	return nil
}

// pass moves the playhead on by so many ms, and reports whether it still moves.
func pass(args []js.Value) any {
	shown.Pass(time.Duration(args[0].Float() * float64(time.Millisecond)))
	return shown.Moves()
}

// frame draws the screen into an array of the page's: grid.CellBytes for each cell.
func frame(args []js.Value) any {
	cells.Clear()
	shown.Draw(cells.Region())
	out = cells.AppendCells(out[:0])
	js.CopyBytesToJS(args[0], out)
	return nil
}
