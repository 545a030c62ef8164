package checkoutbill_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/checkout"
	"rialto/functions/contract"
	"rialto/functions/customers"
	"rialto/functions/customers/snapshotstore"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/marketplaces"
	"rialto/functions/offers/offersstore"
	"rialto/functions/promotions/promotionsstore"
	"rialto/functions/tax"
)

const useCases = "../../contract/usecases.json"

// TestUseCases compares what shoppers do often with what the capacity plan is made of. RIALTO_GOLDEN=1 writes it.
func TestUseCases(t *testing.T) {
	var m model
	load(t, "model.json", &m)
	got := map[string]contract.UseCase{}
	for name, do := range map[string]func(s *shop, cartID string){
		"page":     (*shop).page,
		"cart":     (*shop).add,
		"quote":    (*shop).quote,
		"checkout": func(s *shop, cartID string) { s.checkout(cartID) },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := open(t, m)
			cart := s.stock(1, 1, false)
			before := s.images()
			do(s, cart)
			got[name] = s.useCase(before)
		})
	}
	if os.Getenv("RIALTO_GOLDEN") != "" {
		b, err := json.MarshalIndent(got, "", "  ")
		if err == nil {
			err = os.WriteFile(useCases, append(b, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var was map[string]contract.UseCase
	b, err := os.ReadFile(useCases)
	if err == nil {
		err = json.Unmarshal(b, &was)
	}
	if d := cmp.Diff(was, got); err != nil || d != "" {
		t.Errorf("%s is another now (%v); RIALTO_GOLDEN=1 writes it: %s", useCases, err, d)
	}
}

// useCase is what was counted until now.
func (s *shop) useCase(before map[string]map[store.Key]store.Item) contract.UseCase {
	u := contract.UseCase{Functions: s.functions, Counts: s.counts, Writes: map[string]float64{}, Reads: map[string]float64{}}
	for _, c := range s.db.Calls() {
		for _, w := range c.Writes {
			u.Writes[w.Table] += w.WCU
		}
		if len(c.Tables) == 1 && c.RCU > 0 {
			u.Reads[c.Tables[0]] += c.RCU
		}
		u.Counts["dynamodb.write_unit"] += c.WCU
		u.Counts["dynamodb.read_unit"] += c.RCU
	}
	u.After, u.Events = s.aftermath(before)
	return u
}

// page is a product page; its images and reviews are other requests.
func (s *shop) page(string) {
	pages := &catalogstore.Store{DB: s.db}
	s.request("catalog-api", func() error {
		_, err := (&catalog.Service{Products: pages, Categories: pages, BuyBoxes: pages, Variants: pages}).Product(context.Background(),
			ids.Derive(ids.Product, "0"), "US")
		return err
	})
}

// add puts an item into an empty cart.
func (s *shop) add(string) {
	us, err := marketplaces.Lookup("US")
	if err != nil {
		s.t.Fatal(err)
	}
	o := carts.Owner{ID: "cus_bbbbbbbbbbbbbbbbbbbbbbbbbb"}
	s.request("carts-api", func() error {
		c := &carts.Service{Store: cartsstore.Store{DB: s.db}, Cache: carts.NoCache{}, Sources: s.sources(), Now: time.Now}
		_, err := c.Add(context.Background(), o, us, carts.Guard{Key: "key-0001"}, ids.Derive(ids.Product, "0"), ids.Derive(ids.Seller, "0"), 1)
		return err
	})
}

// quote asks what the cart would cost.
func (s *shop) quote(cartID string) {
	q := &checkout.Quoter{Carts: &carts.Quoter{Store: cartsstore.Store{DB: s.db}, Sources: s.sources(), Now: time.Now},
		Places: customers.Locator{Snapshots: snapshotstore.Snapshots{DB: s.db}}, Now: time.Now,
		Assess: func(_ context.Context, x tax.Sale) (tax.Assessment, error) { return tax.Assess(x) }}
	s.request("checkout-api", func() error {
		_, err := q.Quote(context.Background(), customer, checkout.Request{CartID: cartID, AddressID: "adr_1", MethodID: "pm_1", Marketplace: "US"})
		return err
	})
}

func (s *shop) request(function string, do func() error) {
	s.count("apigateway.request", 1)
	if err := s.function(function, do); err != nil {
		s.t.Fatal(function, err)
	}
}

func (s *shop) sources() carts.Sources {
	return carts.Sources{Offers: &offersstore.Store{DB: s.db}, Products: &catalogstore.Store{DB: s.db}, Stock: inventorystore.Store{DB: s.db},
		Coupons: promotionsstore.Store{DB: s.db}}
}
