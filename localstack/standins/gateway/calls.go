package gateway

import "time"

// callsKept bounds the call log.
const callsKept = 10_000

// Call is one line of the call log. Status is what was answered or would have been; 0 when the call had no
// outcome. Delivery tells whether the answer left: "sent", "late" (withheld, then sent if the caller still
// waited) or "cut".
type Call struct {
	Seq       int64     `json:"seq"`
	Time      time.Time `json:"time"`
	RequestID string    `json:"request_id"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Operation string    `json:"operation"`
	Intent    string    `json:"intent,omitempty"`
	Key       string    `json:"key,omitempty"`
	Status    int       `json:"status"`
	Code      string    `json:"code,omitempty"`
	Replayed  bool      `json:"replayed"`
	Fault     string    `json:"fault,omitempty"`
	Delivery  string    `json:"delivery"`
}

// calls keeps the last callsKept calls in a ring; g.mu guards it.
type calls struct {
	ring []Call
	seq  int64
}

func (l *calls) add(c Call) {
	l.seq++
	c.Seq = l.seq
	if len(l.ring) < callsKept {
		l.ring = append(l.ring, c)
		return
	}
	l.ring[(l.seq-1)%callsKept] = c
}

// each visits the calls kept, oldest first.
func (l *calls) each(visit func(Call)) {
	start := 0
	if len(l.ring) == callsKept {
		start = int(l.seq % callsKept)
	}
	for k := range l.ring {
		visit(l.ring[(start+k)%len(l.ring)])
	}
}
