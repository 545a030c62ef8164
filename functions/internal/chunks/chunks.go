package chunks

import (
	"cmp"
	"encoding/json"
	"slices"

	"rialto/functions/internal/rows"
)

// Chunk is at most rows.Max rows of a feed. Lines are the file's line of each. Refused are rows that stood between
// them and cannot be read: they belong to the chunk, and so into its result, with their lines.
type Chunk struct {
	FeedID   string            `json:"feed_id"`
	SellerID string            `json:"seller_id"`
	Kind     string            `json:"kind"`
	Number   int64             `json:"number"` // in the feed, from 0
	Lines    []int             `json:"lines"`
	Rows     []json.RawMessage `json:"rows"`
	Refused  []rows.Result     `json:"refused,omitempty"`
}

// Result is what became of a chunk. Refused rows stand in the file's order, with its lines; Dead of them were given up,
// and their chunk waits in the owner's dead-letter queue.
type Result struct {
	FeedID    string        `json:"feed_id"`
	Number    int64         `json:"number"`
	Rows      int           `json:"rows"`
	Written   int           `json:"written"`
	Unchanged int           `json:"unchanged"`
	Dead      int           `json:"dead,omitempty"`
	Refused   []rows.Result `json:"refused,omitempty"`
}

// Result turns an owner's report on a chunk into its result.
func (c Chunk) Result(r rows.Report) Result {
	a := Result{FeedID: c.FeedID, Number: c.Number, Rows: len(c.Rows) + len(c.Refused), Written: r.Written, Unchanged: r.Unchanged,
		Refused: slices.Clone(c.Refused)}
	for i, f := range r.Rows {
		if f.Code == "" {
			continue
		}
		f.Line = c.Lines[i]
		if f.Retry {
			a.Dead++
		}
		a.Refused = append(a.Refused, f)
	}
	slices.SortStableFunc(a.Refused, func(x, y rows.Result) int { return cmp.Compare(x.Line, y.Line) })
	return a
}
