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

// tookLetters are how many letters of an answer's id say how long it took, and longest what they can say at most.
const (
	tookLetters = 3
	longest     = 1<<(5*tookLetters) - 1 // milliseconds
)

// newID names an answer. Its first letters say how many milliseconds of our own time it took, for guardrails of experiments: whatever
// event follows from the answer brings it to the lake, and no page has to know. experiment.py reads it.
func newID(took time.Duration, random io.Reader) (string, error) {
	id, err := ids.New(idPrefix, random)
	if err != nil {
		return "", err
	}
	stamp := number(min(max(int(took.Milliseconds()), 0), longest), tookLetters)
	return idPrefix + stamp + id[len(idPrefix)+len(stamp):], nil
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
