package payments_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/laboratory/memory"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payments/stripegateway"
	"rialto/localstack/standins/gateway"
)

const (
	// patience is how long a client waits for the stand-in, which answers at once: longer than any load makes of that.
	patience = time.Minute
	// haste is how long one waits that is made to be answered late.
	haste = time.Second
)

// bank is the stand-in in this process, and its books. Many tests share one: each has its own order.
type bank struct {
	url    string
	orders atomic.Int64
}

func newBank(t *testing.T) *bank {
	t.Helper()
	return bankAt(t, time.Now)
}

func bankAt(t *testing.T, now func() time.Time) *bank {
	t.Helper()
	g := gateway.New(gateway.Config{AnswerDelay: patience, Now: now})
	server := httptest.NewServer(g)
	t.Cleanup(func() { g.Close(); server.Close() })
	return &bank{url: server.URL}
}

type booked struct {
	ID, Status           string
	Open, Captured       int64
	Authorized, Released int64
	Refunded             int64
}

// books returns what the bank holds for an order's group, or for the whole order where group is "".
func (b *bank) books(t failer, orderID, group string) []booked {
	t.Helper()
	q := url.Values{"metadata[order_id]": {orderID}}
	if group != "" {
		q.Set("metadata[group]", group)
	}
	var out struct{ Intents []booked }
	b.control(t, http.MethodGet, "/_control/intents?"+q.Encode(), "", &out)
	return out.Intents
}

// calls counts the API's calls so far.
func (b *bank) calls(t failer) int {
	t.Helper()
	var out struct{ Last int }
	b.control(t, http.MethodGet, "/_control/calls?since=999999999", "", &out)
	return out.Last
}

// arm arms a fault and returns its id.
func (b *bank) arm(t failer, orderID, operation, rest string) string {
	t.Helper()
	var out struct{ ID string }
	b.control(t, http.MethodPost, "/_control/faults",
		fmt.Sprintf(`{"match":{"operation":%q,"metadata":{"order_id":%q}},%s}`, operation, orderID, rest), &out)
	return out.ID
}

func (b *bank) control(t failer, method, path, body string, out any) {
	t.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatalf("%v", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil && out != nil {
		t.Fatalf("%v", err)
	}
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// rig is one order against the bank: the real service, the real adapter, the fake store, and a hook before and
// after each of their effects.
type rig struct {
	*payments.Service
	bank  *bank
	db    *memory.DB
	order string
}

func (b *bank) rig() *rig { return b.waiting(patience) }

// armed is a rig for a fault, or a method that has one.
func (b *bank) armed(with string) *rig {
	if strings.Contains(with, "timeout") || strings.Contains(with, "hold") {
		return b.waiting(haste)
	}
	return b.rig()
}

func (b *bank) waiting(timeout time.Duration) *rig {
	db := memory.New()
	r := &rig{bank: b, db: db, order: fmt.Sprintf("ord_%026d", b.orders.Add(1))}
	r.Service = &payments.Service{Store: paymentsstore.Store{DB: db}, Now: time.Now,
		Gateway: stripegateway.New(stripegateway.Config{
			Secret: stripeapi.Fixed("sk_test_rialto"), URL: b.url, Timeout: timeout, ReturnURL: "http://localhost/return"})}
	return r
}

func (r *rig) input(method string, groups ...string) payments.AuthorizeInput {
	in := payments.AuthorizeInput{OrderID: r.order, Epoch: 1, CustomerID: "cus_x", MethodToken: method}
	for k, g := range groups {
		in.Groups = append(in.Groups, payments.Group{Group: g, Amount: money.Of(int64(1000*(k+1)), "USD")})
	}
	return in
}

func (r *rig) record(t failer, group string) payments.Payment {
	t.Helper()
	p, _, err := paymentsstore.Store{DB: r.db}.Get(context.Background(), r.order, group)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// retry does what the saga does: it repeats what is transient, a bounded number of times.
func retry(tries int, do func() error) (err error) {
	for range tries {
		if err = do(); err == nil || !fault.Of(err).Kind.Transient() {
			return err
		}
	}
	return err
}

func (r *rig) authorizes(in payments.AuthorizeInput, tries int) (out payments.AuthorizeResult, err error) {
	err = retry(tries, func() (err error) { out, err = r.Authorize(context.Background(), in); return err })
	return out, err
}

func (r *rig) cancels(tries int, groups ...string) error {
	return retry(tries, func() error {
		_, err := r.Cancel(context.Background(), payments.CancelInput{OrderID: r.order, Groups: groups})
		return err
	})
}

// atMostOne is the law: a group never has two authorizations, open or not.
func (r *rig) atMostOne(t failer, groups ...string) {
	t.Helper()
	for _, g := range groups {
		authorized := 0
		for _, i := range r.bank.books(t, r.order, g) {
			if i.Authorized > 0 {
				authorized++
			}
		}
		if authorized > 1 {
			t.Fatalf("%s %s: %d authorizations", r.order, g, authorized)
		}
	}
}

func (r *rig) open(t failer) (sum int64) {
	t.Helper()
	for _, i := range r.bank.books(t, r.order, "") {
		sum += i.Open
	}
	return sum
}

func wantCode(t failer, err error, code string) {
	t.Helper()
	if fault.Code(err) != code {
		t.Fatalf("got %v, want %q", err, code)
	}
}
