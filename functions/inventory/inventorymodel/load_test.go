package inventorymodel_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/partitions"
	"rialto/functions/laboratory/schedule"
	"rialto/functions/marketplaces"
)

// layout is how a sku lies: in how many centres, and in each in how many shards; 0 is the plain item.
type layout struct{ centres, shards int }

func (l layout) String() string {
	if l.shards == 0 {
		return fmt.Sprintf("%d, not sharded", l.centres)
	}
	return fmt.Sprintf("%d x %d", l.centres, l.shards)
}

// load is one run of the model.
type load struct {
	physics      partitions.Physics
	layout       layout
	environments int
	commit       bool    // every order is placed and its hold committed; else the hold alone
	grows        bool    // the deployed policy may divide stock further; else the layout stays
	routed       bool    // orders ship from where they are planned to, whichever environment holds them; else each environment's from one centre
	rate         float64 // orders a second that come by themselves, at random; 0 has each environment make one after the other
	lanes        bool    // of those, each goes to an environment of the function of its plan's lane; else to any
	warm, taken  time.Duration
	units        int64 // in each centre; 0 is so many that no run sells out
	seed         uint64
	sku          inventory.SKU
}

// figures are what a run came to, of the time after it was warm.
type figures struct {
	load
	holds, failed int
	away          int // orders that found every environment busy, which Lambda throttles
	unavailable   int // orders that were told that there is none
	retried       int // holds that needed more than one attempt of a transaction
	probes        int // transactions of all holds: more than one where a shard was dry or taken
	counts        partitions.Counts
	stock, orders float64 // the most write units that one partition served in a second: of stock, of holds
	oversold      error
}

// perSecond is goodput.
func (f figures) perSecond() float64 { return float64(f.holds) / f.taken.Seconds() }

// share is part of all holds, in percent.
func (f figures) share(part int) float64 { return 100 * float64(part) / float64(max(1, f.holds)) }

// units is so much stock that no run sells out.
const units = inventory.MaxQuantity

var start = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

var hot = inventory.SKU{ProductID: "prd_hot", SellerID: "sel_one"}

// area is a customs area that has as many centres as any layout, none of them nearer to away than the others.
const area, away = "EU", "AT"

func centre(n int) string {
	reaching := slices.DeleteFunc(marketplaces.Centres(), func(c marketplaces.Centre) bool { return c.CustomsArea() != area })
	return reaching[n].ID
}

// run runs it. The error is of the model or the code under test, not of an order.
func (l load) run() (figures, error) {
	f := figures{load: l}
	inner := memory.New()
	clock := schedule.New(l.seed, start)
	random := rand.New(rand.NewPCG(l.seed, 1))
	service := partitions.NewService(l.physics, inner, tables.All(), random.Float64)
	if err := l.stock(inner); err != nil {
		return f, err
	}
	end := start.Add(l.warm + l.taken)
	var all []*environment
	for n := range l.environments {
		e := &environment{load: l, n: n, clock: clock, end: end, out: &f,
			client: &partitions.Client{Service: service, Now: clock.Now, Sleep: schedule.Sleep}}
		e.store = inventorystore.New(e.shards(rand.New(rand.NewPCG(l.seed, uint64(n)+2)).Float64))
		if all = append(all, e); l.rate == 0 {
			clock.Go(context.Background(), fmt.Sprint("environment ", n), e.loop)
		}
	}
	if l.rate > 0 {
		clock.Go(context.Background(), "arrivals", func(ctx context.Context) error { return arrivals(ctx, all, random) })
	}
	clock.Go(context.Background(), "warm", func(ctx context.Context) error {
		if err := schedule.Sleep(ctx, l.warm); err != nil {
			return err
		}
		service.Reset()
		if err := schedule.Sleep(ctx, l.taken); err != nil {
			return err
		}
		f.counts = service.Counts()
		f.stock, _ = service.Hottest("inventory")
		f.orders, _ = service.Hottest("holds")
		f.stock, f.orders = f.stock/l.taken.Seconds(), f.orders/l.taken.Seconds()
		return nil
	})
	if err := clock.Run(schedule.Limits{}); err != nil {
		return f, err
	}
	f.oversold = l.balance(inner)
	return f, nil
}

// stock puts units into every centre, and cuts them into shards.
func (l load) stock(inner *memory.DB) error {
	s := inventorystore.Store{DB: inner}
	for n := range l.layout.centres {
		r := inventory.Receipt{ID: fmt.Sprint("r", n), SKU: l.sku, Centre: centre(n), Quantity: cmp.Or(l.units, units)}
		if _, err := s.Receive(context.Background(), r); err != nil {
			return err
		}
		if l.layout.shards == 0 {
			continue
		}
		if _, err := s.Grow(context.Background(), l.sku, centre(n), l.layout.shards); err != nil {
			return err
		}
	}
	return nil
}

// environment is one Lambda execution environment: a thing at a time.
type environment struct {
	load
	n      int
	clock  *schedule.Scheduler
	end    time.Time
	client *partitions.Client
	store  inventorystore.Store
	out    *figures
}

// shards is what the environment remembers, on virtual time.
func (e *environment) shards(random func() float64) *shards.Environment {
	s := shards.New(e.client, e.clock.Now, random)
	if !e.grows {
		s.Policy.GrowAfter = math.MaxInt64
	}
	s.Pause = func(ctx context.Context, try int) error {
		return schedule.Sleep(ctx, store.Wait(store.FirstWait, try, random()))
	}
	return s
}

func (e *environment) loop(ctx context.Context) error {
	// They do not all begin at once.
	if err := schedule.Sleep(ctx, time.Duration(e.n%64)*100*time.Microsecond); err != nil {
		return err
	}
	all := e.sees()
	for n := 0; e.clock.Now().Before(e.end); n++ {
		stock := all
		if own := e.n % len(all); !e.routed {
			stock = all[own : own+1]
		}
		id := fmt.Sprintf("ord_%d_%d", e.n, n)
		plan, err := e.route(id, stock)
		if err != nil {
			return err
		}
		if err := e.order(ctx, id, plan); err != nil {
			return err
		}
	}
	return nil
}

func (l load) route(id string, stock []inventory.Stock) (inventory.Plan, error) {
	return inventory.Route(id, []inventory.Want{{Line: "l1", SKU: l.sku, Quantity: 1}}, stock, inventory.Destination{Country: away})
}

// arrivals has orders come at random, as they are routed, and gives each to an environment that is idle, any of them: which one
// Lambda takes is not documented, and the one that was used last would be in fewer others' way. With lanes each has as many.
func arrivals(ctx context.Context, all []*environment, random *rand.Rand) error {
	l, clock := all[0].load, all[0].clock
	idle, lanes := map[int][]*environment{}, 1
	if l.lanes {
		lanes = inventory.Lanes
	}
	for _, e := range all {
		idle[e.n%lanes] = append(idle[e.n%lanes], e)
	}
	for n := 0; clock.Now().Before(all[0].end); n++ {
		if err := schedule.Sleep(ctx, time.Duration(random.ExpFloat64()/l.rate*float64(time.Second))); err != nil {
			return err
		}
		id := fmt.Sprint("ord_", n)
		plan, err := l.route(id, all[0].sees())
		if err != nil {
			return err
		}
		at := plan.Lane() % lanes
		free := idle[at]
		if len(free) == 0 {
			if clock.Now().After(start.Add(l.warm)) {
				all[0].out.away++
			}
			continue
		}
		i := random.IntN(len(free))
		e := free[i]
		free[i], idle[at] = free[len(free)-1], free[:len(free)-1]
		clock.Go(ctx, id, func(ctx context.Context) error {
			defer func() { idle[at] = append(idle[at], e) }()
			return e.order(ctx, id, plan)
		})
	}
	return nil
}

// sees is what a quote finds of the sku: enough in every centre.
func (e *environment) sees() []inventory.Stock {
	var out []inventory.Stock
	for n := range e.layout.centres {
		out = append(out, inventory.Stock{SKU: e.sku, Centre: centre(n), Available: units, Divided: e.layout.shards > 0})
	}
	return out
}

func (e *environment) order(ctx context.Context, id string, plan inventory.Plan) error {
	before := e.client.Counts()
	err := e.store.Place(ctx, id, plan, e.clock.Now().Add(10*time.Minute))
	now, after := e.clock.Now(), e.client.Counts()
	counted := now.After(start.Add(e.warm)) && !now.After(e.end)
	if err != nil {
		if errors.Is(err, inventory.ErrUnavailable) && e.units > 0 {
			if counted {
				e.out.unavailable++
			}
			return nil
		}
		if f := fault.Of(err); !f.Kind.Transient() || errors.Is(err, schedule.ErrStopped) {
			return err
		}
		if counted {
			e.out.failed++
		}
		return nil
	}
	if counted {
		e.out.holds++
		e.out.probes += after.Transactions - before.Transactions
		if after.Transactions-before.Transactions > 1 {
			e.out.retried++
		}
	}
	if !e.commit {
		return nil
	}
	if err := e.client.Transact(ctx, inventorystore.Commit(id, plan, e.clock.Now())...); err != nil && !transient(err) {
		return err
	}
	return nil
}

func transient(err error) bool {
	r, ok := store.AsRefused(err)
	return ok && r.Transient()
}

// balance checks that no unit was sold twice or lost.
func (l load) balance(inner *memory.DB) error {
	var holds []inventory.Hold
	for _, i := range inner.Items("holds") {
		var h inventory.Hold
		if err := store.Unmarshal(i, &h); err != nil {
			return err
		}
		holds = append(holds, h)
	}
	var errs []error
	for n := range l.layout.centres {
		c, err := inventorystore.Store{DB: inner}.Count(context.Background(), l.sku, centre(n))
		if err != nil {
			return err
		}
		errs = append(errs, inventory.BalanceAll(c.Shards, holds))
	}
	return errors.Join(errs...)
}
