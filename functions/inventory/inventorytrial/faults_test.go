package inventorytrial_test

import (
	"context"
	"time"

	"rialto/functions/internal/schedule"
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

var faultNames = [...]string{"not sent", "answer lost", "TransactionConflict", "throttled", "crash before", "crash after", "stall before", "stall after"}

func (k faultKind) String() string { return faultNames[k] }

// stall outlasts a hold.
const stall = life + time.Minute

func (t *trial) before(ctx context.Context, c schedule.Call) error {
	t.calls++
	kind, ok := t.fault(c)
	if !ok {
		return nil
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
