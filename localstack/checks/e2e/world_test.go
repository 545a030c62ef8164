package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"rialto/infra/operate"
	"rialto/localstack/checks/audit"
	"rialto/localstack/demo/shop"
)

func deployed(t *testing.T) context.Context {
	t.Helper()
	if os.Getenv("RIALTO_E2E") == "" {
		t.Skip("needs the deployed local cloud: make test starts it and sets RIALTO_E2E")
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(stop)
	return ctx
}

var (
	stage   = operate.Local()
	auditor = audit.Local()
	keys    = credentials.NewStaticCredentialsProvider("test", "test", "")
)

// invoke calls a deployed function as an operator does, and decodes what it returns.
func invoke(ctx context.Context, t *testing.T, function string, input, out any) {
	t.Helper()
	if err := stage.Invoke(ctx, function, input, out); err != nil {
		t.Fatal(err)
	}
}

// sku is a product of a seller with units in stock.
type sku struct{ product, seller string }

// newSKU lists a product with one seller's offers at 19.99 USD and 11.90 EUR and receives units of it.
func newSKU(ctx context.Context, t *testing.T, title string, units int) sku {
	t.Helper()
	return newSKUs(ctx, t, title, units, 1)[0]
}

// newSKUs does so for some products, each of a seller of its own.
func newSKUs(ctx context.Context, t *testing.T, title string, units, n int) (out []sku) {
	t.Helper()
	var products, offers, receipts []any
	for range n {
		s := sku{shop.NewID("prd_"), shop.NewID("sel_")}
		offer := func(market string, price, shipping map[string]any) map[string]any {
			return map[string]any{"product_id": s.product, "seller_id": s.seller, "seller_name": "Test seller", "marketplace": market,
				"price": price, "shipping": shipping, "condition": "new", "fulfillment": "rialto"}
		}
		out = append(out, s)
		products = append(products, map[string]any{"product_id": s.product, "title": title, "description": "For end-to-end tests.",
			"brand": "Testwell", "category_id": "tests", "category_path": []string{"tests"}, "bullets": []string{},
			"attributes": map[string]string{}, "images": []string{}, "owner_id": s.seller})
		offers = append(offers, offer("US", usd(1999), usd(0)), offer("DE", eur(1190), eur(0)))
		receipts = append(receipts, map[string]any{"receipt_id": s.product, "product_id": s.product, "seller_id": s.seller,
			"fulfillment_center_id": "us-west-2", "quantity": units})
	}
	imported(ctx, t, "catalog-import", map[string]any{"products": products})
	imported(ctx, t, "offers-import", map[string]any{"offers": offers})
	if units > 0 {
		imported(ctx, t, "inventory-receive", map[string]any{"rows": receipts})
	}
	return out
}

func usd(minor int64) map[string]any { return map[string]any{"amount": minor, "currency": "USD"} }
func eur(minor int64) map[string]any { return map[string]any{"amount": minor, "currency": "EUR"} }

// shopper is a customer who buys in a test.
type shopper struct{ *shop.Shopper }

func newShopper(ctx context.Context, token string) (*shopper, error) {
	s, err := shop.NewShopper(ctx, token)
	if err != nil {
		return nil, err
	}
	s.HTTP = &http.Client{Timeout: 2 * time.Minute}
	return &shopper{s}, nil
}

func mustShopper(ctx context.Context, t *testing.T, token string) *shopper {
	t.Helper()
	s, err := newShopper(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type cart struct {
	ID        string `json:"cart_id"`
	Version   int64  `json:"version"`
	Breakdown struct {
		Units        int64
		Items, Total struct{ Amount int64 }
	} `json:"breakdown"`
	Lines []struct {
		Quantity int64
		Status   string
	} `json:"lines"`
}

func (s *shopper) put(ctx context.Context, k sku, quantity int) (cart, error) {
	var c cart
	err := s.Put(ctx, k.product, k.seller, int64(quantity), &c)
	return c, err
}

func (s *shopper) mustPut(ctx context.Context, t *testing.T, k sku, quantity int) cart {
	t.Helper()
	c, err := s.put(ctx, k, quantity)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// outcome is how a checkout ended.
type outcome struct {
	Status, Code, CheckoutID, OrderID, BankURL string
	Blames                                     []string // what the problem's errors point at
	HTTP                                       int
	Header                                     http.Header
}

// checkout buys a cart under a key and follows an open answer to its end.
func (s *shopper) checkout(ctx context.Context, cartID, key string) (outcome, error) {
	body := s.Order(cartID)
	for {
		a, err := s.Do(ctx, http.MethodPost, "/api/v1/orders/checkout", body, shop.Key(key))
		if err != nil {
			return outcome{}, err
		}
		o := outcome{HTTP: a.Status, Code: a.Problem().Code, Header: a.Header}
		switch {
		case o.Code == "checkout_in_progress" || a.Status == http.StatusTooManyRequests: // what Retry-After asks for
			if err := wait(ctx, time.Second); err != nil {
				return o, err
			}
			continue
		case a.Status >= 300:
			for _, e := range a.Problem().Errors {
				o.Blames = append(o.Blames, e.Pointer+" "+e.Message)
			}
			return o, nil
		}
		err = s.follow(ctx, a, &o)
		return o, err
	}
}

func (s *shopper) follow(ctx context.Context, a shop.Answer, o *outcome) error {
	for {
		var st struct {
			CheckoutID string `json:"checkout_id"`
			OrderID    string `json:"order_id"`
			Status     string `json:"status"`
			Failure    struct{ Code string }
			NextAction struct{ URL string } `json:"next_action"`
		}
		if err := a.Into(&st); err != nil {
			return err
		}
		o.Status, o.CheckoutID, o.OrderID, o.Code, o.BankURL = st.Status, st.CheckoutID, st.OrderID, st.Failure.Code, st.NextAction.URL
		if st.Status != "processing" {
			return nil
		}
		if err := wait(ctx, 500*time.Millisecond); err != nil {
			return err
		}
		var err error
		if a, err = s.Call(ctx, http.MethodGet, "/api/v1/checkouts/"+st.CheckoutID, nil, nil); err != nil {
			return err
		}
	}
}

// wait polls at a distance; every use ends at the test's deadline.
func wait(ctx context.Context, d time.Duration) error {
	if err := shop.Pause(ctx, d); err != nil {
		return fmt.Errorf("the deadline of the test passed: %w", err)
	}
	return nil
}

// until polls a condition to a deadline.
func until(ctx context.Context, t *testing.T, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s", what, limit)
		}
		if err := wait(ctx, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}

// balanced waits until a sku's ledger balances and nothing of it is held.
func balanced(ctx context.Context, t *testing.T, k sku) audit.Stock {
	t.Helper()
	var s audit.Stock
	until(ctx, t, "the stock balances", 3*time.Minute, func() bool {
		var err error
		if s, err = auditor.Stock(ctx, k.product, k.seller); err != nil {
			t.Fatal(err)
		}
		return s.Balanced() && s.Held == 0
	})
	return s
}
