package fulfillmenttrial_test

import (
	"context"

	"rialto/functions/laboratory/schedule"
)

// faultKind is what goes wrong at one call to the store, the gateway or a queue.
type faultKind int

const (
	none         faultKind = iota
	unsent                 // it fails before its effect
	lost                   // its answer is lost
	conflicts              // it meets another transaction, and keeps meeting it
	throttles              // the partition is busy
	crashesFirst           // the process dies before the effect
	crashesThen            // the process dies after it
	faultKinds
)

var faultNames = [...]string{"", "not sent", "answer lost", "TransactionConflict", "throttled", "crash before", "crash after"}

func (k faultKind) String() string { return faultNames[k] }

// armed is a fault at the n-th call.
type armed struct {
	at   int64
	kind faultKind
}

// fault is what goes wrong at the call that is made now.
func (t *trial) fault() faultKind {
	t.calls++
	at := t.calls
	for _, f := range t.work.faults {
		if f.at == at {
			return f.kind
		}
	}
	return none
}

// strike makes a fault happen before a call's effect or after it.
func (t *trial) strike(ctx context.Context, kind faultKind, after bool) error {
	switch {
	case kind == lost && after, (kind == unsent || kind == conflicts || kind == throttles) && !after:
		return t.happened(kind, schedule.ErrLost)
	case kind == crashesThen && after, kind == crashesFirst && !after:
		schedule.Of(ctx).Crash()
		return t.happened(kind, schedule.ErrCrashed)
	}
	return nil
}

func (t *trial) before(ctx context.Context, c schedule.Call) error {
	kind := t.fault()
	if kind == lost || kind == crashesThen {
		t.late[c.N] = kind
	}
	if refusable := c.Writes != nil || c.Operation == "Snapshot"; refusable && (kind == conflicts || kind == throttles) {
		n := t.s.Choose(len(c.Writes) + len(c.Gets))
		if kind == conflicts {
			return t.happened(kind, c.Conflict(n))
		}
		return t.happened(kind, c.Throttled(n))
	}
	return t.strike(ctx, kind, false)
}

func (t *trial) effect(_ context.Context, c schedule.Call, err error) {
	if t.keep && t.failed == nil {
		t.note("    %s", describe(c, err))
	}
	t.streams.flush()
}

func (t *trial) after(ctx context.Context, c schedule.Call) error {
	kind := t.late[c.N]
	delete(t.late, c.N)
	return t.strike(ctx, kind, true)
}

func (t *trial) happened(kind faultKind, err error) error {
	t.counts.faults[kind]++
	t.note("*** %s", kind)
	return err
}
