package clickstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Part is an hour of one shard, as the lake has it.
type Part struct {
	Hour      time.Time
	Shard     string
	ChangedAt time.Time // when raw rows last came
	SettledAt time.Time // when it was last settled, zero if it never was
}

// Parts are the parts of the lake.
type Parts interface {
	// Day lists the parts of a day.
	Day(ctx context.Context, day time.Time) ([]Part, error)
	Raw(ctx context.Context, hour time.Time, shard string) ([]Row, error)
	// Settled are the events that a part was settled with.
	Settled(ctx context.Context, hour time.Time, shard string) ([]Row, error)
	// Settle replaces what was settled of a part before.
	Settle(ctx context.Context, hour time.Time, shard string, s Settled) error
}

// Settler brings raw rows into order, hour by hour: it is the compaction of small files, and what makes each event count once.
type Settler struct {
	Parts  Parts
	Counts Counts
	Now    func() time.Time
}

const (
	// unsure is how much later than the newest raw rows a part must have been settled to have seen all of them: it was listed
	// at most the function's time before it was written.
	unsure = 15 * time.Minute
	// spare is how much time a run keeps to end in.
	spare = time.Minute
)

// errSince refuses a day that the lake has not.
var errSince = errors.New("since must be a day of the last year")

// Run is which parts to settle: those that changed, or with Since all parts from that day on.
type Run struct {
	Since time.Time `json:"since,omitzero"`
}

// Outcome is what a run did. Left says that time ran out before all was settled: the next run goes on.
type Outcome struct {
	Parts     int  `json:"parts"`
	Events    int  `json:"events"`
	Bots      int  `json:"bots"`
	Conflicts int  `json:"conflicts"`
	Copies    int  `json:"copies"`
	Left      bool `json:"left"`
}

// Settle settles the parts that an event that comes now can be in.
func (s *Settler) Settle(ctx context.Context, run Run) (Outcome, error) {
	var out Outcome
	now := s.Now().UTC()
	day := now.Add(-oldest).Truncate(24 * time.Hour)
	if !run.Since.IsZero() {
		if day = run.Since.UTC().Truncate(24 * time.Hour); day.After(now) || day.Before(now.AddDate(-1, 0, 0)) {
			return out, errSince
		}
	}
	for ; !day.After(now.Add(ahead)); day = day.AddDate(0, 0, 1) {
		parts, err := s.Parts.Day(ctx, day)
		if err != nil {
			return out, fmt.Errorf("list %s: %w", day.Format(time.DateOnly), err)
		}
		for _, p := range parts {
			if run.Since.IsZero() && p.SettledAt.After(p.ChangedAt.Add(unsure)) || p.ChangedAt.IsZero() {
				continue
			}
			if deadline, ok := ctx.Deadline(); ok && s.Now().Add(spare).After(deadline) {
				out.Left = true
				return out, nil
			}
			if err := s.part(ctx, p, &out); err != nil {
				return out, err
			}
		}
	}
	slog.InfoContext(ctx, "settled", "parts", out.Parts, "events", out.Events, "bots", out.Bots, "conflicts", out.Conflicts, "copies", out.Copies)
	return out, nil
}

func (s *Settler) part(ctx context.Context, p Part, out *Outcome) error {
	rows, err := s.Parts.Raw(ctx, p.Hour, p.Shard)
	if err != nil {
		return fmt.Errorf("read %s of %s: %w", p.Shard, p.Hour, err)
	}
	var before []Row
	if !p.SettledAt.IsZero() {
		if before, err = s.Parts.Settled(ctx, p.Hour, p.Shard); err != nil {
			return fmt.Errorf("read what %s of %s was: %w", p.Shard, p.Hour, err)
		}
	}
	settled := Settle(rows)
	// What is counted comes first: as long as the part stands as it was, what differs is found again.
	of := func(rows []Row) map[product]Traffic { return trafficOf(p.Hour, p.Shard, rows) }
	doubted := slices.DeleteFunc(slices.Clone(settled.Bots), func(r Row) bool { return r.Bot != botHasty }) // once taken for shoppers
	traffic := changed(of(before), of(settled.Events), of(doubted))
	if err := s.Counts.Count(ctx, traffic, len(rows)); err != nil {
		return fmt.Errorf("count %s of %s: %w", p.Shard, p.Hour, err)
	}
	if err := s.Parts.Settle(ctx, p.Hour, p.Shard, settled); err != nil {
		return fmt.Errorf("settle %s of %s: %w", p.Shard, p.Hour, err)
	}
	out.Parts++
	out.Events += len(settled.Events)
	out.Bots += len(settled.Bots)
	out.Conflicts += len(settled.Conflicts)
	out.Copies += settled.Copies
	return nil
}
