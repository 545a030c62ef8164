package recommendations

import (
	"io"
	"time"

	"rialto/functions/internal/ids"
)

// idPrefix of the ids of answers; an id is at most 64 characters with a version behind.
const idPrefix = "rcm_"

// letters are the digits of a stamp, to the base 32.
const letters = "abcdefghijklmnopqrstuvwxyz234567"

// An answer's id begins with its stamp: so many letters say how long it took, longest milliseconds at most, and so many, of an
// interleaved shelf, by whom each of its items was chosen.
const (
	tookLetters  = 3
	longest      = 1<<(5*tookLetters) - 1
	teamsLetters = 5
)

// newID names an answer. Its stamp is for reports on experiments: whatever event follows from the answer brings it to the lake, and no
// page has to know. experiment.py reads it.
func newID(took time.Duration, teams int, random io.Reader) (string, error) {
	id, err := ids.New(idPrefix, random)
	if err != nil {
		return "", err
	}
	stamp := number(min(max(int(took.Milliseconds()), 0), longest), tookLetters) + number(teams, teamsLetters)
	return idPrefix + stamp + id[len(idPrefix)+len(stamp):], nil
}

// teams says by whom each item was chosen: bit n of the item at n is set if by the second ranker, and bit Size says that the shelf is interleaved at
// all. 0 of all other shelves.
func (c *call) teams(items []Item) int {
	if c.second == nil {
		return 0
	}
	bits := 1 << Size
	for n, i := range items {
		if c.second[i.ID] {
			bits |= 1 << n
		}
	}
	return bits
}

// number writes n with so many letters, the last significant one last.
func number(n, width int) string {
	out := make([]byte, width)
	for i := range out {
		out[width-1-i] = letters[n&31]
		n >>= 5
	}
	return string(out)
}
