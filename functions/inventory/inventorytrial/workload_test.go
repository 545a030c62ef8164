package inventorytrial_test

import (
	"fmt"
	"time"

	"rialto/functions/inventory"
	"rialto/functions/laboratory/schedule"
)

const (
	shoppers = 4
	perShop  = 2 // orders of a shopper
	maxPicks = 2
	receipts = 5
	amends   = 3 // what the seller says but for receipts
	reshapes = 6 // changes of layouts
	maxFault = 4

	life    = 10 * time.Minute // of a hold
	horizon = 80               // faults happen in the first so many calls to the store, the first fault
	early   = 20               // in the first so many

	half = time.Second / 2 // parts what moves in a second from a count in it
)

// pool is a sku's units in one centre.
type pool struct {
	sku    inventory.SKU
	centre string
}

func (p pool) String() string { return p.sku.ProductID + " in " + p.centre }

var (
	shoe = inventory.SKU{ProductID: "shoe", SellerID: "s"}
	sock = inventory.SKU{ProductID: "sock", SellerID: "s"}

	pools = [...]pool{{shoe, "c1"}, {shoe, "c2"}, {sock, "c1"}}
)

// pick is units of a pool.
type pick struct{ pool, n int }

// baskets are what orders want. Most want the first pool, which is the hot one.
var baskets = [][]pick{
	{{0, 1}}, {{0, 2}}, {{0, 1}}, {{0, 3}}, {{0, 1}, {1, 1}}, {{0, 2}, {2, 1}}, {{1, 2}}, {{2, 1}, {1, 1}},
}

// ending is what a shopper does about an order that is held. The zero ending is of an order that never was.
type ending int

const (
	none ending = iota
	commits
	cancels
	leaves
	endings
)

type order struct {
	n        int
	id       string
	picks    []pick
	plan     inventory.Plan
	ending   ending
	begin    time.Duration // after the shopper's order before it
	think    time.Duration // between hold and ending
	twin     bool          // the hold is asked for by two processes at once
	extends  bool          // a retry asks for a later expiry
	reships  bool          // the shipment is announced twice
	returned bool          // the first pick comes back
	late     time.Duration // from when it left to when that is booked
	backLate time.Duration // the same of what comes back
	beside   *amend        // a count of the first pick's pool, booked when the shipment is
}

type receipt struct {
	inventory.Receipt
	n     int
	pool  int
	begin time.Duration // when it comes
	late  time.Duration // from then to when that is booked
	twice bool
}

// amend is what a seller says of what is there: units found or lost, or a count.
type amend struct {
	n, pool  int
	id       string
	count    bool
	quantity int64         // 0 is nothing said, unless it is counted
	begin    time.Duration // when it is so
	late     time.Duration // from when a count was taken to when it is booked
	twice    bool
}

// reshape is what the operator of layouts does.
type reshape struct {
	kind     kind // 0 is nothing
	pool     int
	n        int // shards to add or retire
	from, to int // of a transfer
	quantity int64
	begin    time.Duration
}

// mishap is a fault at one call to the store.
type mishap struct {
	at   int64 // the call, from 1; 0 is none
	kind faultKind
}

// workload is what a trial does; everything else is chosen step by step.
type workload struct {
	orders   []order
	receipts []receipt
	amends   []amend
	reshapes []reshape
	faults   []mishap
	growth   int64         // how many conflicts make a process grow a layout
	probes   int           // how many shards it looks at before all
	fresh    time.Duration // how long it remembers
	meeting  int           // in how many of 1,000 cases two that meet at an item conflict
	torn     int           // how many of 1,000 transactions are seen half done
}

var (
	begins = []time.Duration{0, 0, 0, time.Second, 9 * time.Minute}
	lates  = []time.Duration{0, 0, 0, half, 2 * time.Second, 30 * time.Minute, 25 * time.Hour} // the last: from a dead-letter queue
	thinks = []time.Duration{0, 0, time.Second, 9*time.Minute + 59*time.Second, life - time.Millisecond, life, life + time.Millisecond, 11 * time.Minute}
)

// drawWorkload makes a trial's workload of choices. A list of zeros is one in which nothing happens; a seed draws
// one of 20 operations and a fault at least.
func drawWorkload(s *schedule.Scheduler) workload {
	w := workload{orders: drawOrders(s), receipts: drawReceipts(s), amends: drawAmends(s), reshapes: drawReshapes(s)}
	w.growth, w.probes = []int64{3, 1, 1, 1000}[s.Choose(4)], 1+s.Choose(3)
	w.fresh = []time.Duration{0, time.Second, time.Millisecond}[s.Choose(3)]
	w.meeting = []int{0, 100, 300, 600}[s.Choose(4)]
	w.torn = []int{0, 0, 200, 500}[s.Choose(4)]
	w.faults = drawFaults(s)
	return w
}

func drawOrders(s *schedule.Scheduler) (list []order) {
	for i := range shoppers * perShop {
		o := order{n: i, id: fmt.Sprint("o", i)}
		o.ending = ending(s.Draw(int(endings), func(below func(int) int) int { return int([]ending{commits, commits, cancels, leaves}[below(4)]) }))
		o.picks = baskets[s.Choose(len(baskets))]
		o.begin, o.think = begins[s.Choose(len(begins))], thinks[s.Choose(len(thinks))]
		o.twin, o.extends, o.reships, o.returned = s.Chance(150), s.Chance(300), s.Chance(300), s.Chance(200)
		o.late, o.backLate = lates[s.Choose(len(lates))], lates[s.Choose(len(lates))]
		o.plan = planOf(o.picks)
		if s.Chance(250) {
			o.beside = &amend{n: shoppers*perShop + receipts + amends + i, id: fmt.Sprint("k", i), pool: o.picks[0].pool, count: true,
				quantity: int64(s.Choose(5)), late: []time.Duration{time.Second, 0, half, time.Hour}[s.Choose(4)]}
		}
		list = append(list, o)
	}
	return list
}

func drawReceipts(s *schedule.Scheduler) (list []receipt) {
	some := func(n int) int { // 1 to n-1 from a seed
		return s.Draw(n, func(below func(int) int) int { return 1 + below(n-1) })
	}
	for i := range receipts {
		at := []int{0, 1, 2, 0, 0}[i]
		r := receipt{n: i, pool: at, Receipt: inventory.Receipt{ID: fmt.Sprint("r", i), SKU: pools[at].sku, Centre: pools[at].centre,
			Quantity: int64(some(5))}}
		r.begin, r.twice = begins[s.Choose(1+min(i, 1)*(len(begins)-1))], s.Chance(300)
		r.late = lates[s.Choose(1+i%3*(len(lates)-1)/2)] // some units are there to be sold at once
		list = append(list, r)
	}
	return list
}

func drawAmends(s *schedule.Scheduler) (list []amend) {
	said := min(s.Choose(3), 1) // in a third of the trials nothing is amended
	for i := range amends {
		a := amend{n: shoppers*perShop + receipts + i, id: fmt.Sprint("a", i), pool: []int{0, 0, 0, 1, 2}[s.Choose(5)], count: s.Choose(2) == 1}
		a.quantity = []int64{0, -1, -2, -3, -5, 1, 2}[s.Draw(7, func(below func(int) int) int { return said * (1 + below(6)) })]
		if a.count && a.quantity < 0 {
			a.quantity = -a.quantity - 1 // 0 to 4
		} else if a.count && a.quantity > 0 {
			a.quantity += 4
		} else if a.quantity == 0 {
			a.count = false
		}
		begins := []time.Duration{0, half, time.Second, 9 * time.Minute, time.Hour, time.Hour, time.Hour + half, time.Hour + time.Second,
			70 * time.Minute, 70*time.Minute + time.Second, 2 * time.Hour, 26 * time.Hour}
		a.begin, a.twice = begins[s.Choose(len(begins))], s.Chance(300)
		a.late = []time.Duration{0, 0, half, half, time.Second, 5 * time.Minute, 70 * time.Minute, 25 * time.Hour}[s.Choose(8)]
		list = append(list, a)
	}
	return list
}

func drawReshapes(s *schedule.Scheduler) (list []reshape) {
	divided := s.Choose(4) // some trials never divide anything
	for i := range reshapes {
		r := reshape{kind: reshapeKinds[s.Draw(len(reshapeKinds), func(below func(int) int) int {
			switch {
			case divided == 0:
				return 0
			case i == 0:
				return 1 // grow
			}
			return below(len(reshapeKinds))
		})]}
		r.pool, r.n = []int{0, 0, 0, 1}[s.Choose(4)], 1+s.Choose(3)
		r.from, r.to, r.quantity = s.Choose(4), 1+s.Choose(5), int64(1+s.Choose(3))
		r.begin = begins[s.Choose(1+min(i, 1)*(len(begins)-1))]
		list = append(list, r)
	}
	return list
}

func drawFaults(s *schedule.Scheduler) (list []mishap) {
	for i := range maxFault {
		at := s.Draw(horizon, func(below func(int) int) int {
			switch {
			case i == 0:
				return 1 + below(early)
			case below(2) == 0:
				return 1 + below(horizon-1)
			}
			return 0
		})
		list = append(list, mishap{int64(at), faultKind(s.Choose(int(faultKinds)))})
	}
	return list
}

// planOf puts each sku's picks on one line.
func planOf(picks []pick) inventory.Plan {
	var p inventory.Plan
	place := map[inventory.SKU]int{}
	for _, x := range picks {
		at := pools[x.pool]
		i, ok := place[at.sku]
		if !ok {
			i = len(p.Lines)
			place[at.sku] = i
			p.Lines = append(p.Lines, inventory.PlannedLine{Line: at.sku.String(), ProductID: at.sku.ProductID, SellerID: at.sku.SellerID})
		}
		p.Lines[i].Picks = append(p.Lines[i].Picks, inventory.Pick{Centre: at.centre, Quantity: int64(x.n)})
	}
	return p
}

func (o order) shopper() string { return fmt.Sprint("shopper ", o.n/perShop+1) }
