package functions

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	described "rialto/events"
	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamstore"
	"rialto/functions/contract"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentaws"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/batch"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/invoices"
	"rialto/functions/invoices/invoicesstore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/notifications"
	"rialto/functions/notifications/notificationsstore"
	"rialto/functions/offers"
	"rialto/functions/offers/offersaws"
	"rialto/functions/offers/offersstore"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payouts"
	"rialto/functions/payouts/payoutsstore"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsstore"
	"rialto/functions/search"
	"rialto/functions/search/searchaws"
	"rialto/functions/search/searchstore"
	"rialto/functions/webhooks"
	"rialto/functions/webhooks/webhooksstore"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what is refused is refused on purpose
	os.Exit(m.Run())
}

// toldToNobody are the events that no function of Rialto follows: they are for others.
var toldToNobody = []string{"feeds/FeedFinished", "fulfillment/ReturnExpired"}

// handlers are the queues' handlers as the binaries make them, on a database.
func handlers(db store.DB) map[string]batch.QueueHandler {
	stock := &inventory.Service{Store: inventorystore.New(shards.New(db, time.Now, rand.Float64)), Now: time.Now}
	pay := &payments.Service{Store: paymentsstore.Store{DB: db}, Now: time.Now}
	parcels := fulfillmentstore.Store{DB: db}
	shipments := &fulfillment.ShipmentService{Shipments: parcels, Sellers: parcels, Orders: ordersstore.Store{DB: db},
		SKUs: &offersstore.Store{DB: db}, Now: time.Now}
	ledger := &payouts.Service{Ledger: &payoutsstore.Store{DB: db}, Now: time.Now}
	book := &offersstore.Store{DB: db}
	decider := &offers.Decider{Store: book, Stock: inventorystore.Store{DB: db}, Now: time.Now}
	return map[string]batch.QueueHandler{
		"carts-refresh":  outbox.Handle((&carts.Refresher{Store: cartsstore.Store{DB: db}}).HandleEvent),
		"catalog-buybox": outbox.Handle(catalog.BuyBoxProjection{BuyBoxes: &catalogstore.Store{DB: db}}.HandleEvent),
		"clickstream-follow": outbox.HandleTimed((&clickstream.Follower{Consents: clickstreamstore.Consents{DB: db},
			Orders: ordersstore.Store{DB: db}}).HandleEvent),
		"fulfillment-advance": fulfillmentaws.Receive(shipments,
			&fulfillment.ReceivingService{Returns: parcels, Now: time.Now}),
		"fulfillment-start":    outbox.Handle(shipments.HandleEvent),
		"inventory-return":     outbox.HandleTimed(stock.HandleEvent),
		"inventory-ship":       outbox.HandleTimed(stock.HandleEvent),
		"notifications-notify": outbox.HandleTimed((&notifications.Notifier{Store: notificationsstore.Store{DB: db}, Now: time.Now}).HandleEvent),
		"offers-decide":        offersaws.ReceiveChanges(decider),
		"offers-seller":        offersaws.ReceiveSellers(&offers.SellerUpdater{Store: book, Decider: decider, Now: time.Now}, nil),
		"payments-capture":     outbox.Handle(pay.HandleEvent),
		"payments-refund":      outbox.Handle(pay.HandleEvent),
		"payments-watch":       outbox.Handle((&payments.Watcher{Service: pay, List: paymentsstore.Store{DB: db}}).HandleEvent),
		"invoices-issue": outbox.Handle((&invoices.Issuer{Orders: ordersstore.Store{DB: db}, Store: invoicesstore.Store{DB: db},
			Now: time.Now}).HandleEvent),
		"payouts-book": outbox.Receive(func(ctx context.Context, e outbox.Event) error {
			return ledger.HandleEvent(ctx, e.Name, e.Data, e.OccurredAt)
		}),
		"promotions-restore": outbox.Handle((&promotions.Service{Store: promotionsstore.Store{DB: db}, Now: time.Now}).HandleEvent),
		"search-encode":      searchaws.ReceiveWords(&search.Interpreter{Products: &catalogstore.Store{DB: db}}),
		"search-index": searchaws.Receive(&search.Projector{Products: &catalogstore.Store{DB: db}, BuyBoxes: book,
			Ratings: &searchstore.Store{DB: db}, Meanings: &searchstore.Store{DB: db}, Sequence: &searchstore.Store{DB: db}, Now: time.Now}),
		"webhooks-tell": outbox.HandleTimed((&webhooks.Teller{Store: webhooksstore.Store{DB: db}, Now: time.Now}).HandleEvent),
	}
}

// hears tells whether a function does anything at all about an event, given as its example: whether it comes as far as
// the database. What is unknown to it, or swallowed, does not.
func hears(t *testing.T, function, event string) bool {
	t.Helper()
	b, err := described.Files.ReadFile(event + ".v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Bool
	db := memory.New()
	db.Before = func(context.Context, string, []store.Write) error {
		asked.Store(true)
		return errors.New("that is enough")
	}
	h, there := handlers(db)[function]
	if !there {
		t.Fatalf("%s follows events, and has no handler in this test", function)
	}
	if _, err := h(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: string(b)}}}); err != nil {
		t.Fatal(function, event, err)
	}
	return asked.Load()
}

// What a context's functions follow is what they do something about, and every event is followed unless it is said to be
// for others. Seen to catch: payments without its subscription to ShipmentCancelled; PaymentCaptureFailed taken for
// nothing by fulfillmentaws; a use case for an event that nobody subscribes to.
func TestEveryEventIsHeard(t *testing.T) {
	t.Parallel()
	followed := map[string]bool{}
	for _, c := range contract.Contexts() {
		var subscribed, heard []string
		for _, f := range c.Functions {
			f.Context = c.Name
			if f.Trigger.Queue == nil || len(f.Trigger.Queue.Subscriptions) == 0 {
				continue
			}
			for _, s := range f.Trigger.Queue.Subscriptions {
				for _, name := range s.Events {
					event := path.Join(s.Context, name)
					followed[event] = true
					subscribed = append(subscribed, event)
					if !hears(t, f.ID(), event) {
						t.Errorf("%s is given %s, and does nothing about it", f.ID(), event)
					}
				}
			}
			for _, event := range schemas(t) {
				if hears(t, f.ID(), event) {
					heard = append(heard, event)
				}
			}
		}
		slices.Sort(subscribed)
		slices.Sort(heard)
		if diff := cmp.Diff(slices.Compact(subscribed), slices.Compact(heard)); diff != "" {
			t.Errorf("%s: what it subscribes to (-) and what it does something about (+):\n%s", c.Name, diff)
		}
	}
	var nobody []string
	for _, event := range schemas(t) {
		if !followed[event] {
			nobody = append(nobody, event)
		}
	}
	if diff := cmp.Diff(toldToNobody, nobody); diff != "" {
		t.Errorf("events that are said to be for others (-) and that nobody follows (+):\n%s", diff)
	}
}
