package fulfillmenttrial_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentaws"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/batch"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/shards"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/schedule"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payouts"
	"rialto/functions/payouts/payoutsstore"
)

// process is the services of the contexts, wired over the trial's store, bank and clock as their mains wire them over
// the real ones.
type process struct {
	t         *trial
	stock     *inventory.Service
	payments  *payments.Watcher
	shipments *fulfillment.ShipmentService
	sellers   *fulfillment.SellerService
	lives     *fulfillment.OrderService
	returns   *fulfillment.ReturnService
	receiving *fulfillment.ReceivingService
	sweeper   *fulfillment.Sweeper
	reships   *fulfillment.ReshipService
	ledger    *payouts.Service
}

// reserve is how long a sale waits before it is paid out.
const reserve = 7 * 24 * time.Hour

func (t *trial) newProcess() *process {
	db, now := gate{t}, t.s.Now
	stored, placed := fulfillmentstore.Store{DB: db}, ordersstore.Store{DB: db}
	paid, receiving := paymentsstore.Store{DB: db}, &fulfillment.ReceivingService{Returns: stored, Now: now}
	return &process{
		t:        t,
		stock:    &inventory.Service{Store: inTurn{t.stock(now)}, Now: now},
		payments: &payments.Watcher{Service: &payments.Service{Store: paid, Gateway: t.bank, Now: now, AtOnce: 1}, List: paid},
		shipments: &fulfillment.ShipmentService{Shipments: stored, Sellers: stored, Orders: placed, SKUs: unseen{}, Exchanges: receiving, Timers: timers{t},
			Now: now, Pace: t.work.pace},
		sellers: &fulfillment.SellerService{Shipments: stored, Sellers: stored, Orders: placed, Now: now},
		lives: &fulfillment.OrderService{Orders: placed, Shipments: stored, Returns: stored, Payments: paid, Images: unseen{}, Now: now,
			Pace: t.work.pace},
		returns: &fulfillment.ReturnService{Shipments: stored, Orders: placed, Returns: stored, Now: now, Products: onOffer{t}.products(),
			Baskets: &carts.Service{Store: cartsstore.Store{DB: db}, Sources: t.sources(coupons{}), Now: now}},
		receiving: receiving,
		sweeper:   &fulfillment.Sweeper{Shipments: stored, Sellers: stored, Returns: stored, Now: now, AtOnce: 1},
		reships:   &fulfillment.ReshipService{Orders: placed, Shipments: stored, Returns: stored, Payments: paid, Goods: goods{t.stock(now)}, Now: now},
		ledger: &payouts.Service{Ledger: &payoutsstore.Store{DB: db}, Sellers: free{}, Now: now, Reserve: reserve,
			Buckets: payoutsstore.Buckets},
	}
}

// goods take units from stock and place their order, as the operators' main has it.
type goods struct{ inventorystore.Store }

// Sell implements fulfillment.Goods.
func (g goods) Sell(ctx context.Context, o orders.Order, plan inventory.Plan) error {
	return g.Store.Sell(ctx, o.ID, plan, ordersstore.Place(o))
}

// unseen are the pictures of products and sellers' names for them, of which this trial has none.
type unseen struct{}

// SKU implements fulfillment.SKUs.
func (unseen) SKU(context.Context, string, string, string) (string, error) { return "", nil }

// FirstImages implements fulfillment.Images.
func (unseen) FirstImages(context.Context, ...string) (map[string]string, error) { return nil, nil }

// inTurn books changes that come together one after the other.
type inTurn struct{ inventorystore.Store }

// Prefetch implements inventory.Store.
func (s inTurn) Prefetch(ctx context.Context, changes []inventory.Change, now time.Time) (inventory.Applier, error) {
	of, err := s.Store.Prefetch(ctx, changes, now)
	turns := &turns{Applier: of, done: map[string]chan struct{}{}}
	for _, c := range changes {
		turns.order = append(turns.order, c.ID)
		turns.done[c.ID] = make(chan struct{})
	}
	return turns, err
}

type turns struct {
	inventory.Applier
	order []string
	done  map[string]chan struct{}
}

// Apply waits for the changes before it.
func (t *turns) Apply(ctx context.Context, c inventory.Change, now time.Time) (bool, error) {
	if n := slices.Index(t.order, c.ID); n > 0 {
		<-t.done[t.order[n-1]]
	}
	defer close(t.done[c.ID])
	return t.Applier.Apply(ctx, c, now)
}

// stock is the inventory's store.
func (t *trial) stock(now func() time.Time) inventorystore.Store {
	env := shards.New(gate{t}, now, func() float64 { return 0.5 })
	env.Pause = t.pause
	return inventorystore.New(env)
}

// derived are the functions that turn changes of tables into events, by their ids.
func (p *process) derived() map[string]func(outbox.Change) ([]outbox.Event, error) {
	return map[string]func(outbox.Change) ([]outbox.Event, error){
		"inventory-publish":   inventorystore.Events,
		"payments-publish":    paymentsstore.Events,
		"orders-publish":      ordersstore.Events,
		"fulfillment-returns": fulfillmentstore.ReturnEvents,
		"fulfillment-publish": fulfillmentstore.Events,
	}
}

// handlers are the functions of queues, by their ids.
func (p *process) handlers() map[string]batch.QueueHandler {
	return map[string]batch.QueueHandler{
		"inventory-ship":      outbox.HandleTimed(p.stock.HandleEvent),
		"inventory-return":    outbox.HandleTimed(p.stock.HandleEvent),
		"payments-capture":    outbox.Handle(p.payments.Service.HandleEvent),
		"payments-refund":     outbox.Handle(p.payments.Service.HandleEvent),
		"payments-watch":      outbox.Handle(p.payments.HandleEvent),
		"fulfillment-start":   outbox.Handle(p.shipments.HandleEvent),
		"fulfillment-advance": fulfillmentaws.Receive(p.shipments, p.receiving),
		"payouts-book": outbox.Receive(func(ctx context.Context, e outbox.Event) error {
			return p.ledger.HandleEvent(ctx, e.Name, e.Data, e.OccurredAt)
		}),
	}
}

// sweeps are the functions that run by a schedule, by their ids.
func (p *process) sweeps() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"fulfillment-overdue": func(ctx context.Context) error {
			_, err := p.sweeper.Overdue(ctx, fulfillment.OverdueInput{})
			return err
		},
		"payments-renew": func(ctx context.Context) error {
			_, err := p.payments.Sweep(ctx, payments.SweepInput{})
			return err
		},
		"payouts-run": func(ctx context.Context) error { _, err := p.ledger.Run(ctx); return err },
	}
}

// timers is the queue that fulfillment sends its timers into.
type timers struct{ t *trial }

// Send implements fulfillment.Timers.
func (q timers) Send(ctx context.Context, m fulfillment.Timer, delay time.Duration) error {
	_, err := outside(q.t, ctx, "send a timer", func() (struct{}, error) {
		body, err := json.Marshal(m)
		if err == nil {
			const longest = 15 * time.Minute // of a queue
			q.t.wiring.send(q.t.wiring.queues["fulfillment-advance"], body, min(delay, longest))
		}
		return struct{}{}, err
	})
	return err
}

// isLost tells whether a call's outcome is not known to who made it.
func isLost(err error) bool {
	return errors.Is(err, schedule.ErrLost) || errors.Is(err, schedule.ErrCrashed) || errors.Is(err, schedule.ErrStopped)
}

// persist does something in one process after another until its outcome is known.
func (t *trial) persist(ctx context.Context, do func(context.Context) error) error {
	const tries = 40
	for try := 0; ; try++ {
		err := t.invoke(ctx, do)
		switch {
		case errors.Is(err, schedule.ErrStopped):
			return err
		case err == nil || !isLost(err) && !fault.Of(err).Kind.Transient():
			return nil
		case try == tries:
			t.fail("stuck", "still fails after %d tries: %v", try, err)
			return nil
		}
		if err := schedule.Sleep(ctx, time.Second<<min(try, 12)); err != nil {
			return err
		}
	}
}

// task runs something that the trial waits for.
func (t *trial) task(name string, do func(context.Context) error) {
	t.busy++
	t.s.Go(context.Background(), name, func(ctx context.Context) error {
		defer func() { t.busy-- }()
		return do(ctx)
	})
}

// free are sellers none of whom is blocked: no operator is at work here.
type free struct{}

func (free) Blocked(context.Context, string) (bool, error) { return false, nil }
