package typeset

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// visual is a line in its order from left to right (UAX 9, L2 and L4): what is read from right to left is turned, its brackets, too.
func visual(line []piece) ([]piece, error) {
	letters := make([]rune, len(line))
	for i, c := range line {
		letters[i] = c.letters[0]
	}
	levels, err := levelsOf(letters)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(line)
	for i, c := range out {
		if levels[i]%2 == 1 {
			out[i].letters = append([]rune(bidi.ReverseString(string(c.letters[0]))), c.letters[1:]...)
		}
	}
	for level := slices.Max(append(levels, 0)); level > 0; level-- {
		for from := 0; from < len(out); from++ {
			to := from
			for to < len(out) && levels[to] >= level {
				to++
			}
			slices.Reverse(out[from:to])
			from = max(from, to)
		}
	}
	return out, nil
}

// levelsOf is how deep each letter of a line stands in text that runs the other way: odd levels run from right to left. The bidi package
// tells directions alone; which level they are of follows, for a text without controls, from what the line begins with.
func levelsOf(line []rune) ([]int, error) {
	var p bidi.Paragraph
	if _, err := p.SetString(string(line)); err != nil {
		return nil, err
	}
	runs, err := p.Order()
	if err != nil {
		return nil, err
	}
	outer := outerLevel(line)
	levels := make([]int, len(line))
	for i := range runs.NumRuns() {
		run := runs.Run(i)
		from, to := run.Pos()
		for at := from; at <= to && at < len(line); at++ {
			switch {
			case run.Direction() == bidi.RightToLeft:
				levels[at] = 1
			case outer == 1:
				levels[at] = 2
			}
		}
		if outer == 0 && i > 0 && run.Direction() == bidi.LeftToRight { // numbers after a word from right to left are of it
			for at := from + numbers(line[from:to+1]) - 1; at >= from; at-- {
				levels[at] = 2
			}
		}
	}
	return levels, nil
}

// outerLevel is a line's own: that of the first letter that has a direction.
func outerLevel(line []rune) int {
	for _, r := range line {
		switch class(r) {
		case bidi.L:
			return 0
		case bidi.R, bidi.AL:
			return 1
		}
	}
	return 0
}

// numbers is how many letters are up to the last digit before anything but numbers and what stands in them.
func numbers(run []rune) (n int) {
	for i, r := range run {
		switch class(r) {
		case bidi.EN, bidi.AN:
			n = i + 1
		case bidi.ES, bidi.CS, bidi.ET:
		default:
			return n
		}
	}
	return n
}

func class(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}
