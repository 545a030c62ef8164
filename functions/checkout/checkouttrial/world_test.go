package checkouttrial_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutstore"
	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/task"
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

// dawn is when every world begins.
var dawn = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

const (
	customer = "cus_aaaaaaaaaaaaaaaaaaaaaaaaaa"

	// another is an order of somebody who buys outside of the saga.
	another = "ord_bbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// world is everything a checkout needs, in process: the deployed machine's bytes, the real services and stores
// of every context over a fake DynamoDB, the stand-in for the payment gateway, and a clock of its own.
type world struct {
	t       tester
	goods   []good
	db      *memory.DB
	gateway *gateway.Gateway
	machine *interpreter.Machine
	carts   *carts.Service
	record  checkoutstore.Store
	front   *checkout.Service
	recover *checkout.Recovery
	tasks   map[string]func(context.Context, []byte) ([]byte, error)

	mu        sync.Mutex
	now       time.Time
	timers    []string
	runs      int // executions started
	steps     int // states entered
	overtimes int // executions that ran out of time
	answers   []checkout.Answer
	puts      int               // lines put into carts
	units     int64             // in them
	had       map[string]string // the run that each record had last
	said      map[string]bool   // the orders whose OrderPlaced was published
	dice      *rand.Rand

	// Faults are put in here; all may be nil. around runs a task, enter is told every state before it runs, and
	// touch every operation on the database: before it, after a write's effect, and when a read has its answer.
	around func(c call) ([]byte, error)
	enter  func(e *execution, state string) error
	touch  func(e *execution, state, when string)
	// calls is given every request to the payment gateway, and do to have it answered.
	calls func(r *http.Request, do func())
}

// tester is what a world needs of a test; a trial of the fault matrix brings its own.
type tester interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// chance is a seeded number in [0, 1).
func (w *world) chance() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dice.Float64()
}

// source is a seeded stream of random bytes that goroutines may share.
type source struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (s *source) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}

// deployed is the machine from the bytes that are deployed.
var deployed = sync.OnceValues(func() (*interpreter.Machine, error) { return interpreter.Parse(statemachines.Checkout) })

func newWorld(t tester, goods []good) *world {
	t.Helper()
	machine, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t:       t,
		goods:   goods,
		db:      memory.New(),
		machine: machine,
		now:     dawn,
		dice:    rand.New(rand.NewPCG(1, 1)),
		had:     map[string]string{},
		said:    map[string]bool{},
	}
	w.gateway = gateway.New(gateway.Config{Now: w.clock, Seed: 1})
	address, closed := gateways().open(http.HandlerFunc(w.answer), w.gateway.Close)
	t.Cleanup(closed)
	w.receive()
	db := &stale{DB: w.db, before: map[store.Get]store.Item{}, asks: w.reads, read: w.read}
	environment := func() *shards.Environment { // of one function's environment, as its main wires it
		env := shards.New(db, w.clock, w.chance)
		env.Pause = func(context.Context, int) error { return nil }
		return env
	}
	stock := func() inventorystore.Store { return inventorystore.New(environment()) }
	quotes, holds := stockFleet{fleet[inventorystore.Store]{start: stock}}, &fleet[inventorystore.Store]{start: stock}
	coupons := &fleet[promotionsstore.Store]{start: func() promotionsstore.Store { return promotionsstore.New(environment()) }}
	w.carts = &carts.Service{Store: cartsstore.Store{DB: db}, Cache: carts.NoCache{}, Now: w.clock,
		Sources: carts.Sources{Offers: offersOf(goods), Products: titles{}, Stock: &quotes, Coupons: promotionsstore.Store{DB: db}, AtOnce: 1}}
	quoter := &carts.Quoter{Store: w.carts.Store, Sources: w.carts.Sources, Now: w.clock}
	w.record = checkoutstore.Store{DB: db, Buckets: 4, Pivot: checkoutstore.Contexts}
	random := &source{r: rand.NewChaCha8([32]byte{7})}
	quotedBy := &checkout.Quoter{Carts: quoter, Places: places{}, Assess: assess, Now: w.clock}
	w.front = &checkout.Service{Store: w.record, Quotes: quotedBy, Carts: w.carts.Store, Runner: w, Timer: w,
		Now: w.clock, Random: random, Wait: time.Minute}
	w.recover = &checkout.Recovery{Store: w.record, Runner: w, Timer: w, Now: w.clock, Random: random, Buckets: 4}
	// One payment after the other: of those that are asked for together the order would be nobody's choice.
	pay := &payments.Service{Store: paymentsstore.Store{DB: db}, Now: w.clock, AtOnce: 1,
		Gateway: stripegateway.New(stripegateway.Config{
			Secret: stripeapi.Fixed("sk_test_x"), URL: address, ReturnURL: "http://localhost/return", Timeout: time.Hour})}
	steps := &checkout.Steps{Store: w.record, Now: w.clock}
	w.tasks = w.functions(quoter, steps, pay, holds, coupons)
	w.db.Before, w.db.After = w.before, w.after
	return w
}

// functions are the tasks of the machine by the names of their functions.
func (w *world) functions(quoter *carts.Quoter, steps *checkout.Steps, pay *payments.Service,
	holds *fleet[inventorystore.Store], coupons *fleet[promotionsstore.Store],
) map[string]func(context.Context, []byte) ([]byte, error) {
	return map[string]func(context.Context, []byte) ([]byte, error){
		"carts-quote":      task.Of(quoter.Task),
		"customers-locate": task.Of(locate),
		"tax-assess":       task.Of(assess),
		"checkout-claim":   task.Of(steps.Claim),
		"checkout-fence":   task.Of(steps.Fence),
		"checkout-close":   task.Of(steps.Close),
		"checkout-place":   task.Of(steps.Place),
		"inventory-hold": task.Of(func(ctx context.Context, in inventory.HoldInput) (out inventory.HoldOutput, err error) {
			holds.serve(func(s inventorystore.Store) { out, err = (&inventory.Service{Store: s, Now: w.clock}).Hold(ctx, in) })
			return out, err
		}),
		"inventory-release": task.Of(func(ctx context.Context, in inventory.ReleaseInput) (out inventory.ReleaseOutput, err error) {
			holds.serve(func(s inventorystore.Store) { out, err = (&inventory.Service{Store: s, Now: w.clock}).Release(ctx, in) })
			return out, err
		}),
		"promotions-redeem": task.Of(func(ctx context.Context, in promotions.RedeemInput) (out promotions.RedeemOutput, err error) {
			coupons.serve(func(s promotionsstore.Store) {
				out, err = (&promotions.Service{Store: s, Now: w.clock}).Redeem(ctx, in)
			})
			return out, err
		}),
		"promotions-return": task.Of(func(ctx context.Context, in promotions.ReturnInput) (out promotions.ReturnOutput, err error) {
			coupons.serve(func(s promotionsstore.Store) {
				out, err = (&promotions.Service{Store: s, Now: w.clock}).Return(ctx, in)
			})
			return out, err
		}),
		"payments-authorize": task.Of(pay.Authorize),
		"payments-cancel":    task.Of(pay.Cancel),
	}
}

// fleet is a function's execution environments: each serves one call at a time, and a call that finds all busy starts
// one more. A call may be stopped in the middle until another is done, which must not wait for what the first has begun.
type fleet[S any] struct {
	start func() S
	mu    sync.Mutex
	idle  []S
}

func (f *fleet[S]) serve(call func(S)) {
	f.mu.Lock()
	var s S
	if n := len(f.idle); n > 0 {
		s, f.idle = f.idle[n-1], f.idle[:n-1]
		f.mu.Unlock()
	} else {
		f.mu.Unlock()
		s = f.start()
	}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.idle = append(f.idle, s)
	}()
	call(s)
}

type stockFleet struct{ fleet[inventorystore.Store] }

// Stock is the stock that a quote reads: one sku after the other, since of those that are read together the order would be nobody's
// choice.
func (f *stockFleet) Stock(ctx context.Context, skus ...inventory.SKU) (out []inventory.Stock, err error) {
	f.serve(func(s inventorystore.Store) {
		for _, sku := range skus {
			var found []inventory.Stock
			if found, err = s.Stock(ctx, sku); err != nil {
				return
			}
			out = append(out, found...)
		}
	})
	return out, err
}

// freely is an address that is delivered to for nothing.
const freely = "adr_free"

// locate stands for the snapshot: the payment method's id names the gateway's token.
func locate(_ context.Context, c customers.Choice) (customers.Delivery, error) {
	if c.AddressID == "adr_none" {
		return customers.Delivery{}, fault.New(fault.NotFound, "address_not_found", "there is no such address")
	}
	price := int64(599)
	if c.AddressID == freely {
		price = 0
	}
	return customers.Delivery{AddressID: c.AddressID, Country: "US", Region: "CA", Sealed: []byte("sealed"),
		Shipping: customers.ShippingOption{
			ID:    "standard",
			Price: money.Of(price, "USD"),
			Days:  5,
		}, Method: customers.PaymentMethod{ID: c.PaymentMethodID, Token: c.PaymentMethodID}}, nil
}

type places struct{}

func (places) Locate(ctx context.Context, c customers.Choice) (customers.Delivery, error) {
	return locate(ctx, c)
}

func assess(_ context.Context, s tax.Sale) (tax.Assessment, error) { return tax.Assess(s) }

// answer is the payment gateway as the payments' functions reach it.
func (w *world) answer(to http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutSuffix(r.URL.Path, "/confirm"); ok {
		w.confirmed(id[strings.LastIndex(id, "/")+1:])
	}
	do := func() { w.gateway.ServeHTTP(to, r) }
	if w.calls != nil {
		w.calls(r, do)
		return
	}
	do()
}

// Set is the timer queue.
func (w *world) Set(_ context.Context, id string, _ time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timers = append(w.timers, id)
	return nil
}

func request(cart, method string) checkout.Request {
	return checkout.Request{CartID: cart, AddressID: "adr_1", MethodID: method, Marketplace: "US"}
}

// intents asks the gateway's books for the intents in a status, "" for all.
func (w *world) intents(status string) []gateway.AuditedIntent {
	w.t.Helper()
	address := "/_control/intents"
	if status != "" {
		address += "?status=" + status
	}
	answer := httptest.NewRecorder()
	w.gateway.ServeHTTP(answer, httptest.NewRequest("GET", address, nil))
	var list struct{ Intents []gateway.AuditedIntent }
	if err := json.Unmarshal(answer.Body.Bytes(), &list); err != nil {
		w.t.Fatal(answer.Body.String(), err)
	}
	return list.Intents
}

// control tells the gateway's stand-in to misbehave, or to stop.
func (w *world) control(method, path, body string) {
	w.t.Helper()
	answer := httptest.NewRecorder()
	w.gateway.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	if answer.Code/100 != 2 {
		w.t.Errorf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
}

// authenticate plays the shopper at the page of the 3-D Secure challenge, for every payment that waits for it.
func (w *world) authenticate() {
	w.t.Helper()
	for _, i := range w.intents("requires_action") {
		w.gateway.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/_control/intents/"+i.ID+"/authenticate?outcome=succeed", nil))
	}
}
