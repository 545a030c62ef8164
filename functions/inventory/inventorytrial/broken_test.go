package inventorytrial_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/schedule"
)

// broken is a store that does one thing wrong.
type broken struct {
	store.DB
	transact func(ctx context.Context, db store.DB, writes []store.Write) error
}

func (b broken) Transact(ctx context.Context, writes ...store.Write) error {
	return b.transact(ctx, b.DB, writes)
}

// transact is a store's Transact.
type transact func(ctx context.Context, db store.DB, writes []store.Write) error

// breakage is a mistake that is made from outside, in the store or in the trial, and the checker that catches it.
type breakage struct {
	name, checker string
	transact      transact
	wrong         func(*trial)
}

var breakages = []breakage{
	{name: "a release gives no units back", checker: "stock-equation",
		transact: func(ctx context.Context, db store.DB, writes []store.Write) error {
			was, _ := db.Get(ctx, "holds", writes[0].Key)
			err := db.Transact(ctx, writes...)
			is, _ := db.Get(ctx, "holds", writes[0].Key)
			if str(was, "state") == string(inventory.Held) && str(is, "state") == string(inventory.Released) {
				_, err = db.Apply(ctx, store.Update("inventory", writes[1].Key).Add("available", -num(is, "quantity")))
			}
			return err
		}},
	{name: "a hold is written though its units are not there", checker: "oversold",
		transact: refused(func(ctx context.Context, db store.DB, writes []store.Write, r *store.Refused) error {
			if holds := only(writes, "holds"); !failed(r, writes, "holds") && len(holds) < len(writes) && failed(r, writes, "inventory") {
				return db.Transact(ctx, holds...)
			}
			return r
		})},
	{name: "a receipt is booked again", checker: "receipt-twice",
		transact: refused(func(ctx context.Context, db store.DB, writes []store.Write, r *store.Refused) error {
			if strings.HasPrefix(writes[0].Key.PK, "!change#") {
				return db.Transact(ctx, writes[1:]...)
			}
			return r
		})},
	{name: "a retry extends the hold", checker: "hold-extended",
		transact: refused(func(ctx context.Context, db store.DB, writes []store.Write, r *store.Refused) error {
			if len(only(writes, "inventory")) == 0 || !failed(r, writes, "holds") {
				return r
			}
			extended := false
			for _, w := range only(writes, "holds") {
				if i, _ := db.Get(ctx, w.Table, w.Key); str(i, "state") == string(inventory.Held) {
					if _, err := db.Apply(ctx, store.Update(w.Table, w.Key).Add("expires_at", time.Minute.Milliseconds())); err != nil {
						return err
					}
					extended = true
				}
			}
			if !extended {
				return r
			}
			return nil
		})},
	{name: "sold out is said though units are there", checker: "false-sold-out",
		transact: func(ctx context.Context, db store.DB, writes []store.Write) error {
			at := 0
			for i, w := range writes {
				if w.Table == "inventory" {
					at = i
				}
			}
			if i, _ := db.Get(ctx, "holds", writes[0].Key); i == nil && len(only(writes, "inventory")) > 0 && writes[0].Table == "holds" {
				r := &store.Refused{Reasons: make([]store.Reason, len(writes))}
				r.Reasons[at].Cause = store.ConditionFailed
				r.Reasons[at].Found, _ = db.Get(ctx, "inventory", writes[at].Key)
				return r
			}
			return db.Transact(ctx, writes...)
		}},
	{name: "a hold that was refused is answered with success", checker: "linearizability",
		transact: refused(func(ctx context.Context, _ store.DB, writes []store.Write, r *store.Refused) error {
			if len(only(writes, "holds")) > 0 && failed(r, writes, "inventory") {
				return nil
			}
			return r
		})},
	{name: "an order is placed without one of its holds", checker: "half-order",
		transact: func(ctx context.Context, db store.DB, writes []store.Write) error {
			if writes[len(writes)-1].Table == "orders" && len(writes) > 2 {
				return db.Transact(ctx, writes[1:]...)
			}
			return db.Transact(ctx, writes...)
		}},
	{name: "a timer does not try again", checker: "stranded", wrong: func(t *trial) { t.timers = 1 }},
	{name: "commits go by a clock that is late", checker: "sold-expired", wrong: func(t *trial) { t.late = time.Hour }},
}

// Every checker that a mistake can be made for from outside catches it, and the failing trial shrinks to a trace
// that still shows it. Mistakes in the sources themselves are mutants (laboratory/mutants), which make prove runs.
func TestCheckersCatchWhatIsBroken(t *testing.T) {
	t.Parallel()
	for _, x := range breakages {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			wrong := func() bench {
				b := bench{raw: memory.New(), wrong: x.wrong}
				if x.transact != nil {
					b.under = func(db store.DB) store.DB { return broken{db, x.transact} }
				}
				return b
			}
			e := exploration{seed: 1, n: 2000, workers: 1, bench: wrong, shrink: 3000}
			_, f := e.run()
			if f == nil {
				t.Fatalf("no checker noticed it in %d trials", e.n)
			}
			if f.checker != x.checker {
				t.Fatalf("noticed by %s, not %s: %s", f.checker, x.checker, f.text)
			}
			text := e.explain(f)
			t.Log(text)
			_, replay, _ := strings.Cut(text, "REPLAY=")
			list, err := schedule.Parse(replay)
			if err != nil {
				t.Fatal(err)
			}
			if again := wrong().run(schedule.Replay(list, dawn), &counts{}); again.failed == nil || again.failed.checker != x.checker {
				t.Errorf("the replay fails with %v", again.failed)
			}
		})
	}
}

// refused makes what is done instead of a refusal.
func refused(instead func(ctx context.Context, db store.DB, writes []store.Write, r *store.Refused) error) transact {
	return func(ctx context.Context, db store.DB, writes []store.Write) error {
		err := db.Transact(ctx, writes...)
		if r, ok := store.AsRefused(err); ok {
			return instead(ctx, db, writes, r)
		}
		return err
	}
}

func only(writes []store.Write, tables ...string) []store.Write {
	var out []store.Write
	for _, w := range writes {
		for _, t := range tables {
			if w.Table == t {
				out = append(out, w)
			}
		}
	}
	return out
}

func failed(r *store.Refused, writes []store.Write, table string) bool {
	for i, x := range r.Reasons {
		if x.Cause == store.ConditionFailed && writes[i].Table == table {
			return true
		}
	}
	return false
}
