package fulfillmenttrial_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments"
	"rialto/functions/payouts"
)

// books follow every change of the tables and what happens in the world, and share no code with what writes them.
type books struct {
	t         *trial
	orders    map[string]orders.Order
	pools     map[pool]*account
	stock     map[store.Key]stockItem
	holds     map[store.Key]holdItem
	shipments map[store.Key]fulfillment.Shipment
	returns   map[store.Key]fulfillment.Return
	payments  map[store.Key]payments.Payment
	journals  map[string]journal
	due       map[store.Get]bool
	gone      map[lot]bool // what has left its centre
	touched   []pool       // since the shelves were looked at
	sequence  []string     // journals in the order in which they were booked
}

// pool is a sku's units in a centre.
type pool struct {
	sku    inventory.SKU
	centre string
}

// lot is the units of an order's line that leave a centre together.
type lot struct{ order, line, centre string }

// account is a pool: what lies on the shelf, and what the tables say.
type account struct {
	shelf           int64         // units that lie there
	missing         int64         // that were booked and never were there, until somebody counts
	available, debt int64         // of all shards
	out             map[lot]int64 // held or sold, and not shipped as far as the tables know
}

type stockItem struct {
	pool            pool
	available, debt int64
}

type holdItem struct {
	pool pool
	lot  lot
	n    int64 // 0 unless it is HELD or COMMITTED
}

// journal is a journal as it is stored.
type journal struct {
	ID       string          `dynamodbav:"pk"`
	Kind     payouts.Kind    `dynamodbav:"kind"`
	SellerID string          `dynamodbav:"seller_id"`
	Currency string          `dynamodbav:"currency"`
	OrderID  string          `dynamodbav:"order_id"`
	Group    string          `dynamodbav:"group"`
	At       time.Time       `dynamodbav:"at"`
	Entries  []payouts.Entry `dynamodbav:"entries"`
	PayoutID string          `dynamodbav:"payout_id"`
}

func (j journal) of(a payouts.Account) (n int64) {
	for _, e := range j.Entries {
		if e.Account == a {
			n += e.Amount.Minor
		}
	}
	return n
}

func newBooks(t *trial) *books {
	return &books{t: t, orders: map[string]orders.Order{}, pools: map[pool]*account{}, stock: map[store.Key]stockItem{},
		holds: map[store.Key]holdItem{}, shipments: map[store.Key]fulfillment.Shipment{}, returns: map[store.Key]fulfillment.Return{},
		payments: map[store.Key]payments.Payment{}, journals: map[string]journal{}, due: map[store.Get]bool{}, gone: map[lot]bool{}}
}

func (b *books) pool(p pool) *account {
	if b.pools[p] == nil {
		b.pools[p] = &account{out: map[lot]int64{}}
	}
	return b.pools[p]
}

// arrive puts units on a shelf that were booked, and some that were only booked.
func (b *books) arrive(p pool, there, missing int64) {
	b.pool(p).shelf += there
	b.pool(p).missing += missing
}

func (b *books) placed(o orders.Order) {
	b.orders[o.ID] = o
	b.checkShares(o)
}

// look takes a change over.
func (b *books) look(c change) {
	if strings.HasPrefix(c.Key.PK, "!due#") {
		if b.due[c.Get] = true; c.new == nil {
			delete(b.due, c.Get)
		}
		return
	}
	switch c.Table {
	case "orders":
		b.lookOrder(c)
	case "inventory":
		b.lookStock(c)
	case "holds":
		b.lookHold(c)
	case "shipments":
		b.lookShipment(c)
	case "returns":
		b.lookReturn(c)
	case "payments":
		b.lookPayment(c)
	case "ledger":
		b.lookJournal(c)
	}
}

// lookOrder takes an order over that no checkout has placed: one that sends a parcel again.
func (b *books) lookOrder(c change) {
	if _, known := b.orders[c.Key.PK]; known {
		return
	}
	o, _, err := ordersstore.Store{DB: b.t.mem}.Get(context.Background(), c.Key.PK)
	if err != nil {
		b.t.fail("store", "%v", err)
	}
	if o.ReshipOf != nil {
		b.placed(o)
		b.t.ordered(o)
	}
}

// touch has a shelf looked at when all changes of a transaction are taken over.
func (b *books) touch(p pool) {
	if !slices.Contains(b.touched, p) {
		b.touched = append(b.touched, p)
	}
}

func (b *books) checkShelves() {
	for _, p := range b.touched {
		b.checkShelf(p)
	}
	b.touched = b.touched[:0]
}

// decode reads an item; what cannot be read is a failure.
func decode[T any](b *books, i store.Item) (v T) {
	if err := store.Unmarshal(i, &v); err != nil {
		b.t.fail("store", "%v", err)
	}
	return v
}

func str(i store.Item, attr string) string {
	s, _ := i[attr].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

func num(i store.Item, attr string) (n int64) {
	_ = store.Int(i, attr, &n)
	return n
}

func (b *books) lookStock(c change) {
	if strings.HasPrefix(c.Key.PK, "!") || strings.HasPrefix(c.Key.SK, "!") {
		return
	}
	was := b.stock[c.Key]
	at := pool{inventory.SKU{ProductID: str(c.new, "product_id"), SellerID: str(c.new, "seller_id")}, str(c.new, "fulfillment_center_id")}
	now := stockItem{at, num(c.new, "available"), num(c.new, "debt")}
	b.stock[c.Key] = now
	a := b.pool(at)
	a.available, a.debt = a.available+now.available-was.available, a.debt+now.debt-was.debt
	if str(c.new, "counted_by") != "" {
		a.missing = 0
	}
	b.touch(at)
}

func (b *books) lookHold(c change) {
	h := decode[inventory.Hold](b, c.new)
	now := holdItem{pool{h.SKU, h.Centre}, lot{h.OrderID, h.Line, h.Centre}, h.Quantity}
	if h.State != inventory.Held && h.State != inventory.Committed {
		now.n = 0
	}
	was := b.holds[c.Key]
	b.holds[c.Key] = now
	if now.pool.centre != "" {
		b.pool(now.pool).out[now.lot] += now.n - was.n
		b.touch(now.pool)
	}
}

// left tells whether a parcel's units are no longer in their centre.
func left(s fulfillment.State) bool {
	switch s {
	case fulfillment.Shipped, fulfillment.InTransit, fulfillment.OutForDelivery, fulfillment.Delivered:
		return true
	}
	return false
}

// gone tells whether a parcel's units are no longer in their centre: what the seller ships left when the seller said so.
func gone(x fulfillment.Shipment) bool {
	return left(x.State) || !x.ConfirmedAt.IsZero() && x.State != fulfillment.Cancelled
}

func (b *books) lookShipment(c change) {
	was, now := b.shipments[c.Key], decode[fulfillment.Shipment](b, c.new)
	b.shipments[c.Key] = now
	if was.Cuts != now.Cuts {
		b.t.counts.did("cancel a part")
	}
	b.checkCut(now)
	if was.State == now.State {
		return
	}
	b.t.counts.state(string(now.State))
	if was.State == "" {
		b.t.opened(now)
	}
	if gone(now) && !gone(was) {
		for _, l := range now.Lines {
			at := pool{b.sku(now.OrderID, l.Line), now.Centre}
			b.pool(at).shelf -= l.Quantity
			b.gone[lot{now.OrderID, l.Line, now.Centre}] = true
			b.t.note("%d of %s leave %s", l.Quantity, at.sku, at.centre)
			b.touch(at)
		}
	}
	if now.State == fulfillment.Shipped {
		b.t.left(now)
	}
	if now.State == fulfillment.Delivered {
		b.t.delivered(now)
	}
}

func (b *books) sku(order, line string) inventory.SKU {
	for _, l := range b.orders[order].Lines {
		if l.Line == line {
			return inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID}
		}
	}
	b.t.fail("unknown-line", "%s has no line %s", order, line)
	return inventory.SKU{}
}

func (b *books) lookReturn(c change) {
	if !strings.HasPrefix(c.Key.SK, "ret_") {
		return
	}
	was, now := b.returns[c.Key], decode[fulfillment.Return](b, c.new)
	b.returns[c.Key] = now
	if was.State == now.State {
		return
	}
	b.t.counts.state("return " + string(now.State))
	switch now.State {
	case fulfillment.Requested:
		b.t.requested(now)
	case fulfillment.Received:
		for _, l := range now.Lines {
			at := pool{b.sku(now.OrderID, l.Line), l.Centre}
			b.pool(at).shelf += l.Quantity
			b.t.note("%d of %s are back in %s", l.Quantity, at.sku, at.centre)
		}
	}
	if now.State == fulfillment.RefundFailed {
		b.t.refundFailed(now)
	}
	b.checkReturn(now)
}

func (b *books) lookPayment(c change) {
	if str(c.new, "group") == "" || str(c.new, "order_id") == "" || str(c.new, "state") == "" {
		return
	}
	was, now := b.payments[c.Key], decode[payments.Payment](b, c.new)
	b.payments[c.Key] = now
	if was.State != now.State {
		b.t.counts.state("payment " + string(now.State))
	}
}

func (b *books) lookJournal(c change) {
	if str(c.new, "kind") == "" {
		return
	}
	j := decode[journal](b, c.new)
	_, known := b.journals[j.ID]
	b.journals[j.ID] = j
	if !known {
		b.sequence = append(b.sequence, j.ID)
		b.t.counts.state("journal " + string(j.Kind))
		b.checkJournal(j)
	}
}

// over tells whether a record is at an end.
func over[S ~string](s S, ends ...S) bool { return slices.Contains(ends, s) }

// waiting describes the records that are not at an end.
func (b *books) waiting() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, x := range b.shipments {
			if !over(x.State, fulfillment.Delivered, fulfillment.Cancelled, fulfillment.WrittenOff) &&
				!yield(fmt.Sprintf("parcel %s of %s is %s", x.Group, x.OrderID, x.State)) {
				return
			}
		}
		for _, x := range b.returns {
			if !over(x.State, fulfillment.Rejected, fulfillment.Expired, fulfillment.Refunded, fulfillment.RefundFailed) &&
				!yield(fmt.Sprintf("return %s of %s is %s", x.ID, x.OrderID, x.State)) {
				return
			}
		}
		for _, x := range b.payments {
			parcel := b.shipment(x.OrderID, x.Group).State
			given := over(parcel, fulfillment.Cancelled, fulfillment.WrittenOff) && x.State == payments.CaptureFailed // asked for late
			if !given && !over(x.State, payments.Captured, payments.Cancelled) &&
				!yield(fmt.Sprintf("payment %s of %s is %s", x.Group, x.OrderID, x.State)) {
				return
			}
		}
		for k := range b.due {
			if !yield(fmt.Sprintf("%s %s is on the list", k.Key.PK, k.Key.SK)) {
				return
			}
		}
	}
}

// waits tells whether any record is not at an end.
func (b *books) waits() bool {
	for range b.waiting() {
		return true
	}
	return false
}

// idle tells whether a scheduled function would find nothing.
func (b *books) idle(id string) bool {
	switch id {
	case "fulfillment-overdue":
		return !b.isDue("seller_orders")
	case "payments-renew":
		return !b.isDue("payments")
	case "payouts-run":
		for _, j := range b.journals {
			if j.PayoutID == "" && j.Kind != payouts.PayoutKind && b.t.s.Now().Sub(j.At) >= reserve {
				return false
			}
		}
		return !b.t.s.Chance(100) // what is in the reserve is not to be paid
	}
	return false
}

// isDue tells whether a list of today, or of a day before, has something.
func (b *books) isDue(table string) bool {
	today := b.t.s.Now().Format(time.DateOnly)
	for k := range b.due {
		if _, rest, _ := strings.Cut(k.Key.PK, "#"); k.Table == table && rest[:len(today)] <= today {
			return true
		}
	}
	return false
}
