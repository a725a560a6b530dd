package grid

import "strconv"

// AppendCount appends n with a comma between thousands: 555,000.
func AppendCount(b []byte, n int64) []byte {
	at := len(b)
	b = strconv.AppendInt(b, n, 10)
	if n < 0 {
		at++
	}
	for i := len(b) - 3; i > at; i -= 3 {
		b = append(b, 0)
		copy(b[i+1:], b[i:])
		b[i] = ','
	}
	return b
}

// AppendDuration appends a time of ns nanoseconds with its unit, two or three
// digits of it: 412 ns, 1.2 µs, 12 ms, 1.23 s, 2 min 03 s. It cuts and does
// not round, so that nothing reads longer than it took.
func AppendDuration(b []byte, ns int64) []byte {
	if ns < 0 {
		b = append(b, '-')
		ns = max(-ns, 0)
	}
	switch {
	case ns < 1e3:
		b = strconv.AppendInt(b, ns, 10)
		return append(b, " ns"...)
	case ns < 1e6:
		b = appendTenths(b, ns, 1e3)
		return append(b, " µs"...)
	case ns < 1e9:
		b = appendTenths(b, ns, 1e6)
		return append(b, " ms"...)
	case ns < 10e9:
		b = strconv.AppendInt(b, ns/1e9, 10)
		b = append(b, '.')
		b = appendPadded(b, ns/1e7%100, 2)
		return append(b, " s"...)
	case ns < 60e9:
		b = strconv.AppendInt(b, ns/1e9, 10)
		b = append(b, '.')
		b = appendPadded(b, ns/1e8%10, 1)
		return append(b, " s"...)
	}
	b = strconv.AppendInt(b, ns/60e9, 10)
	b = append(b, " min "...)
	b = appendPadded(b, ns/1e9%60, 2)
	return append(b, " s"...)
}

// AppendClock appends a moment of a run as minutes, seconds and milliseconds:
// 00:03.412.
func AppendClock(b []byte, ns int64) []byte {
	if ns < 0 {
		b = append(b, '-')
		ns = max(-ns, 0)
	}
	b = appendPadded(b, ns/60e9, 2)
	b = append(b, ':')
	b = appendPadded(b, ns/1e9%60, 2)
	b = append(b, '.')
	return appendPadded(b, ns/1e6%1000, 3)
}

// appendTenths appends n/unit, with one decimal below 10.
func appendTenths(b []byte, n, unit int64) []byte {
	b = strconv.AppendInt(b, n/unit, 10)
	if n < 10*unit {
		b = append(b, '.', byte('0'+n*10/unit%10))
	}
	return b
}

// appendPadded appends n in at least digits digits.
func appendPadded(b []byte, n int64, digits int) []byte {
	for limit := int64(10); digits > 1; digits-- {
		if n < limit {
			for ; digits > 1; digits-- {
				b = append(b, '0')
			}
			break
		}
		limit *= 10
	}
	return strconv.AppendInt(b, n, 10)
}
