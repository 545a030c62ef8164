package shards

// Policy decides when a counter grows and shrinks. Its rules are functions of what was counted and nothing else.
type Policy struct {
	// An environment proposes growth when it met GrowAfter conflicts since the layout last changed, and at least
	// one in GrowOneIn of its transactions met one.
	GrowAfter, GrowOneIn int64
	// FlightMillis is how long a transaction keeps others off an item, about, and PerFlight how many shards are
	// kept for each transaction in flight: rate x latency x PerFlight is the width that traffic needs.
	FlightMillis, PerFlight int64
	// Low is the number of free units up to which every return renews the hint, so that it is exact where it matters.
	Low int64
	// Probes is how many shards are read before all are.
	Probes int
	// Tries bounds how often a draw is sent.
	Tries int
}

// Default is the policy that is deployed.
var Default = Policy{GrowAfter: 3, GrowOneIn: 20, FlightMillis: 6, PerFlight: 16, Low: 5, Probes: 4, Tries: 12}

// window bounds what an environment remembers: at so many transactions their counts are halved.
const window = 256

// Growth is how many shards to add, 0 for none: it doubles the width, as far as there is room.
func (p Policy) Growth(l Layout, transactions, conflicts int64) int {
	if conflicts < p.GrowAfter || conflicts*p.GrowOneIn < transactions {
		return 0
	}
	m := l.Width()
	if !l.Divided() {
		m = 2 // they replace shard 0
	}
	return min(m, MaxOpen-(l.Next-l.Open))
}

// Width is how many active shards so many transactions a second and so many free units need.
func (p Policy) Width(perSecond, free int64) int {
	need := (perSecond*p.FlightMillis*p.PerFlight + 999) / 1000
	return int(min(max(need, 1), max(free, 1), MaxOpen))
}

// Bears is how many transactions a second so many active shards are wide enough for.
func (p Policy) Bears(width int) int64 { return int64(width) * 1000 / (p.FlightMillis * p.PerFlight) }

// Step is one change that brings a layout nearer to what it should be. At most one field is set.
type Step struct {
	Pay    *Transfer // pay a shard's debt with what another has free, older or younger: nobody looks for those units
	Close  bool      // close the oldest shard
	Drain  *Transfer // move a retired shard's units
	Shrink int       // retire so many shards
}

// Transfer moves units from an older shard to a younger one.
type Transfer struct {
	From, To int
	Quantity int64
}

// Next is the step that a counter needs after perSecond transactions met it each second since the last hint;
// below 0, that is not known and nothing is retired. Debts are paid first, then what is emptied is closed, then what is
// retired is drained, then what is too wide is halved, down to what is kept at least.
func (p Policy) Next(v View, perSecond int64) Step {
	l := v.Layout
	for _, s := range v.Shards {
		if r := v.richest(); s.Debt > 0 && r.Available > 0 {
			return Step{Pay: &Transfer{r.K, s.K, min(s.Debt, r.Available)}}
		}
	}
	if l.Open < l.Active && v.Shards[0].Empty() {
		return Step{Close: true}
	}
	for _, s := range v.Shards {
		if !l.IsActive(s.K) && s.Available > 0 {
			return Step{Drain: &Transfer{s.K, v.poorest().K, s.Available}}
		}
	}
	if w := l.Width(); perSecond >= 0 && w > max(l.Least, 1) && 2*p.Width(perSecond, v.Free()) <= w {
		return Step{Shrink: min(w/2, w-l.Least)}
	}
	return Step{}
}
