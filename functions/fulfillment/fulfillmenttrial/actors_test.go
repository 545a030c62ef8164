package fulfillmenttrial_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rialto/functions/contract"
	"rialto/functions/fulfillment"
	"rialto/functions/internal/ids"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/schedule"
	"rialto/functions/orders"
	"rialto/functions/payments"
)

// confirms is when a seller says that a parcel is with the carrier; 0 is never.
var confirms = []time.Duration{2 * time.Hour, day, 3 * day, 5 * day, 7*day - 2*time.Hour, 8 * day, 9*day + 11*time.Hour, 0}

// opened starts the seller of a parcel that the seller ships.
func (t *trial) opened(x fulfillment.Shipment) {
	if !x.BySeller() {
		return
	}
	if t.s.Choose(8) == 7 {
		t.cannotShip(x)
	}
	at := confirms[t.s.Choose(len(confirms))]
	if at == 0 {
		return
	}
	for range 1 + t.twice() {
		t.task("seller", func(ctx context.Context) error {
			if err := schedule.Sleep(ctx, at); err != nil {
				return err
			}
			return t.confirm(ctx, x)
		})
	}
}

// cannotShip has a seller say so of a parcel, some time after it came, whatever else the seller says of it.
func (t *trial) cannotShip(x fulfillment.Shipment) {
	at := []time.Duration{time.Hour, day, 6 * day}[t.s.Choose(3)]
	lines := t.someOf(x.Lines)
	t.task("seller", func(ctx context.Context) error {
		if err := schedule.Sleep(ctx, at); err != nil {
			return err
		}
		t.counts.did("cancel as the seller")
		return t.persist(ctx, func(ctx context.Context) error {
			_, err := t.process.sellers.Cancel(ctx, x.SellerID, x.OrderID, x.ID, "it is broken", lines)
			t.note("cancel %s: %v", x.ID, err)
			return err
		})
	})
}

// someOf draws units of some of the lines that are to be cancelled; nil is everything.
func (t *trial) someOf(lines []fulfillment.Line) (out []fulfillment.Line) {
	for _, l := range lines {
		if n := int64(t.s.Choose(int(l.Quantity) + 1)); n > 0 {
			out = append(out, fulfillment.Line{Line: l.Line, Quantity: n})
		}
	}
	return out
}

// ordered starts the customer of an order, who may want it no more, or a parcel of it, as soon as it is placed or later.
func (t *trial) ordered(o orders.Order) {
	for range []int{0, 0, 0, 0, 1, 2}[t.s.Choose(6)] {
		at := []time.Duration{0, 30 * time.Minute, 90 * time.Minute, 2 * day}[t.s.Choose(4)]
		var lines []fulfillment.Line
		if n := t.s.Choose(len(o.Lines) + 1); n < len(o.Lines) {
			lines = t.someOf([]fulfillment.Line{{Line: o.Lines[n].Line, Quantity: o.Lines[n].Quantity}})
		}
		t.task("shopper", func(ctx context.Context) error {
			if err := schedule.Sleep(ctx, at); err != nil {
				return err
			}
			t.counts.did("cancel as the shopper")
			return t.persist(ctx, func(ctx context.Context) error {
				_, err := t.process.lives.Cancel(ctx, o.CustomerID, o.ID, lines)
				t.note("cancel %+v of %s: %v", lines, o.ID, err)
				return err
			})
		})
	}
}

// confirm says that a parcel is with the carrier. What is refused because its money is not secured is confirmed again later.
func (t *trial) confirm(ctx context.Context, x fulfillment.Shipment) error {
	for refused := true; refused; {
		t.counts.did("confirm")
		err := t.persist(ctx, func(ctx context.Context) error {
			_, err := t.process.sellers.Confirm(ctx, x.SellerID, x.OrderID, x.ID, "Post", "RL-1234")
			t.note("confirm %s: %v", x.ID, err)
			refused = errors.Is(err, fulfillment.ErrNotSecured)
			return err
		})
		if err != nil {
			return err
		}
		if refused {
			t.counts.did("confirm later")
			if err := schedule.Sleep(ctx, 6*time.Hour); err != nil {
				return err
			}
		}
	}
	return nil
}

// delivered starts the shopper, who may send some of it back, at several times or at once.
func (t *trial) delivered(x fulfillment.Shipment) {
	for n := range t.s.Choose(4) {
		q := fulfillment.ReturnRequest{CustomerID: t.books.orders[x.OrderID].CustomerID, OrderID: x.OrderID, ShipmentID: x.ID, Reason: "it is blue"}
		for _, l := range x.Lines {
			if k := int64(t.s.Choose(int(l.Quantity) + 1)); k > 0 {
				q.Lines = append(q.Lines, fulfillment.Line{Line: l.Line, Quantity: k})
			}
		}
		if q.Lines == nil {
			q.Lines = []fulfillment.Line{{Line: x.Lines[0].Line, Quantity: 1}}
		}
		if len(q.Lines) == 1 && t.s.Choose(4) == 3 {
			q.Exchange = &fulfillment.Exchange{}
		}
		at := []time.Duration{0, time.Hour, 5 * day, fulfillment.ReturnWindow - time.Minute}[t.s.Choose(4)]
		for range 1 + t.twice() {
			t.task("shopper", func(ctx context.Context) error {
				if err := schedule.Sleep(ctx, at); err != nil {
					return err
				}
				t.counts.did("return")
				return t.persist(ctx, func(ctx context.Context) error {
					_, _, err := t.process.returns.Request(ctx, fmt.Sprintf("key-%s-%d", x.ID, n), q)
					t.note("return %+v: %v", q.Lines, err)
					return err
				})
			})
		}
	}
}

// left starts an operator who may send a parcel again that has left, sometimes twice and under two keys.
func (t *trial) left(x fulfillment.Shipment) {
	if t.s.Choose(8) != 7 {
		return
	}
	want := fulfillment.Reship{OrderID: x.OrderID, ShipmentID: x.ID, Cause: []string{fulfillment.Lost, fulfillment.Damaged}[t.s.Choose(2)],
		Force: t.s.Choose(2) == 1}
	at := []time.Duration{time.Hour, day, 20 * day}[t.s.Choose(3)]
	for n := range 1 + t.s.Choose(2) {
		t.task("operator", func(ctx context.Context) error {
			if err := schedule.Sleep(ctx, at); err != nil {
				return err
			}
			return t.persist(ctx, func(ctx context.Context) error {
				o, _, err := t.process.reships.Reship(ctx, fmt.Sprint("key-", n), want)
				t.note("reship %s: %s %v", x.ID, o.ID, err)
				if err == nil {
					t.counts.did("reship")
				}
				return err
			})
		})
	}
}

// exchange has a shopper buy what is wanted in exchange for a return, at once or later, and perhaps from two tabs.
func (t *trial) exchange(r fulfillment.Return) {
	at := []time.Duration{0, time.Hour, 3 * day}[t.s.Choose(3)]
	for n := range 1 + t.s.Choose(2) {
		t.task("shopper", func(ctx context.Context) error {
			if err := schedule.Sleep(ctx, at); err != nil {
				return err
			}
			t.counts.did("exchange")
			t.order(purchase{id: ids.Derive(ids.Order, r.ID, fmt.Sprint(n)), exchange: &r})
			return nil
		})
	}
}

// requested starts the seller to whom a return is on its way, which may never come.
func (t *trial) requested(r fulfillment.Return) {
	if r.Exchange != nil {
		t.exchange(r)
	}
	receive := func(ctx context.Context) error {
		t.counts.did("receive")
		return t.persist(ctx, func(ctx context.Context) error {
			_, err := t.process.receiving.Receive(ctx, r.SellerID, r.OrderID, r.ID)
			t.note("receive %s: %v", r.ID, err)
			return err
		})
	}
	reject := func(ctx context.Context) error {
		t.counts.did("reject")
		return t.persist(ctx, func(ctx context.Context) error {
			_, err := t.process.receiving.Reject(ctx, r.SellerID, r.OrderID, r.ID, "it was worn")
			t.note("reject %s: %v", r.ID, err)
			return err
		})
	}
	does := [][]func(context.Context) error{{receive}, {receive, receive}, {receive, reject}, {reject}, nil}[t.s.Choose(5)]
	at := []time.Duration{time.Hour, day, 3*day + 7*time.Hour}[t.s.Choose(3)]
	for _, do := range does {
		t.task("receiver", func(ctx context.Context) error {
			if err := schedule.Sleep(ctx, at); err != nil {
				return err
			}
			return do(ctx)
		})
	}
}

// refundFailed starts an operator, who may have a return's money given back again.
func (t *trial) refundFailed(r fulfillment.Return) {
	if t.s.Choose(4) == 0 {
		return
	}
	after := []time.Duration{time.Hour, 3 * day}[t.s.Choose(2)]
	for range 1 + t.twice() {
		t.task("operator", func(ctx context.Context) error {
			if err := schedule.Sleep(ctx, after); err != nil {
				return err
			}
			t.counts.did("reissue")
			return t.persist(ctx, func(ctx context.Context) error {
				x, err := t.process.payments.RefundAgain(ctx, payments.RefundRef{OrderID: r.OrderID, Group: r.Group, Name: r.ID})
				t.note("reissue %s: %+v %v", r.ID, x, err)
				return err
			})
		})
	}
}

// count tells how many units lay on a shelf, some time after they were counted.
func (t *trial) count(ctx context.Context, c count) error {
	if err := schedule.Sleep(ctx, c.at); err != nil {
		return err
	}
	g := t.work.goods[c.good]
	at := pool{g.sku, g.shelf[c.shelf].centre}
	ch := inventory.Change{ID: fmt.Sprint("count", c.id), SKU: g.sku, Centre: at.centre, Kind: inventory.Counted, Quantity: t.books.pools[at].shelf,
		AsOf: t.s.Now().Truncate(time.Second)}
	t.note("%d of %s are counted in %s", ch.Quantity, g.sku, at.centre)
	if err := schedule.Sleep(ctx, c.late); err != nil {
		return err
	}
	if ch.AsOf.After(t.s.Now()) {
		return nil
	}
	t.counts.did("count")
	return t.persist(ctx, func(ctx context.Context) error {
		report, err := t.process.stock.Apply(ctx, []inventory.Change{ch})
		if err == nil && report.Rows[0].Code != "" {
			t.note("count: %s", report.Rows[0].Code)
			if !slices.Contains([]string{"superseded", "as_of_too_old", "change_mismatch"}, report.Rows[0].Code) {
				return schedule.ErrLost // tried again
			}
		}
		return err
	})
}

// scheduled are the functions of the tried contexts that run by the clock, without those that are tried elsewhere.
var scheduled = func() (out []contract.Function) {
	for _, f := range contract.Functions() {
		if slices.Contains(tried, f.Context) && f.Trigger.Schedule > 0 && !slices.Contains(outsiders, f.ID()) {
			out = append(out, f)
		}
	}
	return out
}()

// sweep runs a scheduled function until nothing happens any more. It runs less often than the contract says, unless it has
// failed or left something, and seldom on days on which it would find nothing.
func (t *trial) sweep(ctx context.Context, f contract.Function) error {
	period := []time.Duration{day, 7 * time.Hour}[t.s.Choose(2)]
	wait := period
	for quiet := time.Duration(0); quiet < reserve+3*day && t.s.Elapsed() < patience; quiet += wait {
		if err := schedule.Sleep(ctx, wait); err != nil {
			return err
		}
		if t.busy > 0 || t.books.waits() || len(t.books.owing()) > 0 {
			quiet = 0
		}
		if wait = period; t.books.idle(f.ID()) {
			continue
		}
		if t.isDown(f.ID()) {
			t.counts.down++
			continue
		}
		t.counts.did(f.ID())
		if f.ID() == "payouts-run" {
			t.running = len(t.books.sequence)
		}
		err := t.invoke(ctx, t.process.sweeps()[f.ID()])
		if t.note("%s: %v", f.ID(), err); errors.Is(err, schedule.ErrStopped) {
			return err
		}
		if err != nil || f.ID() != "payouts-run" && !t.books.idle(f.ID()) {
			wait = f.Trigger.Schedule
		}
	}
	return nil
}

// patience is when every record of a trial must have come to its end.
const patience = 200 * day
