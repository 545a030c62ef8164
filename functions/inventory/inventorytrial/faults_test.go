package inventorytrial_test

import (
	"context"
	"slices"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/schedule"
)

// faultKind is what goes wrong at one call to the store.
type faultKind int

const (
	unsent       faultKind = iota // it fails before its effect
	lost                          // its answer is lost
	conflicts                     // it meets another transaction, and keeps meeting it
	throttles                     // the partition is busy
	crashesFirst                  // the process dies before the effect
	crashesThen                   // the process dies after it
	stalls                        // the process freezes before the effect, past the end of a hold
	stallsThen                    // or after it
	faultKinds
)

var faultNames = [...]string{"not sent", "answer lost", "TransactionConflict", "throttled", "crash before", "crash after", "stall before",
	"stall after"}

func (k faultKind) String() string { return faultNames[k] }

// stall outlasts a hold.
const stall = life + time.Minute

func (t *trial) before(ctx context.Context, c schedule.Call) error {
	t.calls++
	kind, ok := t.fault(c)
	if !ok {
		return t.meet(ctx, c)
	}
	refusable := c.Writes != nil || c.Operation == "Snapshot"
	switch {
	case kind == conflicts && refusable:
		return t.happened(kind, c.Conflict(t.s.Choose(len(c.Writes)+len(c.Gets))))
	case kind == throttles && refusable:
		return t.happened(kind, c.Throttled(t.s.Choose(len(c.Writes)+len(c.Gets))))
	case kind == unsent || kind == conflicts || kind == throttles: // the SDK's own retries of a read have failed
		return t.happened(unsent, schedule.ErrLost)
	case kind == crashesFirst:
		schedule.Of(ctx).Crash()
		return t.happened(kind, schedule.ErrCrashed)
	case kind == stalls:
		_ = t.happened(kind, nil)
		return schedule.Sleep(ctx, stall)
	}
	return nil
}

func (t *trial) after(ctx context.Context, c schedule.Call) error {
	t.landed(ctx)
	kind, ok := t.fault(c)
	if !ok {
		return nil
	}
	switch kind {
	case lost:
		return t.happened(kind, schedule.ErrLost)
	case crashesThen:
		schedule.Of(ctx).Crash()
		return t.happened(kind, schedule.ErrCrashed)
	case stallsThen:
		_ = t.happened(kind, nil)
		return schedule.Sleep(ctx, stall)
	}
	return nil
}

func (t *trial) fault(c schedule.Call) (faultKind, bool) {
	for _, f := range t.work.faults {
		if f.at == c.N {
			return f.kind, true
		}
	}
	return 0, false
}

func (t *trial) happened(kind faultKind, err error) error {
	t.counts.faults[kind]++
	t.note("%s", "*** "+kind.String())
	return err
}

// flying is a transaction between its effect and its answer.
type flying struct {
	task  *schedule.Task
	items []store.Get
}

func items(c schedule.Call) []store.Get {
	out := slices.Clone(c.Gets)
	for _, w := range c.Writes {
		out = append(out, store.Get{Table: w.Table, Key: w.Key})
	}
	return out
}

// meet makes a call that meets another's transaction at an item conflict with it, sometimes: DynamoDB refuses it as
// long as the other is in flight.
func (t *trial) meet(ctx context.Context, c schedule.Call) error {
	if t.work.meeting == 0 || c.Writes == nil && c.Operation != "Snapshot" {
		return nil
	}
	mine := items(c)
	for _, f := range t.flying {
		for i, x := range mine {
			if f.task != schedule.Of(ctx) && slices.Contains(f.items, x) && t.s.Chance(t.work.meeting) {
				t.counts.met++
				t.note("*** meets %s", f.task.Name)
				return c.Conflict(i)
			}
		}
	}
	return nil
}

func (t *trial) flies(ctx context.Context, c schedule.Call) {
	if t.work.meeting > 0 && c.Operation == "Transact" {
		t.flying = append(t.flying, flying{schedule.Of(ctx), items(c)})
	}
}

func (t *trial) landed(ctx context.Context) {
	task := schedule.Of(ctx)
	t.flying = slices.DeleteFunc(t.flying, func(f flying) bool { return f.task == task })
}
