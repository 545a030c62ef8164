package clickstream

import (
	"cmp"
	"slices"
)

// Settled is an hour of one shard, put in order: each event id exactly once among Events and Bots together.
type Settled struct {
	Events    []Row // what shoppers did
	Bots      []Row // what bots did, each with why it is taken for one
	Conflicts []Row // other payloads under an id that is taken
	Copies    int   // of rows that are kept
}

// Settle sorts the rows of an hour out. Copies, of the same id and payload, become one; of other payloads under one id the
// one that came first is believed and the others are kept as conflicts. It gives the same for the same rows in any order, so
// that an hour can be settled again whenever more of it came.
func Settle(rows []Row) Settled {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.EventID, b.EventID), a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.PayloadHash, b.PayloadHash),
			cmp.Compare(a.Bot, b.Bot))
	})
	var out Settled
	var kept []Row
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(r Row) bool { return r.EventID != rows[0].EventID })
		if n < 0 {
			n = len(rows)
		}
		seen := map[string]bool{}
		for i, r := range rows[:n] {
			switch {
			case seen[r.PayloadHash]:
				out.Copies++
			case i == 0:
				kept = append(kept, r)
			default:
				out.Conflicts = append(out.Conflicts, r)
			}
			seen[r.PayloadHash] = true
		}
		rows = rows[n:]
	}
	fast := hasty(kept)
	for _, r := range kept {
		if r.Bot == "" && r.Origin == Browser && fast[r.Session] {
			r.Bot = botHasty
		}
		if r.Bot != "" {
			out.Bots = append(out.Bots, r)
		} else {
			out.Events = append(out.Events, r)
		}
	}
	return out
}
