package main

import "fmt"

// around is how many equal lines are shown beside a difference.
const around = 3

// diff returns the lines of both files, each with a mark: "-" only in a, "+"
// only in b, " " in both. Long equal parts are left out.
//
// It is the longest common subsequence, by the table: the files are short.
func diff(a, b []string) []string {
	common := make([][]int, len(a)+1) // of a[i:] and b[j:]
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var all []string
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, " "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			all = append(all, "-"+a[i])
			i++
		default:
			all = append(all, "+"+b[j])
			j++
		}
	}
	return shorten(all)
}

// shorten leaves out equal lines that are far from any difference.
func shorten(all []string) (short []string) {
	near := make([]bool, len(all))
	for i, line := range all {
		if line[0] != ' ' {
			for k := max(0, i-around); k <= min(len(all)-1, i+around); k++ {
				near[k] = true
			}
		}
	}
	left := 0
	for i, line := range all {
		if !near[i] {
			left++
			continue
		}
		if left > 0 {
			short = append(short, fmt.Sprintf("@@ %d equal lines", left))
		}
		left = 0
		short = append(short, line)
	}
	if left > 0 {
		short = append(short, fmt.Sprintf("@@ %d equal lines", left))
	}
	return short
}
