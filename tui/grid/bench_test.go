package grid

import (
	"strconv"
	"testing"
)

// stage draws what a stage has at 200x60: panels, 200 rows of fds in columns
// of colour, numbers, lanes.
func stage(g *Grid) {
	frame, faint := Style{FG: Index(240)}, Style{FG: Index(245)}
	hot, calm := Style{FG: RGB(230, 159, 0), Attr: Bold}, Style{FG: RGB(86, 180, 233)}
	top, bottom := g.Region().Top(40)
	for i := range 4 {
		panel := top.Sub(i*50, 0, 50, 40).Box(&UnicodeLines, frame, hot, "file descriptors")
		for y := range panel.H {
			panel.At(0, y).Int(calm, int64(i*50+y)).To(5).Text(Style{}, "FIFO event.fifo").
				To(22).Text(calm, "read persist").To(36).Rune(hot, '■').Skip(1).Count(hot, int64(y*1234))
		}
	}
	time := bottom.Box(&UnicodeLines, frame, hot, "time")
	for y := range time.H {
		p := time.At(0, y).Text(faint, "fd ").Int(faint, int64(y)).To(8)
		for p.X < time.W-20 {
			p = p.Text(faint, "╌╌╌╌").Text(calm, "▁▇▇▁").Text(hot, "▐cb▌")
		}
		time.BytesRight(time.W, y, faint, AppendDuration(time.Scratch(), int64(y)*98765))
	}
}

func BenchmarkFrame200x60(b *testing.B) {
	for _, p := range []Profile{Plain, ANSI16, ANSI256, TrueColor} {
		b.Run(strconv.Itoa(int(p)), func(b *testing.B) {
			b.ReportAllocs()
			g := New(200, 60)
			g.Profile = p
			n := 0
			for b.Loop() {
				g.Clear()
				stage(g)
				n = len(g.Render())
			}
			b.ReportMetric(float64(n), "B/frame")
		})
	}
}

func BenchmarkDrawOnly(b *testing.B) {
	b.ReportAllocs()
	g := New(200, 60)
	for b.Loop() {
		g.Clear()
		stage(g)
	}
}

func BenchmarkRenderOnly(b *testing.B) {
	b.ReportAllocs()
	g := New(200, 60)
	g.Profile = TrueColor
	stage(g)
	for b.Loop() {
		g.out = g.AppendTo(g.out[:0])
	}
}
