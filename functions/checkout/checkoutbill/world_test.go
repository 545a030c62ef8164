package checkoutbill_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutstore"
	"rialto/functions/contract"
	"rialto/functions/customers"
	"rialto/functions/customers/snapshotstore"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/tables"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/recorded"
	"rialto/functions/laboratory/task"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsstore"
	"rialto/functions/tax"
	"rialto/statemachines"
	"rialto/statemachines/interpreter"
)

const customer = "cus_aaaaaaaaaaaaaaaaaaaaaaaaaa"

// shop is all that a checkout meets, recorded. Calls other than the database's are counted by the names that the
// price file has; functions' milliseconds are virtual.
type shop struct {
	t       *testing.T
	model   model
	db      *recorded.DB
	memory  *memory.DB
	machine *interpreter.Machine
	tasks   map[string]func(context.Context, []byte) ([]byte, error)

	mu          sync.Mutex
	counts      map[string]float64
	functions   map[string]float64 // invocations by function
	transitions int
	chain       int // gateway calls that waited for each other
	chains      map[string]int
	others      []string // calls to other services, by the function that made them
	begun       []time.Time
	othersBegun []time.Time
	bank        payments.Outcome // what the gateway says to a payment
	entropy     *rand.ChaCha8
}

type labelled struct{}

func open(t *testing.T, m model) *shop {
	t.Helper()
	machine, err := interpreter.Parse(statemachines.Checkout)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{
		t:       t,
		model:   m,
		machine: machine,
		counts:  map[string]float64{},
		chains:  map[string]int{},
		entropy: rand.NewChaCha8([32]byte{1}),
		memory:  memory.New(),
		bank:    payments.IntentAuthorized,
	}
	s.db = &recorded.DB{DB: s.memory, Tables: tables.All(), Delay: func(context.Context) { s.begin(); wait(m.DynamoDB) },
		Label: func(ctx context.Context) string { l, _ := ctx.Value(labelled{}).(string); return l }}
	stock, coupons := inventorystore.Store{DB: s.db}, promotionsstore.Store{DB: s.db}
	quote := &carts.Quoter{Store: cartsstore.Store{DB: s.db}, Now: time.Now,
		Sources: carts.Sources{Offers: &offersstore.Store{DB: s.db}, Products: &catalogstore.Store{DB: s.db}, Stock: stock, Coupons: coupons}}
	steps := &checkout.Steps{Store: s.record(), Now: time.Now}
	hold, redeem := &inventory.Service{Store: stock, Now: time.Now}, &promotions.Service{Store: coupons, Now: time.Now}
	pay := &payments.Service{Store: paymentsstore.Store{DB: s.db}, Gateway: till{s}, Now: time.Now}
	s.tasks = map[string]func(context.Context, []byte) ([]byte, error){
		"carts-quote":        task.Of(quote.Task),
		"customers-locate":   task.Of(customers.Locator{Snapshots: snapshotstore.Snapshots{DB: s.db}}.Locate),
		"tax-assess":         task.Of(func(_ context.Context, x tax.Sale) (tax.Assessment, error) { return tax.Assess(x) }),
		"checkout-claim":     task.Of(steps.Claim),
		"inventory-hold":     task.Of(hold.Hold),
		"promotions-redeem":  task.Of(redeem.Redeem),
		"payments-authorize": task.Of(pay.Authorize),
		"checkout-place":     task.Of(steps.Place),
		"checkout-fence":     task.Of(steps.Fence),
		"checkout-close":     task.Of(steps.Close),
		"inventory-release":  task.Of(hold.Release),
		"promotions-return":  task.Of(redeem.Return),
		"payments-cancel":    task.Of(pay.Cancel),
	}
	return s
}

func (s *shop) record() checkoutstore.Store {
	return checkoutstore.Store{DB: s.db, Buckets: 128, Pivot: checkoutstore.Contexts}
}

// stock fills the shelves and the cart, and forgets what that cost. It returns the cart's id.
func (s *shop) stock(lines, sellers int, coupon bool) string {
	ctx := context.Background()
	must := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	us, err := marketplaces.Lookup("US")
	must(err)
	cart := carts.New(customer, false, us.Code)
	for n := range max(lines, sellers) {
		productID, sellerID := ids.Derive(ids.Product, fmt.Sprint(n)), ids.Derive(ids.Seller, fmt.Sprint(n%sellers))
		must((&catalogstore.Store{DB: s.db}).Save(ctx, catalog.Product{ID: productID, Title: "A thing for the workshop, in three sizes",
			Description: strings.Repeat("d", s.model.Product), Brand: "Brand", CategoryID: "tools", CategoryPath: []string{"tools"}, Version: 1}, 0))
		o := offers.Offer{ProductID: productID, SellerID: sellerID, SellerName: "North Workshop", Marketplace: us.Code,
			Price: money.Of(1999, "USD"), Shipping: money.Of(399, "USD"), Condition: offers.New, Version: 1}
		o.ID = o.Key().ID()
		must((&offersstore.Store{DB: s.db}).Save(ctx, o, offers.Offer{}))
		sku := inventory.SKU{ProductID: productID, SellerID: sellerID}
		_, err := inventorystore.Store{DB: s.db}.Receive(ctx, inventory.Receipt{ID: fmt.Sprint("r", n), SKU: sku, Centre: "us-west-2", Quantity: 100})
		must(err)
		must(cart.Add(carts.Line{ProductID: productID, SellerID: sellerID, Quantity: 1, Title: "A thing for the workshop, in three sizes",
			SellerName: "North Workshop", UnitPrice: o.Price, Shipping: o.Shipping, AddedAt: time.Now().UTC()}))
	}
	must(snapshotstore.Snapshots{DB: s.db}.Put(ctx, customers.Snapshot{CustomerID: customer, Version: 1,
		Addresses: []customers.SealedAddress{{ID: "adr_1", Country: "US", Region: "CA", PostalPrefix: "941", Sealed: make([]byte, s.model.Sealed)}},
		Methods:   []customers.PaymentMethod{{ID: "pm_1", Brand: "visa", Last4: "4242", Token: "pm_card_visa"}}}))
	if coupon {
		c := promotions.Coupon{Ref: promotions.Ref{Marketplace: us.Code, Code: "SAVE-10"}, Kind: promotions.Percent, BasisPoints: 1_000,
			From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour), Budget: 100, PerCustomer: 1}
		must(promotionsstore.Store{DB: s.db}.Save(ctx, c, promotions.Coupon{}))
		must(cart.Redeem(c.Code))
	}
	saved, err := cartsstore.Store{DB: s.db}.Save(ctx, cart)
	must(err)
	s.forget()
	return saved.ID
}

// forget is what was called until now.
func (s *shop) forget() {
	s.db.Reset()
	s.begun, s.others, s.othersBegun = nil, nil, nil
}

// checkout is one order, from the HTTP request to the timer's last look.
func (s *shop) checkout(cartID string) checkout.Reply {
	ctx := context.WithValue(context.Background(), labelled{}, "checkout-api")
	front := &checkout.Service{Store: s.record(), Carts: cartsstore.Store{DB: s.db}, Runner: s, Timer: s,
		Now: time.Now, Random: s.entropy, Wait: time.Minute}
	s.count("apigateway.request", 1)
	var reply checkout.Reply
	err := s.function("checkout-api", func() (err error) {
		reply, err = front.Checkout(ctx, customer, "key-0001", checkout.Request{CartID: cartID, AddressID: "adr_1", MethodID: "pm_1", Marketplace: "US"})
		return err
	})
	if err != nil || reply.State != checkout.Placed {
		s.t.Fatalf("%+v %v", reply, err)
	}
	return reply
}

// ring is the timer's message when it is due: received and deleted, alone in its batch.
func (s *shop) ring(id string) {
	s.count("sqs.request", 2)
	look := &checkout.Recovery{Store: s.record(), Runner: s, Timer: s, Now: time.Now, Random: s.entropy}
	ctx := context.WithValue(context.Background(), labelled{}, "checkout-timer")
	if err := s.function("checkout-timer", func() error { _, err := look.Check(ctx, id); return err }); err != nil {
		s.t.Fatal(err)
	}
}

// Run is the state machine.
func (s *shop) Run(ctx context.Context, in checkout.Input) (checkout.Answer, bool, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return checkout.Answer{}, false, err
	}
	began := time.Now()
	out, err := s.machine.Run(ctx, interpreter.Host{
		Enter: func(string) error { s.mu.Lock(); defer s.mu.Unlock(); s.transitions++; return nil },
		Pause: func(context.Context, time.Duration) error {
			return errors.New("a step was tried again: this is no bill of a smooth run")
		},
		Call: func(ctx context.Context, _, function string, input []byte) (out []byte, err error) {
			do, ok := s.tasks[function]
			if !ok {
				return nil, fmt.Errorf("%s is not part of a smooth run", function)
			}
			err = s.function(function, func() (err error) {
				out, err = do(context.WithValue(ctx, labelled{}, function), input)
				return err
			})
			return out, err
		}}, b)
	if err != nil {
		return checkout.Answer{}, false, err
	}
	step := time.Duration(s.model.ExpressStep) * time.Millisecond
	billed := (time.Since(began) + step - 1) / step * step
	s.note(ctx, "SFN StartSyncExecution")
	s.count("states.request", 1)
	s.count("states.gb_hour", billed.Hours()*s.model.ExpressMB/1024)
	a, ok := checkout.AnswerIn(out)
	return a, ok, nil
}

// Set is the timer's queue.
func (s *shop) Set(ctx context.Context, _ string, _ time.Duration) error {
	s.note(ctx, "SQS SendMessage")
	s.count("sqs.request", 1)
	wait(s.model.SQS)
	return nil
}

// function counts an invocation and its GB-seconds, by the memory it is deployed with.
func (s *shop) function(id string, do func() error) error {
	began := time.Now()
	err := do()
	for _, f := range contract.Functions() {
		if f.ID() == id {
			s.invoked(id)
			s.count("lambda.request", 1)
			s.count("lambda.gb_second", time.Since(began).Seconds()*float64(f.Memory)/1024)
			return err
		}
	}
	return errors.Join(err, fmt.Errorf("%s is not deployed", id))
}

func (s *shop) invoked(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.functions == nil {
		s.functions = map[string]float64{}
	}
	s.functions[id]++
}

func (s *shop) count(what string, n float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what] += n
}

// note writes down a call to another service than DynamoDB.
func (s *shop) note(ctx context.Context, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	label, _ := ctx.Value(labelled{}).(string)
	s.others, s.othersBegun = append(s.others, label+" "+what), append(s.othersBegun, time.Now())
}

// begin writes down when a call to DynamoDB began: the first of them for the first call, and so on.
func (s *shop) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = append(s.begun, time.Now())
}

func wait(milliseconds float64) { time.Sleep(time.Duration(milliseconds * float64(time.Millisecond))) }

// till is a payment gateway that approves of everything, slowly.
type till struct{ s *shop }

func (g till) call(ctx context.Context, id string, o payments.Outcome) (payments.Intent, error) {
	g.s.note(ctx, "gateway POST")
	g.s.count("gateway.call", 1)
	g.s.mu.Lock()
	g.s.chains[id]++
	g.s.chain = max(g.s.chain, g.s.chains[id])
	g.s.mu.Unlock()
	wait(g.s.model.Gateway)
	return payments.Intent{ID: id, Status: o}, nil
}

func (g till) Create(ctx context.Context, _ string, c payments.Charge) (payments.Intent, error) {
	return g.call(ctx, "pi_"+c.OrderID+c.Group, payments.IntentOpen)
}
func (g till) Confirm(ctx context.Context, _, id string, _ bool) (payments.Intent, error) {
	i, err := g.call(ctx, id, g.s.bank)
	switch g.s.bank {
	case payments.IntentDeclined:
		i.Code = "card_declined"
	case payments.IntentAction:
		i.Action = &payments.NextAction{Type: "redirect_to_url", URL: "https://bank.example/challenge"}
	}
	return i, err
}
func (till) Retrieve(context.Context, string) (payments.Intent, error) {
	return payments.Intent{}, errors.New("a smooth run looks nothing up")
}
func (g till) Cancel(ctx context.Context, _, id string) (payments.Intent, error) {
	return g.call(ctx, id, payments.IntentCanceled)
}
func (till) Capture(context.Context, string, string, int64) (payments.Intent, error) {
	return payments.Intent{}, errors.New("a checkout captures nothing")
}
func (till) Refund(context.Context, string, payments.RefundCall) (payments.RefundResult, error) {
	return payments.RefundResult{}, errors.New("a checkout gives nothing back")
}
func (till) RefundsOf(context.Context, string) ([]payments.GatewayRefund, error) {
	return nil, errors.New("a checkout gives nothing back")
}
func (till) FindRefund(context.Context, string, string) (payments.RefundResult, bool, error) {
	return payments.RefundResult{}, false, errors.New("a checkout gives nothing back")
}
