package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Misspelt tells whether a word may have typos at all: short ones and those with digits are taken as they are.
func Misspelt(word string) bool {
	return utf8.RuneCountInString(word) >= 4 && !strings.ContainsFunc(word, unicode.IsDigit)
}

// Edits is how many typos a word may have: one, from six letters on two.
func Edits(word string) int {
	if utf8.RuneCountInString(word) < 6 {
		return 1
	}
	return 2
}

// Numbers are a word and what it is in the other number, as that is no typo: shues are a shoe. A word without an s at its end gets one
// where it is so short that the s would be the one typo that it may have.
func Numbers(word string) []string {
	switch one, many := strings.CutSuffix(word, "s"); {
	case many && Misspelt(one):
		return []string{word, one}
	case !many && Misspelt(word) && Edits(word) == 1:
		return []string{word, word + "s"}
	}
	return []string{word}
}

// Nearest returns the word of a list that is the fewest typos away from a word, or else from its other number, the first of several;
// false if none is near enough.
func Nearest(word string, list []string) (string, bool) {
	for _, word := range Numbers(word) {
		best, least := "", Edits(word)+1
		for _, w := range list {
			if d := distance([]rune(word), []rune(w), least); d < least {
				best, least = w, d
			}
		}
		if best != "" {
			return best, true
		}
	}
	return "", false
}

// distance counts the letters that are to be put in, left out, changed or swapped with their neighbour to make b of a, as far as
// they are fewer than limit (optimal string alignment).
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, above, before := rows[i%3], rows[(i+2)%3], rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
