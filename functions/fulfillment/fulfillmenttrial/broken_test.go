package fulfillmenttrial_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/schedule"
)

// broken is a store that does one thing wrong.
type broken struct {
	store.DB
	transact transact
}

// transact is a store's Transact.
type transact func(ctx context.Context, db store.DB, writes []store.Write) error

func (b broken) Transact(ctx context.Context, writes ...store.Write) error {
	return b.transact(ctx, b.DB, writes)
}

// breakage is a mistake that is made from outside, in the store or in the trial, and the checker that catches it.
type breakage struct {
	name, checker string
	transact      transact
	wrong         func(*trial)
}

var breakages = []breakage{
	{name: "a return that comes again is booked again", checker: "shelf",
		wrong:    func(t *trial) { t.work.again = 500 },
		transact: instead("change", func(writes []store.Write) []store.Write { return writes[1:] })},
	{name: "what is paid out is not marked", checker: "paid-out",
		transact: func(ctx context.Context, db store.DB, writes []store.Write) error {
			if n := slices.IndexFunc(writes, func(w store.Write) bool { return w.Name == "paid journal" }); n > 0 {
				writes = writes[:n]
			}
			return db.Transact(ctx, writes...)
		}},
	{name: "nobody subscribes to a return", checker: "unheard", wrong: deaf("fulfillment/ReturnReceived", "")},
	{name: "stock does not hear of a cancelled parcel", checker: "waits-for-ever", wrong: deaf("fulfillment/ShipmentCancelled", "inventory-ship")},
	{name: "stock does not hear of a parcel that left", checker: "unheard", wrong: deaf("fulfillment/ShipmentShipped", "inventory-ship")},
	{name: "the ledger does not hear of a refund", checker: "due", wrong: deaf("payments/PaymentRefunded", "payouts-book")},
	{name: "the ledger does not hear that a refund was turned back", checker: "ledger-and-bank", wrong: func(t *trial) {
		deaf("payments/PaymentRefundFailed", "payouts-book")(t)
		t.work.returned = 500
	}},
	{name: "nobody looks whether an order is cancelled whole", checker: "order-cancelled",
		wrong: deaf("fulfillment/ShipmentCancelled", "fulfillment-advance")},
	{name: "what is bought in exchange stays in its cart", checker: "exchange",
		transact: func(ctx context.Context, db store.DB, writes []store.Write) error {
			return db.Transact(ctx, slices.DeleteFunc(writes, func(w store.Write) bool { return w.Name == "cart" })...)
		}},
	{name: "nobody looks at a refund again", checker: "ledger-and-bank", wrong: func(t *trial) {
		deaf("payments/PaymentRefunded", "payments-watch")(t)
		t.work.returned = 500
	}},
	{name: "payments do not hear of a packed parcel", checker: "unheard", wrong: deaf("fulfillment/ShipmentPacked", "payments-capture")},
	{name: "stock does not hear of a return", checker: "shelf-lost", wrong: func(t *trial) {
		deaf("fulfillment/ReturnReceived", "inventory-return")(t)
		t.lastCount = false
	}},
	{name: "the gateway forgets its keys and its refunds", checker: "refunded-twice", wrong: func(t *trial) {
		t.bank.forgets, t.work.broken = true, 0
	}},
	{name: "the function of a queue panics", checker: "panic", wrong: func(t *trial) {
		t.wiring.queues["payments-capture"].handle = outbox.Handle(func(context.Context, string, []byte) error { panic("no gateway") })
	}},
	{name: "the payouts' run has no ledger", checker: "panic", wrong: func(t *trial) {
		deaf("payments/PaymentCaptured", "payouts-book")(t)
		t.process.ledger = nil
	}},
}

// deaf takes a function, or all, off those who hear an event.
func deaf(event, id string) func(*trial) {
	return func(t *trial) {
		t.wiring.hearers[event] = slices.DeleteFunc(t.wiring.hearers[event], func(q *queue) bool { return id == "" || q.id == id })
	}
}

// instead makes other writes where the one of a name was refused.
func instead(name string, of func([]store.Write) []store.Write) transact {
	return func(ctx context.Context, db store.DB, writes []store.Write) error {
		err := db.Transact(ctx, writes...)
		if r, ok := store.AsRefused(err); ok {
			if _, failed := r.Failed(name); failed {
				if rest := of(writes); len(rest) > 0 {
					return db.Transact(ctx, rest...)
				}
			}
		}
		return err
	}
}

// Every checker that a mistake can be made for from outside catches it, and the failing trial shrinks to one that
// still shows it. Mistakes in the sources themselves are mutants
// (laboratory/mutants).
func TestCheckersCatchWhatIsBroken(t *testing.T) {
	t.Parallel()
	for _, x := range breakages {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			b := bench{wrong: x.wrong}
			if x.transact != nil {
				b.under = func(db store.DB) store.DB { return broken{db, x.transact} }
			}
			// Which checker is the first to notice it is a matter of the seed's orders: a refund of nothing is nothing to the bank.
			e := exploration{seed: 1, n: 600, workers: 1, bench: b, by: x.checker, shrink: 100}
			_, f := e.run()
			if f == nil {
				t.Fatalf("%s did not notice it in %d trials", x.checker, e.n)
			}
			text := e.explain(f)
			t.Log(text)
			_, replay, _ := strings.Cut(text, "or AFTER=")
			list, err := schedule.Parse(replay)
			if err != nil {
				t.Fatal(err)
			}
			if again := b.run(schedule.Replay(list, dawn)); again.failed == nil || again.failed.checker != x.checker {
				t.Errorf("the replay fails with %v", again.failed)
			}
		})
	}
}
