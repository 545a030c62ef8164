package inventorytrial_test

import (
	"math"
	"time"

	"github.com/anishathalye/porcupine"

	"rialto/functions/inventory"
)

// counter is the sequential model: a counter of each pool, and holds on it. It knows nothing of items, writes or
// shards, only what the operations promise.
type counter struct {
	free    [len(pools)]int16
	holds   [shoppers * perShop][maxPicks]uint8 // a place in states
	expires [shoppers * perShop]int32           // milliseconds after dawn, of the order's holds
	placed  uint16                              // orders, a bit each
	booked  uint32                              // receipts
}

const (
	absent uint8 = iota
	held
	committed
	shipped
	released
)

// event is an attempt as the model sees it. A release and a shipment are one for each hold, for they are not made
// together; pick is -1 for what is.
type event struct {
	*attempt
	pick  int
	delta int64 // by how much it changed what is free or owed, as it was booked; of a shipment, what a count had missed
}

// linearizable asks porcupine whether the whole history could have happened one operation at a time, each at some
// instant between its call and its answer. An operation whose outcome its caller cannot know may have happened at
// any time after its call.
func (t *trial) linearizable() {
	var history []porcupine.Operation
	add := func(x *attempt, pick int) {
		e := event{attempt: x, pick: pick}
		switch {
		case x.op.amend != nil:
			e.delta = t.books.deltas[x.op.amend.id]
		case x.op.receipt != nil:
			e.delta = t.books.deltas[x.op.receipt.ID]
		case x.op.kind == shipIt:
			e.delta = t.books.regained[parcel{x.op.order.id, x.op.order.picks[pick].pool}]
		}
		op := porcupine.Operation{Input: e, Call: x.call, Return: x.ended}
		if x.out.unknown || x.ended == 0 {
			op.Return = math.MaxInt64 - int64(len(history))
		}
		history = append(history, op)
	}
	for _, x := range t.history {
		if x.op.reshape != nil { // moves units, and changes nothing
			continue
		}
		if x.op.kind == releaseIt || x.op.kind == shipIt {
			for i := range x.op.order.picks {
				add(x, i)
			}
			continue
		}
		add(x, -1)
	}
	model := porcupine.Model{Init: func() any { return counter{} }, Step: t.explains}
	switch porcupine.CheckOperationsTimeout(model, history, time.Minute) {
	case porcupine.Illegal:
		t.fail("linearizability", "no order of the %d operations explains their answers", len(history))
	case porcupine.Unknown:
		t.counts.unchecked++
	}
}

// explains tells whether an event can come after a state, and what is after it.
func (t *trial) explains(state, input, _ any) (bool, any) {
	c, e := state.(counter), input.(event)
	if e.out.code == inventory.ErrUnavailable.Code && e.divided && t.work.fresh > 0 {
		return true, state // it may go by what was read shortly before; soldOut has judged that
	}
	if e.out.code == "superseded" {
		return true, state // answered by what else was counted, and changes nothing
	}
	code, n := c.do(e)
	if code == inventory.ErrUnavailable.Code && e.out.code == "" && e.divided && t.owing() {
		c.place(e.op) // a shard may sell while another owes, until the next look at all
		code = ""
	}
	switch {
	case e.out.unknown || e.ended == 0:
		return true, c
	case code != e.out.code:
		return false, state
	}
	return n < 0 || n == e.out.n, c
}

// owing tells whether anything was ever taken away that may not have been free.
func (t *trial) owing() bool {
	for _, d := range t.books.deltas {
		if d < 0 {
			return true
		}
	}
	return false
}

// do does an event and returns what the operation must answer: a code, and a count or -1 if the count says nothing.
func (c *counter) do(e event) (string, int) {
	switch e.op.kind {
	case holdIt:
		return c.hold(e.op), -1
	case commitIt:
		return c.commit(e.op), -1
	case releaseIt:
		return c.release(e)
	case shipIt:
		return c.ship(e), -1
	case receiveIt:
		return c.receive(e.op.receipt.n, e.op.receipt.pool, e.delta)
	case adjustIt:
		return c.receive(e.op.amend.n, e.op.amend.pool, e.delta)
	case countIt:
		code, n := c.receive(e.op.amend.n, e.op.amend.pool, e.delta)
		return code, min(n, b2i(e.delta != 0)) // it changed nothing if it says what is
	}
	return "unknown operation", -1
}

func (c *counter) hold(op operation) string {
	if !op.expires.After(op.now) {
		return inventory.ErrExpired.Code
	}
	o := op.order
	own := 0
	var need [len(pools)]int16
	for i, p := range o.picks {
		need[p.pool] += int16(p.n)
		switch c.holds[o.n][i] {
		case held:
			own++
		case committed, shipped:
			return inventory.ErrCommitted.Code
		case released:
			return inventory.ErrReleased.Code
		}
	}
	if own == len(o.picks) {
		return ""
	}
	for i, n := range need {
		if n > 0 && c.free[i] < n {
			return inventory.ErrUnavailable.Code
		}
	}
	c.place(op)
	return ""
}

func (c *counter) place(op operation) {
	for i, p := range op.order.picks {
		c.free[p.pool] -= int16(p.n)
		c.holds[op.order.n][i] = held
	}
	c.expires[op.order.n] = millis(op.expires)
}

func (c *counter) commit(op operation) string {
	o := op.order
	if c.placed&(1<<o.n) != 0 {
		return ""
	}
	for i := range o.picks {
		switch c.holds[o.n][i] {
		case absent:
			return inventory.ErrMissing.Code
		case released:
			return inventory.ErrReleased.Code
		case held:
			if c.expires[o.n] <= millis(op.now) {
				return inventory.ErrExpired.Code
			}
		}
	}
	for i := range o.picks {
		c.holds[o.n][i] = committed
	}
	c.placed |= 1 << o.n
	return ""
}

// release answers how many holds it released, which says of each of them only if it is none or all.
func (c *counter) release(e event) (string, int) {
	p := e.op.order.picks[e.pick]
	did := 0
	switch h := &c.holds[e.op.order.n][e.pick]; *h {
	case committed, shipped:
		return inventory.ErrCommitted.Code, -1
	case held:
		c.free[p.pool] += int16(p.n)
		did = 1
		*h = released
	default:
		*h = released
	}
	if k := len(e.op.order.picks); e.out.n != 0 && e.out.n != k {
		return "", -1
	} else if e.out.n == k {
		return "", did * k
	}
	return "", did
}

func (c *counter) ship(e event) string {
	switch h := &c.holds[e.op.order.n][e.pick]; *h {
	case absent:
		return inventory.ErrMissing.Code
	case held:
		return inventory.ErrNotCommitted.Code
	case released:
		return inventory.ErrReleased.Code
	case committed:
		c.free[e.op.order.picks[e.pick].pool] += int16(e.delta)
		*h = shipped
	}
	return ""
}

// receive books units that came or, below 0, went; what is owed counts as less than none free.
func (c *counter) receive(n, pool int, units int64) (string, int) {
	if c.booked&(1<<n) != 0 {
		return "", 0
	}
	c.booked |= 1 << n
	c.free[pool] += int16(units)
	return "", 1
}

// millis is how expiries are kept.
func millis(t time.Time) int32 { return int32(t.Sub(dawn).Milliseconds()) }
