package event

import "time"

// what happens.
const (
	tick     = iota // a second is over
	arrives         // a checkout
	started         // the front has written the record, and starts the saga
	refused         // the front could not
	begins          // a step, or another try
	done            // a step
	fails           // a step, by name
	times           // the front waits no longer
	recovers        // the timer finds the record
)

// happening is what is due at a time; of two at once the one that was planned first comes first.
type happening struct {
	at   time.Duration
	seq  int
	what int
	of   *order
	step int
	name string // of the error
}

type heap []happening

func (h heap) before(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}

func (h *heap) push(e happening) {
	*h = append(*h, e)
	s := *h
	for i := len(s) - 1; i > 0 && s.before(i, (i-1)/2); i = (i - 1) / 2 {
		s[i], s[(i-1)/2] = s[(i-1)/2], s[i]
	}
}

func (h *heap) pop() happening {
	s := *h
	top := s[0]
	s[0] = s[len(s)-1]
	s[len(s)-1] = happening{}
	s = s[:len(s)-1]
	for i := 0; ; {
		least := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < len(s) && s.before(child, least) {
				least = child
			}
		}
		if least == i {
			break
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
	*h = s
	return top
}

func (c *Cell) at(t time.Duration, e happening) {
	c.seq++
	e.at, e.seq = t, c.seq
	c.events.push(e)
}
