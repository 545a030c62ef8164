package fulfillmenttrial_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/payouts"
)

// checkers lists what trials are judged by: a stable name, under which a failure is reported, and what it promises.
var checkers = map[string]string{
	"shelf":             "what is for sale, held or sold lies on the shelf, after every step and whatever was counted meanwhile",
	"shelf-lost":        "in the end a count brings exactly what lies on the shelf up for sale",
	"stock-equation":    "in the end the ledgers of stock and its holds add up, and none is out",
	"charged-twice":     "a parcel's money is taken once at most, no more than it costs, and not before it is packed",
	"charge-and-parcel": "in the end what left is paid in full, and nothing else is held or taken",
	"refunded-twice":    "a return is given back once at most, what it is worth, and not before it was received",
	"refund-and-return": "in the end what was given back is what the returns say that it was",
	"journal":           "every journal sums to zero, and is of something that happened",
	"owner":             "every cent that was taken of a parcel has one owner: the customer again, its seller, Rialto or a tax authority",
	"shares":            "what a parcel costs is its own: its units, its seller's shipping for them, its part of the delivery",
	"due":               "in the end the customer, the seller and Rialto have of every parcel what the order and the returns say",
	"tax":               "in the end each jurisdiction is owed the tax on what was kept, and no other",
	"ledger-and-bank":   "in the end the ledger says what the bank took and gave back, parcel by parcel",
	"paid-out":          "a payout is what the seller is owed net of refunds, and never more",
	"unheard":           "every event has a subscriber, and each does in the end what the event asks for",
	"waits-for-ever":    "every record comes to an end",
	"order-cancelled":   "that an order is cancelled whole is told once, if all its parcels are, and not otherwise",
	"exchange":          "in the end a return and the order that was placed in exchange for it name each other, and there is one of those at most",
	"reship":            "what is sent again is what a parcel held, for nothing, and Rialto bears it where it carried it",
	"gateway-misused":   "a key of the gateway stands for one call",
	"unknown-line":      "records name lines that their order has",
	"stuck":             "a trial ends",
	"panic":             "nothing panics",
	"store":             "what is stored can be read",
}

// inside is how many units of a pool the tables take to lie on its shelf.
func (b *books) inside(a *account) int64 {
	n := a.available - a.debt
	for l, units := range a.out {
		if !b.gone[l] {
			n += units
		}
	}
	return n
}

// checkShelf compares a pool's ledger with its shelf.
func (b *books) checkShelf(at pool) {
	a := b.pool(at)
	inside := b.inside(a)
	if inside > a.shelf+a.missing {
		b.t.fail("shelf", "%s in %s: %d units are for sale or sold (%d available, %d owed), %d lie there", at.sku, at.centre, inside, a.available,
			a.debt, a.shelf)
	}
}

// parcel is what the order says of a group.
func (b *books) parcel(order, group string) (orders.Shipment, bool) {
	o := b.orders[order]
	n := slices.IndexFunc(o.Shipments, func(s orders.Shipment) bool { return s.Group == group })
	if n < 0 {
		return orders.Shipment{}, false
	}
	return o.Shipments[n], true
}

func (b *books) shipment(order, group string) fulfillment.Shipment {
	for _, x := range b.shipments {
		if x.OrderID == order && x.Group == group {
			return x
		}
	}
	return fulfillment.Shipment{}
}

// banked looks at the bank's books after each of its deeds.
func (b *books) banked() {
	taken := map[[2]string]int{}
	for _, i := range b.t.bank.intents {
		if i.status == payments.IntentCaptured {
			at := [2]string{i.order, i.group}
			p, ok := b.parcel(i.order, i.group)
			if taken[at]++; taken[at] > 1 || !ok || i.captured > b.cost(i.order, p) {
				b.t.fail("charged-twice", "%d taken of %s %s, which costs %d (%d times)", i.captured, i.order, i.group, b.cost(i.order, p), taken[at])
			}
			if s := b.shipment(i.order, i.group).State; s == "" || s == fulfillment.Pending || s == fulfillment.Picked || s == fulfillment.Cancelled {
				b.t.fail("charged-twice", "%d taken of %s %s, which is %q", i.captured, i.order, i.group, s)
			}
		}
		for _, r := range i.refunds {
			given, times := i.refunded(r.of())
			x := b.returned(i.order, r.of())
			if times > 1 || given > x.Amount.Minor || over(x.State, "", fulfillment.Requested, fulfillment.Rejected) {
				b.t.fail("refunded-twice", "%d given back for %s %s in %d refunds; it is %q and worth %d", given, i.order, r.of(), times, x.State, x.Amount.Minor)
			}
		}
	}
}

func (b *books) returned(order, id string) fulfillment.Return {
	for _, x := range b.returns {
		if x.OrderID == order && x.ID == id {
			return x
		}
	}
	return fulfillment.Return{}
}

func (b *books) checkReturn(r fulfillment.Return) {
	if r.State == fulfillment.Refunded {
		if given := b.givenBack(r); given != r.Amount.Minor && !b.turnedBack(r) {
			b.t.fail("refund-and-return", "%s is %s, and %d of %d are given back", r.ID, r.State, given, r.Amount.Minor)
		}
	}
}

// turnedBack tells whether a return's money was given back and has come back.
func (b *books) turnedBack(r fulfillment.Return) bool {
	return slices.ContainsFunc(b.t.bank.intents, func(i *intent) bool {
		return i.order == r.OrderID && i.group == r.Group && i.turnedBack(r.ID) >= r.Amount.Minor
	})
}

func (b *books) givenBack(r fulfillment.Return) (minor int64) {
	for _, i := range b.t.bank.intents {
		if i.order == r.OrderID && i.group == r.Group {
			n, _ := i.refunded(r.ID)
			minor += n
		}
	}
	return minor
}

// owners are the accounts on which what was taken of a parcel ends: a credit is what each has of it.
var owners = []payouts.Account{payouts.Payable, payouts.Commission, payouts.TaxWithheld, payouts.Delivery}

// checkJournal looks at a journal as it is booked, and at its parcel with it.
func (b *books) checkJournal(j journal) {
	var sum int64
	for _, e := range j.Entries {
		sum += e.Amount.Minor
		if e.Amount.Currency != j.Currency {
			b.t.fail("journal", "%+v has an entry in another currency", j)
		}
	}
	if sum != 0 {
		b.t.fail("journal", "%+v sums to %d", j, sum)
	}
	if j.Kind == payouts.PayoutKind {
		b.checkPayout(j)
		return
	}
	var taken, back, turned, booked int64
	for _, i := range b.t.bank.intents {
		if i.order == j.OrderID && i.group == j.Group {
			n, _ := i.refunded("")
			taken, back, turned = taken+i.captured, back+n, turned+i.turnedBack("")
		}
	}
	for _, x := range b.journals {
		if x.OrderID == j.OrderID && x.Group == j.Group && x.Kind == payouts.TurnedBackKind {
			booked += x.of(payouts.Refunds)
		}
	}
	net := b.net(j.OrderID, j.Group)
	if net[payouts.Gateway] > taken || -net[payouts.Refunds]+booked > back+turned || booked > turned || net[payouts.Refunds] > 0 {
		b.t.fail("ledger-and-bank", "%s %s: %d and %d back are booked, the bank took %d and gave back %d", j.OrderID, j.Group, net[payouts.Gateway],
			-net[payouts.Refunds], taken, back)
	}
	for _, a := range owners {
		if -net[a] < 0 {
			b.t.fail("owner", "%s %s: %d on %s", j.OrderID, j.Group, -net[a], a)
		}
	}
}

// checkPayout compares all that was ever paid to a seller with all that the seller was owed when the run began.
func (b *books) checkPayout(j journal) {
	var owed, paid int64
	for _, x := range b.journals {
		switch {
		case x.SellerID != j.SellerID || x.Currency != j.Currency:
		case x.Kind == payouts.PayoutKind:
			paid -= x.of(payouts.PayoutClearing)
		case !b.during(x.ID):
			owed -= x.of(payouts.Payable)
		}
	}
	if j.of(payouts.PayoutClearing) >= 0 || paid > owed {
		b.t.fail("paid-out", "%d of %d are paid to %s, who is owed %d", -j.of(payouts.PayoutClearing), paid, j.SellerID, owed)
	}
}

// during tells whether a journal was booked while the run that is under way goes on.
func (b *books) during(id string) bool {
	return slices.Index(b.sequence, id) >= b.t.running
}

// end looks at everything when nothing is on its way any more.
func (b *books) end() {
	b.endRecords()
	b.endMoney()
	b.endDue()
	b.endStock()
}

func (b *books) endRecords() {
	b.endOrders()
	b.endExchanges()
	if w := slices.Sorted(b.waiting()); len(w) > 0 {
		b.t.fail("waits-for-ever", "%s", strings.Join(w, "\n"))
	}
	for k, h := range b.holds {
		if h.n != 0 {
			b.t.fail("waits-for-ever", "%d units of %+v are out", h.n, k)
		}
	}
}

// endOrders looks at what was said of whole orders: that one is cancelled, once, if it is.
func (b *books) endOrders() {
	for id, o := range b.orders {
		cancelled, told := 0, 0
		for _, x := range b.shipments {
			if x.OrderID == id && x.State == fulfillment.Cancelled {
				cancelled++
			}
			if x.OrderID == id && x.Closed != nil {
				told++
			}
		}
		if want := map[bool]int{true: 1}[len(o.Shipments) > 0 && cancelled == len(o.Shipments)]; told != want {
			b.t.fail("order-cancelled", "%d of %d parcels of %s are cancelled, and %d times it was said that all are", cancelled, len(o.Shipments), id, told)
		}
	}
}

// endExchanges looks at what was bought in exchange for returns.
func (b *books) endExchanges() {
	orders := map[string]string{} // by return
	for id, o := range b.orders {
		if x := o.ExchangeOf; x != nil {
			if r := b.returned(x.OrderID, x.ReturnID); r.ExchangedBy != id || orders[x.ReturnID] != "" {
				b.t.fail("exchange", "%s and %q are in exchange for %s, which names %q", id, orders[x.ReturnID], x.ReturnID, r.ExchangedBy)
			}
			orders[x.ReturnID] = id
		}
	}
	for _, r := range b.returns {
		if r.ExchangedBy != orders[r.ID] {
			b.t.fail("exchange", "%s names %q, and %q is in exchange for it", r.ID, r.ExchangedBy, orders[r.ID])
		}
	}
}

// endMoney compares parcels, the bank and the ledger.
func (b *books) endMoney() {
	b.t.bank.at()
	for _, id := range slices.Sorted(maps.Keys(b.orders)) {
		o := b.orders[id]
		if b.t.mem.Peek("orders", keyOf(id)) == nil {
			continue
		}
		for _, p := range o.Shipments {
			var open, taken, back, booked, given int64
			for _, i := range b.t.bank.intents {
				if i.order == id && i.group == p.Group {
					n, _ := i.refunded("")
					taken, back = taken+i.captured, back+n
					if i.status == payments.IntentAuthorized {
						open += i.amount
					}
				}
			}
			for _, j := range b.journals {
				if j.OrderID == id && j.Group == p.Group {
					booked, given = booked+j.of(payouts.Gateway), given-j.of(payouts.Refunds)
				}
			}
			want := b.cost(id, p)
			if s := b.shipment(id, p.Group); !left(s.State) {
				want = 0
			}
			if open != 0 || taken != want {
				b.t.fail("charge-and-parcel", "%s %s costs %d: %d are taken, %d held", id, p.Group, want, taken, open)
			}
			if booked != taken || given != back {
				b.t.fail("ledger-and-bank", "%s %s: %d and %d back are booked, the bank took %d and gave back %d", id, p.Group, booked, given, taken, back)
			}
		}
	}
	for _, r := range b.returns {
		if given := b.givenBack(r); given != 0 && r.State != fulfillment.Refunded || given != r.Amount.Minor && r.State == fulfillment.Refunded {
			b.t.fail("refund-and-return", "in the end %s is %s, and %d of %d are given back", r.ID, r.State, given, r.Amount.Minor)
		}
	}
	if owing := b.owing(); len(owing) > 0 {
		b.t.fail("paid-out", "%s", strings.Join(owing, "\n"))
	}
}

// owing describes who is owed more than was paid.
func (b *books) owing() (out []string) {
	type account struct{ seller, currency string }
	owed := map[account]int64{}
	for _, j := range b.journals {
		owed[account{j.SellerID, j.Currency}] -= j.of(payouts.Payable)
	}
	for at, n := range owed {
		if n > 0 {
			out = append(out, fmt.Sprintf("%s is owed %d", at.seller, n))
		}
	}
	slices.Sort(out)
	return out
}

// endStock counts every shelf once more.
func (b *books) endStock() {
	ctx := context.Background()
	later := func() time.Time { return b.t.s.Now().Add(time.Hour) }
	last := &inventory.Service{Store: b.t.stock(later), Now: later}
	var holds []inventory.Hold
	for _, i := range b.t.mem.Items("holds") {
		holds = append(holds, decode[inventory.Hold](b, i))
	}
	n := 0
	for _, g := range b.t.work.goods {
		for _, s := range g.shelf {
			at := pool{g.sku, s.centre}
			ch := inventory.Change{ID: fmt.Sprint("last", n), SKU: g.sku, Centre: s.centre, Kind: inventory.Counted, Quantity: b.pool(at).shelf,
				AsOf: b.t.s.Now().Add(time.Minute).Truncate(time.Second)}
			n++
			if b.t.lastCount {
				report, err := last.Apply(ctx, []inventory.Change{ch})
				if err != nil || report.Rows[0].Code != "" {
					b.t.fail("store", "the last count: %v %+v", err, report)
				}
			}
			b.t.streams.flush()
			if a := b.pool(at); b.inside(a) != a.shelf {
				b.t.fail("shelf-lost", "%s in %s: %d are for sale, %d lie there", at.sku, at.centre, a.available-a.debt, a.shelf)
			}
			c, err := b.t.stock(later).Count(ctx, g.sku, s.centre)
			if err != nil {
				b.t.fail("store", "%v", err)
			} else if err := inventory.BalanceAll(c.Shards, holds); err != nil {
				b.t.fail("stock-equation", "%v", err)
			}
		}
	}
}
