// Package campaignsstore keeps the calendar of events, and what is raised for them, in the table campaigns.
//
// An event: PK event#<id>, SK entry, and what became of each step under SK step#<kind>#<name>. Lists: PK month#<2006-01> and
// due#<2006-01-02>, SK the event's id. What is claimed of a resource: PK resource#<kind>#<name>, SK event#<id>, and what it was under SK
// was. The lease of a run: PK !lease.
package campaignsstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rialto/functions/campaigns"
	"rialto/functions/internal/store"
	"rialto/functions/internal/sweep/sweepstore"
)

const (
	table = "campaigns"

	entrySort   = "entry"
	stepPrefix  = "step#"
	eventPrefix = "event#"
	wasSort     = "was"
)

// Store is the only code that knows these keys.
type Store struct{ DB store.DB }

func entryKey(id string) store.Key     { return store.Key{PK: eventPrefix + id, SK: entrySort} }
func monthKey(month string) string     { return "month#" + month }
func dueKey(day, id string) store.Key  { return store.Key{PK: "due#" + day, SK: id} }
func claimed(resource string) string   { return "resource#" + resource }
func wasKey(resource string) store.Key { return store.Key{PK: claimed(resource), SK: wasSort} }
func leaseKey() store.Key              { return store.Key{PK: "!lease", SK: "prepare"} }
func monthOf(e campaigns.Entry) string { return e.Start.UTC().Format("2006-01") }
func claimKey(resource, event string) store.Key {
	return store.Key{PK: claimed(resource), SK: eventPrefix + event}
}

// Entry implements campaigns.Calendar.
func (s Store) Entry(ctx context.Context, id string) (campaigns.Entry, error) {
	var e campaigns.Entry
	i, err := s.DB.Get(ctx, table, entryKey(id))
	if err == nil && i == nil {
		return e, campaigns.ErrNoEvent
	}
	if err == nil {
		err = store.Unmarshal(i, &e)
	}
	if err != nil {
		return e, fmt.Errorf("get event: %w", err)
	}
	return inUTC(e), nil
}

func inUTC(e campaigns.Entry) campaigns.Entry {
	e.Start, e.End, e.Closed = e.Start.UTC(), e.End.UTC(), e.Closed.UTC()
	return e
}

// listed is an event on a list.
type listed struct {
	ID string `dynamodbav:"event_id"`
}

// Save implements campaigns.Calendar.
func (s Store) Save(ctx context.Context, e, before campaigns.Entry) error {
	unchanged := store.Absent()
	if before.Version > 0 {
		unchanged = store.Eq("version", before.Version)
	}
	writes := []store.Write{store.Put(table, entryKey(e.ID), e).If(unchanged).Named("entry")}
	move := func(from, to store.Key, old, now bool) {
		if old && (!now || from != to) {
			writes = append(writes, store.Delete(table, from))
		}
		if now {
			writes = append(writes, store.Put(table, to, listed{e.ID}))
		}
	}
	move(store.Key{PK: monthKey(monthOf(before)), SK: e.ID}, store.Key{PK: monthKey(monthOf(e)), SK: e.ID}, before.Version > 0, true)
	move(dueKey(before.Day, e.ID), dueKey(e.Day, e.ID), before.Day != "", e.Day != "")
	err := s.DB.Transact(ctx, writes...)
	if r, refused := store.AsRefused(err); refused {
		if _, changed := r.Failed("entry"); changed || r.Transient() {
			return campaigns.ErrChanged.Because(err)
		}
	}
	if err != nil {
		return fmt.Errorf("save event: %w", err)
	}
	return nil
}

// OfMonth implements campaigns.Calendar.
func (s Store) OfMonth(ctx context.Context, month, after string, limit int) (list []campaigns.Entry, next string, err error) {
	ids, err := s.ids(ctx, store.Query{Table: table, Hash: monthKey(month)}, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(ids) > limit {
		ids, next = ids[:limit], ids[limit-1]
	}
	for _, id := range ids {
		e, err := s.Entry(ctx, id)
		if err != nil {
			return nil, "", err
		}
		list = append(list, e)
	}
	return list, next, nil
}

// ids reads a list behind an id, so many at most.
func (s Store) ids(ctx context.Context, q store.Query, after string, most int) (out []string, err error) {
	for i, err := range store.Items(ctx, s.DB, q) {
		var x listed
		if err == nil {
			err = store.Unmarshal(i, &x)
		}
		if err != nil {
			return nil, fmt.Errorf("list events: %w", err)
		}
		if x.ID <= after {
			continue
		}
		if out = append(out, x.ID); len(out) == most {
			break
		}
	}
	return out, nil
}

// maxOpen bounds how many events of a day's list a run sees. There are a few a year.
const maxOpen = 1_000

// Due lists the open events of a day.
func (s Store) Due(ctx context.Context, day string) ([]string, error) {
	return s.ids(ctx, store.Query{Table: table, Hash: dueKey(day, "").PK}, "", maxOpen)
}

func (s Store) mark() sweepstore.Mark {
	return sweepstore.Mark{DB: s.DB, Table: table, Name: "events", Sorted: true}
}

// SweepFrom implements sweep.Mark.
func (s Store) SweepFrom(ctx context.Context) (string, error) { return s.mark().SweepFrom(ctx) }

// KeepSweepFrom implements sweep.Mark.
func (s Store) KeepSweepFrom(ctx context.Context, from string) error {
	return s.mark().KeepSweepFrom(ctx, from)
}

// Results implements campaigns.Calendar.
func (s Store) Results(ctx context.Context, id string) (out []campaigns.Result, err error) {
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: table, Hash: eventPrefix + id, Prefix: stepPrefix}) {
		var r campaigns.Result
		if err == nil {
			err = store.Unmarshal(i, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("list steps: %w", err)
		}
		r.At = r.At.UTC()
		out = append(out, r)
	}
	return out, nil
}

// Keep implements campaigns.Ledger.
func (s Store) Keep(ctx context.Context, id string, r campaigns.Result) error {
	key := store.Key{PK: eventPrefix + id, SK: stepPrefix + r.Step().Resource()}
	return s.apply(ctx, "keep step", store.Put(table, key, r))
}

func (s Store) apply(ctx context.Context, what string, w store.Write) error {
	if _, err := s.DB.Apply(ctx, w.Named(what)); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

type claim struct {
	Wanted int64 `dynamodbav:"wanted"`
}

type was struct {
	Was int64 `dynamodbav:"was"`
}

// Claims implements campaigns.Ledger.
func (s Store) Claims(ctx context.Context, resource string) (campaigns.Claims, error) {
	out := campaigns.Claims{Wanted: map[string]int64{}}
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: table, Hash: claimed(resource)}) {
		var x claim
		var before was
		if err == nil {
			err = store.Unmarshal(i, &x)
		}
		if err == nil {
			err = store.Unmarshal(i, &before)
		}
		if err != nil {
			return out, fmt.Errorf("list claims: %w", err)
		}
		if event, ok := strings.CutPrefix(store.KeyOf(i).SK, eventPrefix); ok {
			out.Wanted[event] = x.Wanted
		} else {
			out.Was = &before.Was
		}
	}
	return out, nil
}

// Claim implements campaigns.Ledger.
func (s Store) Claim(ctx context.Context, resource, event string, wanted, before int64) error {
	err := s.DB.Transact(ctx, store.Update(table, wasKey(resource)).SetIfAbsent("was", before),
		store.Put(table, claimKey(resource, event), claim{wanted}))
	if err != nil {
		return fmt.Errorf("claim %s: %w", resource, err)
	}
	return nil
}

// Unclaim implements campaigns.Ledger.
func (s Store) Unclaim(ctx context.Context, resource, event string) error {
	return s.apply(ctx, "give up a claim", store.Delete(table, claimKey(resource, event)))
}

// Forget implements campaigns.Ledger.
func (s Store) Forget(ctx context.Context, resource string) error {
	return s.apply(ctx, "forget what was", store.Delete(table, wasKey(resource)))
}

// Lease implements campaigns.Ledger.
func (s Store) Lease(ctx context.Context, now, until time.Time) (bool, error) {
	w := store.Update(table, leaseKey()).Set("until", until.UnixMilli()).If(store.Any(store.Lacks("until"), store.Lt("until", now.UnixMilli())))
	_, err := s.DB.Apply(ctx, w.Named("lease"))
	if _, taken := store.FailedCondition(err); taken {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take the lease: %w", err)
	}
	return true, nil
}

// Release implements campaigns.Ledger.
func (s Store) Release(ctx context.Context) error {
	return s.apply(ctx, "give the lease back", store.Delete(table, leaseKey()))
}
