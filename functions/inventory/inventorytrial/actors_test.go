package inventorytrial_test

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/inventory"
	"rialto/functions/laboratory/schedule"
)

// shop is a shopper's orders, one after the other: each is held, then committed, cancelled or left to its timer,
// which is set before anything else.
func (a *actor) shop(orders []order) error {
	for i := range orders {
		o := &orders[i]
		if o.ending == none {
			continue
		}
		if err := schedule.Sleep(a.ctx, o.begin); err != nil {
			return err
		}
		expires := a.s.Now().Add(life)
		a.actor(context.Background(), "timer "+o.id, func(t *actor) error { return t.expire(o, expires) })
		hold := func(try int) operation {
			at := expires
			if o.extends && try > 1 {
				at = a.s.Now().Add(life)
			}
			return operation{kind: holdIt, order: o, now: a.s.Now(), expires: at}
		}
		if o.twin {
			a.actor(context.Background(), "twin "+o.id, func(t *actor) error {
				_, err := t.persist(1, hold)
				return err
			})
		}
		held, err := a.persist(patience, hold)
		if err != nil {
			return err
		}
		if held.code != "" || held.unknown { // the saga compensates
			if err := a.release(patience, o); err != nil {
				return err
			}
			continue
		}
		if err := schedule.Sleep(a.ctx, o.think); err != nil {
			return err
		}
		switch o.ending {
		case commits:
			_, err = a.persist(patience, func(int) operation { return operation{kind: commitIt, order: o, now: a.s.Now()} })
		case cancels:
			err = a.release(patience, o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *actor) release(tries int, o *order) error {
	_, err := a.persist(tries, func(int) operation { return operation{kind: releaseIt, order: o, now: a.s.Now()} })
	return err
}

// expire is an order's timer.
func (a *actor) expire(o *order, at time.Time) error {
	if err := schedule.SleepUntil(a.ctx, at); err != nil {
		return err
	}
	return a.release(a.timers, o)
}

// receive is a receipt of units that lie on the shelf from now on, and are booked later.
func (a *actor) receive(r *receipt) error {
	if err := schedule.Sleep(a.ctx, r.begin); err != nil {
		return err
	}
	at := a.s.Now()
	a.books.comes(r, at)
	if err := schedule.Sleep(a.ctx, r.late); err != nil {
		return err
	}
	_, err := a.persist(forever, func(int) operation { return operation{kind: receiveIt, receipt: r, at: at, now: a.s.Now()} })
	return err
}

// amend is what the seller says of what is there.
func (a *actor) amend(x *amend) error {
	if err := schedule.Sleep(a.ctx, x.begin); err != nil {
		return err
	}
	op := operation{kind: adjustIt, amend: x}
	if x.count {
		op.kind, op.at = countIt, a.s.Now()
		if err := schedule.Sleep(a.ctx, x.late); err != nil {
			return err
		}
	}
	_, err := a.persist(forever, func(int) operation { op.now = a.s.Now(); return op })
	return err
}

// ordered is what follows an order: its units leave an hour later, and for some orders come back after another; both are
// booked when they are.
func (t *trial) ordered(o *order) {
	at := t.s.Now().Add(time.Hour)
	for range 1 + b2i(o.reships) {
		t.actor(context.Background(), "shipper", func(a *actor) error { return a.ship(o, at) })
	}
	if c := o.beside; c != nil {
		c.begin = time.Hour + o.late - c.late
		t.actor(context.Background(), "seller", func(a *actor) error { return a.amend(c) })
	}
	if !o.returned {
		return
	}
	back := o.picks[0]
	r := &receipt{n: receipts + o.n, pool: back.pool, begin: 2 * time.Hour, late: o.backLate, Receipt: inventory.Receipt{ID: fmt.Sprint("back-", o.id),
		SKU: pools[back.pool].sku, Centre: pools[back.pool].centre, Quantity: int64(back.n), Returned: true}}
	for range 1 + b2i(o.reships) {
		t.actor(context.Background(), "returner", func(a *actor) error { return a.receive(r) })
	}
}

func (a *actor) ship(o *order, at time.Time) error {
	if err := schedule.SleepUntil(a.ctx, at.Add(o.late)); err != nil {
		return err
	}
	_, err := a.persist(forever, func(int) operation { return operation{kind: shipIt, order: o, at: at, now: a.s.Now()} })
	return err
}

// operate is the operator of layouts, who knows nothing of what is going on.
func (a *actor) operate(r *reshape) error {
	if err := schedule.Sleep(a.ctx, r.begin); err != nil {
		return err
	}
	_, err := a.persist(patience, func(int) operation { return operation{kind: r.kind, reshape: r, now: a.s.Now()} })
	return err
}

// keep rebalances what is divided when all else has ended, until no retired shard is open.
func (a *actor) keep() error {
	if err := schedule.Sleep(a.ctx, 60*time.Hour); err != nil {
		return err
	}
	for i := range pools {
		r := &reshape{pool: i, kind: rebalanceIt}
		for idle := 0; a.books.pools[i].retired() && idle < 5; idle++ { // what owes units stays open
			before := a.books.state
			if err := a.operate(r); err != nil {
				return err
			}
			if a.books.state != before {
				idle = 0
			}
			if err := schedule.Sleep(a.ctx, 2*time.Second); err != nil {
				return err
			}
		}
	}
	return nil
}
