package checkoutrate_test

import (
	"context"
	cryptorand "crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsapi"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutapi"
	"rialto/functions/checkout/checkoutstore"
	"rialto/functions/customers"
	"rialto/functions/customers/snapshotstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/task"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payments/stripegateway"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsstore"
	"rialto/functions/tax"
	"rialto/localstack/standins/gateway"
	"rialto/statemachines"
	"rialto/statemachines/interpreter"
)

const ordinary = 40 // items beside the one that everybody wants

func sku(n int) inventory.SKU {
	return inventory.SKU{ProductID: ids.Derive(ids.Product, fmt.Sprint(n)), SellerID: ids.Derive(ids.Seller, fmt.Sprint(n%7))}
}

// wanted is the item that everybody wants.
var wanted = sku(ordinary)

// shop is what all clients share.
type shop struct {
	db      store.DB
	gateway string
	machine *interpreter.Machine
}

func open(t *testing.T, db store.DB, units int64) *shop {
	t.Helper()
	machine, err := interpreter.Parse(statemachines.Checkout)
	if err != nil {
		t.Fatal(err)
	}
	g := gateway.New(gateway.Config{Now: time.Now, Seed: 1})
	server := httptest.NewServer(g)
	t.Cleanup(func() { server.Close(); g.Close() })
	s := &shop{db: db, gateway: server.URL, machine: machine}
	ctx := context.Background()
	for n := range ordinary + 1 {
		k, received := sku(n), int64(1_000_000)
		if k == wanted {
			received = units
		}
		p := catalog.Product{ID: k.ProductID, Title: fmt.Sprint("A thing, number ", n), Brand: "Brand", CategoryID: "tools",
			CategoryPath: []string{"tools"}, Version: 1}
		o := offers.Offer{ProductID: k.ProductID, SellerID: k.SellerID, SellerName: "North", Marketplace: "US", Price: money.Of(1999, "USD"),
			Shipping: money.Of(0, "USD"), Condition: offers.New, Fulfillment: offers.ByRialto, Version: 1}
		o.ID = o.Key().ID()
		_, err := inventorystore.Store{DB: db}.Receive(ctx, inventory.Receipt{ID: fmt.Sprint("r", n), SKU: k, Centre: "us-west-2", Quantity: received})
		if err := errors.Join(err, (&catalogstore.Store{DB: db}).Save(ctx, p, 0), (&offersstore.Store{DB: db}).Save(ctx, o, offers.Offer{})); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// customer signs one up: the address and the card are there before the journey.
func (s *shop) customer() (string, error) {
	id, err := ids.New(ids.Customer, cryptorand.Reader)
	if err != nil {
		return "", err
	}
	return id, snapshotstore.Snapshots{DB: s.db}.Put(context.Background(), customers.Snapshot{CustomerID: id, Version: 1,
		Addresses: []customers.SealedAddress{{ID: "adr_1", Country: "US", Region: "CA", PostalPrefix: "941", Sealed: make([]byte, 200)}},
		Methods:   []customers.PaymentMethod{{ID: "pm_1", Brand: "visa", Last4: "4242", Token: "pm_card_visa"}}})
}

// client calls one thing at a time, and is served by execution environments of its own.
type client struct {
	shop  *shop
	api   http.Handler
	tasks map[string]func(context.Context, []byte) ([]byte, error)
}

func (s *shop) client() *client {
	stock := inventorystore.New(shards.New(s.db, time.Now, rand.Float64))
	coupons := promotionsstore.New(shards.New(s.db, time.Now, rand.Float64))
	sources := carts.Sources{Offers: &offersstore.Store{DB: s.db}, Products: &catalogstore.Store{DB: s.db}, Stock: stock, Coupons: coupons}
	quote := &carts.Quoter{Store: cartsstore.Store{DB: s.db}, Sources: sources, Now: time.Now}
	locate := customers.Locator{Snapshots: snapshotstore.Snapshots{DB: s.db}}
	assess := func(_ context.Context, x tax.Sale) (tax.Assessment, error) { return tax.Assess(x) }
	record := checkoutstore.Store{DB: s.db, Buckets: 128, Pivot: checkoutstore.Contexts}
	hold, redeem := &inventory.Service{Store: stock, Now: time.Now}, &promotions.Service{Store: coupons, Now: time.Now}
	pay := &payments.Service{Store: paymentsstore.Store{DB: s.db}, Now: time.Now, Gateway: stripegateway.New(stripegateway.Config{
		Secret: stripeapi.Fixed("sk_test_x"), URL: s.gateway, ReturnURL: "http://localhost/return", Timeout: 30 * time.Second})}
	steps := &checkout.Steps{Store: record, Now: time.Now}
	c := &client{shop: s, tasks: map[string]func(context.Context, []byte) ([]byte, error){
		"carts-quote": task.Of(quote.Task), "customers-locate": task.Of(locate.Locate), "tax-assess": task.Of(assess),
		"checkout-claim": task.Of(steps.Claim), "checkout-place": task.Of(steps.Place),
		"checkout-fence": task.Of(steps.Fence), "checkout-close": task.Of(steps.Close),
		"inventory-hold": task.Of(hold.Hold), "inventory-release": task.Of(hold.Release),
		"promotions-redeem": task.Of(redeem.Redeem), "promotions-return": task.Of(redeem.Return),
		"payments-authorize": task.Of(pay.Authorize), "payments-cancel": task.Of(pay.Cancel),
	}}
	front := &checkout.Service{Store: record, Carts: quote.Store, Runner: c, Timer: noTimer{},
		Now: time.Now, Random: cryptorand.Reader, Wait: time.Minute,
		Quotes: &checkout.Quoter{Carts: quote, Places: locate, Assess: assess, Now: time.Now}}
	c.api = api.Handler(slices.Concat(
		cartsapi.Routes(&carts.Service{Store: quote.Store, Cache: carts.NoCache{}, Sources: sources, Now: time.Now}), checkoutapi.Routes(front)))
	return c
}

// Run is the state machine.
func (c *client) Run(ctx context.Context, in checkout.Input) (checkout.Answer, bool, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return checkout.Answer{}, false, err
	}
	out, err := c.shop.machine.Run(ctx, interpreter.Host{
		Enter: func(string) error { return nil },
		Pause: store.Pause,
		Call: func(ctx context.Context, _, function string, input []byte) ([]byte, error) {
			do, ok := c.tasks[function]
			if !ok {
				return nil, fmt.Errorf("there is no function %s", function)
			}
			return do(ctx, input)
		},
	}, b)
	if err != nil {
		return checkout.Answer{}, false, err
	}
	a, ok := checkout.AnswerIn(out)
	return a, ok, nil
}

// call sends a request as a customer and decodes the answer into out.
func (c *client) call(customerID, path, body string, out any) (int, error) {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", cryptorand.Text())
	who := auth.Identity{Subject: customerID, Role: auth.Customer, ExpiresAt: time.Now().Add(time.Hour)}
	answer := httptest.NewRecorder()
	c.api.ServeHTTP(answer, r.WithContext(auth.With(r.Context(), who)))
	return answer.Code, json.Unmarshal(answer.Body.Bytes(), out)
}

// noTimer stands for the queue that looks after checkouts whose execution was cut off; here none is.
type noTimer struct{}

func (noTimer) Set(context.Context, string, time.Duration) error { return nil }
