package export

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"fdlab/tui/grid"
)

// cast writes the run as asciinema plays it (asciicast v2, which all its players read):
// https://docs.asciinema.org/manual/asciicast/v2/. A marker stands at each step and at
// each moment. Only the rows that change are written.
func cast(_ context.Context, w io.Writer, _ string, run *Run, o Options) error {
	out := bufio.NewWriter(w)
	header, err := json.Marshal(struct {
		Version   int               `json:"version"`
		Width     int               `json:"width"`
		Height    int               `json:"height"`
		Timestamp int64             `json:"timestamp"`
		Title     string            `json:"title"`
		Env       map[string]string `json:"env"`
	}{2, o.W, o.H, run.Started.Unix(), "fdlab: " + run.Lesson.Title, map[string]string{"TERM": "xterm-256color"}})
	if err != nil {
		return err
	}
	out.Write(append(header, '\n'))
	event := func(at time.Duration, code string, data []byte) error {
		text, err := json.Marshal(string(data))
		if err != nil {
			return err
		}
		b := append(strconv.AppendFloat([]byte{'['}, at.Seconds(), 'f', 3, 64), `, "`+code+`", `...)
		_, err = out.Write(append(append(b, text...), "]\n"...))
		return err
	}
	rows := make([][]byte, o.H)
	begun := false
	last, err := play(run, o, 10, func(at time.Duration, g *grid.Grid, mark string) error {
		var b []byte
		if !begun {
			b, begun = append(b, "\x1b[?25l\x1b[2J"...), true // no cursor, an empty screen
		}
		for y := range rows {
			row := g.AppendRow(nil, y)
			if bytes.Equal(row, rows[y]) {
				continue
			}
			rows[y] = row
			b = append(strconv.AppendInt(append(b, "\x1b["...), int64(y+1), 10), "H\x1b[2K"...)
			b = append(b, row...)
		}
		if mark != "" {
			if err := event(at, "m", []byte(mark)); err != nil {
				return err
			}
		}
		if len(b) == 0 {
			return nil
		}
		return event(at, "o", b)
	})
	if err == nil {
		err = event(last, "o", []byte("\x1b[m\x1b[?25h"))
	}
	if err == nil {
		err = out.Flush()
	}
	return err
}
