package e2e

import (
	"context"
	"maps"
	"net/http"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// basket is what a cart of one good of 100.00 (10,000 yen) and food of 50.00 comes to in a marketplace: the rates are in basis
// points, the rest in minor units. Tax is that of the two lines and of the delivery, by hand.
type basket struct {
	marketplace, currency, centre  string
	city, region, postal           string
	goodsRate, foodRate            int64
	goodsTax, foodTax, deliveryTax int64
	delivery                       int64
	added                          bool // the tax is on top
}

var everywhere = []basket{
	{"AE", "AED", "ae-central-1", "Dubai", "DU", "", 500, 500, 476, 238, 71, 1_500, false},
	{"AU", "AUD", "au-east-1", "Sydney", "NSW", "2000", 1_000, 0, 909, 0, 48, 799, false},
	{"BE", "EUR", "be-central-1", "Bruxelles", "", "1000", 2_100, 600, 1_736, 283, 54, 399, false},
	{"BR", "BRL", "br-east-1", "São Paulo", "SP", "01310-100", 1_800, 1_800, 1_800, 900, 232, 1_290, false},
	{"CA", "CAD", "ca-west-1", "Vancouver", "BC", "V6B 1A1", 1_200, 0, 1_200, 0, 56, 699, true},
	{"DE", "EUR", "de-north-1", "Berlin", "", "10115", 1_900, 700, 1_597, 327, 51, 399, false},
	{"EG", "EGP", "eg-north-1", "Cairo", "", "11511", 1_400, 1_400, 1_228, 614, 307, 2_500, false},
	{"ES", "EUR", "es-central-1", "Madrid", "", "28013", 2_100, 1_000, 1_736, 455, 58, 399, false},
	{"FR", "EUR", "fr-north-1", "Paris", "", "75001", 2_000, 550, 1_667, 261, 51, 399, false},
	{"GB", "GBP", "gb-central-1", "London", "", "SW1A 1AA", 2_000, 0, 1_667, 0, 44, 399, false},
	{"IE", "EUR", "ie-east-1", "Dublin", "", "D02 AF30", 2_300, 0, 1_870, 0, 62, 499, false},
	{"IN", "INR", "in-north-1", "New Delhi", "DL", "110001", 1_800, 500, 1_525, 238, 470, 4_000, false},
	{"IT", "EUR", "it-north-1", "Roma", "RM", "00187", 2_200, 1_000, 1_803, 455, 60, 399, false},
	{"JP", "JPY", "jp-east-1", "Chiyoda", "", "100-0001", 1_000, 800, 909, 370, 37, 410, false}, // 10,410 hold 946
	{"MX", "MXN", "mx-central-1", "Ciudad de México", "", "06000", 1_600, 0, 1_379, 0, 451, 4_900, false},
	{"NL", "EUR", "nl-west-1", "Amsterdam", "", "1012 AB", 2_100, 900, 1_736, 413, 57, 399, false},
	{"PL", "PLN", "pl-central-1", "Warszawa", "", "00-001", 2_300, 500, 1_870, 238, 141, 999, false},
	{"SA", "SAR", "sa-central-1", "Riyadh", "", "11564", 1_500, 1_500, 1_304, 652, 196, 1_500, false},
	{"SE", "SEK", "se-south-1", "Stockholm", "", "111 22", 2_500, 600, 2_000, 283, 594, 3_900, false},
	{"SG", "SGD", "sg-central-1", "Singapore", "", "049213", 900, 900, 826, 413, 33, 399, false},
	{"TR", "TRY", "tr-west-1", "İstanbul", "", "34110", 2_000, 100, 1_667, 50, 342, 2_990, false},
	{"US", "USD", "us-west-2", "Los Angeles", "CA", "90012", 725, 0, 725, 0, 0, 599, true}, // California taxes no delivery
	{"ZA", "ZAR", "za-north-1", "Pretoria", "", "0001", 1_500, 1_500, 1_304, 652, 848, 6_500, false},
}

// Everybody can buy in every marketplace, at its prices, with its tax. Seen to catch: tax_unsupported in twelve of them.
func TestEveryMarketplaceSells(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	goods, food := newGoods(ctx, t, "tests", 10_000), newGoods(ctx, t, "groceries", 5_000)
	for _, b := range everywhere {
		t.Run(b.marketplace, func(t *testing.T) {
			t.Parallel()
			buyIn(ctx, t, b, goods, food)
		})
	}
}

// newGoods lists a product that is offered at one price, in minor units of whatever currency, and lies in every marketplace.
func newGoods(ctx context.Context, t *testing.T, category string, price int64) sku {
	t.Helper()
	k := sku{shop.NewID("prd_"), shop.NewID("sel_")}
	var offers, receipts []any
	for _, b := range everywhere {
		of := func(minor int64) map[string]any { return map[string]any{"amount": minor, "currency": b.currency} }
		offers = append(offers, map[string]any{"product_id": k.product, "seller_id": k.seller, "seller_name": "Test seller",
			"marketplace": b.marketplace, "price": of(price), "shipping": of(0), "condition": "new", "fulfillment": "rialto"})
		receipts = append(receipts, map[string]any{"receipt_id": k.product + b.centre, "product_id": k.product, "seller_id": k.seller,
			"fulfillment_center_id": b.centre, "quantity": 3})
	}
	product := map[string]any{"product_id": k.product, "title": "Found everywhere", "description": "For end-to-end tests.", "brand": "Testwell",
		"category_id": category, "category_path": []string{category}, "bullets": []string{}, "attributes": map[string]string{},
		"images": []string{}, "owner_id": k.seller}
	for function, input := range map[string]any{"catalog-import": map[string]any{"products": []any{product}},
		"offers-import": map[string]any{"offers": offers}, "inventory-receive": map[string]any{"rows": receipts}} {
		var report struct {
			Failed int
			Rows   []struct{ Code string }
		}
		if invoke(ctx, t, function, input, &report); report.Failed > 0 {
			t.Fatalf("%s: %+v", function, report)
		}
	}
	return k
}

func buyIn(ctx context.Context, t *testing.T, b basket, goods, food sku) {
	s := mustShopper(ctx, t, "pm_card_visa")
	s.Market = b.marketplace
	s.move(ctx, t, map[string]string{"line1": "1", "city": b.city, "region": b.region, "postal_code": b.postal, "country": b.marketplace})
	s.mustPut(ctx, t, goods, 1)
	c := s.mustPut(ctx, t, food, 1)
	o, err := s.checkout(ctx, c.ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	var order taxed
	if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders/"+o.OrderID, nil, &order); err != nil {
		t.Fatal(err)
	}
	got := b
	for _, l := range order.Lines {
		if l.ProductID == goods.product {
			got.goodsRate, got.goodsTax = l.Rate, l.Tax.Amount
		} else {
			got.foodRate, got.foodTax = l.Rate, l.Tax.Amount
		}
	}
	sums := order.Totals
	got.currency, got.delivery, got.added = sums.Total.Currency, sums.Shipping.Amount, !sums.Included
	got.deliveryTax = sums.Tax.Amount - got.goodsTax - got.foodTax
	want := int64(15_000) + b.delivery
	if b.added {
		want += sums.Tax.Amount
	}
	if got != b || sums.Total.Amount != want {
		t.Errorf("%+v, not %+v: %d in all, not %d", got, b, sums.Total.Amount, want)
	}
	s.promised(ctx, t, o.OrderID)
}

// taxed is what an order says of tax.
type taxed struct {
	Lines []struct {
		ProductID    string `json:"product_id"`
		Rate         int64  `json:"tax_rate_bp"`
		Jurisdiction string `json:"tax_jurisdiction"`
		Tax          struct{ Amount int64 }
	}
	Totals struct {
		Shipping, Tax struct{ Amount int64 }
		Total         struct {
			Amount   int64
			Currency string
		}
		Included bool `json:"tax_included"`
	}
}

// move makes an address the shopper's; parts that are empty are left out.
func (s *shopper) move(ctx context.Context, t *testing.T, address map[string]string) {
	t.Helper()
	var a struct {
		ID string `json:"address_id"`
	}
	maps.DeleteFunc(address, func(_, value string) bool { return value == "" })
	address["name"] = "Test Shopper"
	if _, err := s.Call(ctx, http.MethodPost, "/api/v1/addresses", address, &a); err != nil {
		t.Fatal(err)
	}
	s.Address = a.ID
}

// promised waits until tracking says when an order comes, and wants a day after today.
func (s *shopper) promised(ctx context.Context, t *testing.T, order string) {
	t.Helper()
	var tracking struct {
		Estimated string `json:"estimated_delivery"`
	}
	until(ctx, t, "a promise", time.Minute, func() bool {
		if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders/"+order+"/tracking", nil, &tracking); err != nil {
			t.Fatal(err)
		}
		return tracking.Estimated != ""
	})
	if day, err := time.Parse(time.DateOnly, tracking.Estimated); err != nil || !day.After(time.Now()) {
		t.Errorf("promised for %q", tracking.Estimated)
	}
}

// Seen to catch: 18.05 of VAT on what goes to Las Palmas.
func TestTheCanariesBearNoVAT(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newGoods(ctx, t, "tests", 10_000)
	for _, c := range []struct{ marketplace, city, postal, jurisdiction string }{
		{"ES", "Las Palmas", "35001", "ES-CN"}, {"DE", "Helgoland", "27498", "DE-27498"}} {
		s := mustShopper(ctx, t, "pm_card_visa")
		s.Market = c.marketplace
		s.move(ctx, t, map[string]string{"line1": "1", "city": c.city, "postal_code": c.postal, "country": c.marketplace})
		o, err := s.checkout(ctx, s.mustPut(ctx, t, k, 1).ID, shop.NewKey())
		if err != nil || o.Status != "placed" {
			t.Fatalf("%+v %v", o, err)
		}
		var order taxed
		if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders/"+o.OrderID, nil, &order); err != nil {
			t.Fatal(err)
		}
		if sums := order.Totals; sums.Tax.Amount != 0 || !sums.Included || sums.Total.Amount != 10_399 || order.Lines[0].Jurisdiction != c.jurisdiction {
			t.Errorf("%+v", order)
		}
	}
}
