package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"rialto/localstack/demo/shop"
)

// place is where a shopper of abroad lives, what tea and a teapot cost there, and what tax on them must be.
type place struct {
	market, currency, centre string
	address                  map[string]string
	tea, pot                 int64
	taxes                    map[string]int64 // by jurisdiction and rate in parts per million
}

var places = []place{
	{"JP", "JPY", "jp-east-1", map[string]string{"line1": "1-1 Marunouchi", "city": "Chiyoda", "postal_code": "100-0005", "country": "JP"},
		1_080, 3_300, map[string]int64{"JP 80000": 80, "JP 100000": 337}}, // 300 of the pot, 37 of 410 for the delivery
	{"CA", "CAD", "ca-west-1", map[string]string{"line1": "1 Robson Street", "city": "Vancouver", "region": "BC", "postal_code": "V6B 1A1",
		"country": "CA"}, 1_200, 4_000, map[string]int64{"CA 0": 0, "CA 50000": 227, "CA-BC 0": 0, "CA-BC 70000": 318}}, // 6.99: 5.38 goes with the pot
}

// abroad buys tea and a teapot in Tokyo and in Vancouver: one bears two rates, which its prices hold, and the other two taxes,
// which are added.
func (d *demo) abroad(ctx context.Context) error {
	seller := shop.NewID("sel_")
	tea, err := d.list(ctx, seller, "Sencha, 100 g", "groceries", func(p place) int64 { return p.tea })
	if err != nil {
		return err
	}
	pot, err := d.list(ctx, seller, "Cast iron teapot", "kitchen", func(p place) int64 { return p.pot })
	if err != nil {
		return err
	}
	for _, p := range places {
		if err := d.buyIn(ctx, p, seller, tea, pot); err != nil {
			return fmt.Errorf("in %s: %w", p.market, err)
		}
	}
	return nil
}

// list makes a product with an offer and stock in each place.
func (d *demo) list(ctx context.Context, seller, title, category string, price func(place) int64) (string, error) {
	id := shop.NewID("prd_")
	var offers, stock []any
	for _, p := range places {
		offers = append(offers, map[string]any{"product_id": id, "seller_id": seller, "seller_name": "Leaf and Iron", "marketplace": p.market,
			"price": amount{price(p), p.currency}, "shipping": amount{0, p.currency}, "condition": "new", "fulfillment": "rialto"})
		stock = append(stock, map[string]any{"receipt_id": id + p.centre, "product_id": id, "seller_id": seller, "fulfillment_center_id": p.centre,
			"quantity": 5})
	}
	for _, step := range []struct {
		function string
		input    any
	}{
		{"catalog-import", map[string]any{"products": []any{map[string]any{"product_id": id, "title": title, "description": title, "brand": "Leaf and Iron",
			"category_id": category, "category_path": []string{category}, "bullets": []string{}, "attributes": map[string]string{}, "images": []string{},
			"owner_id": seller}}}},
		{"offers-import", map[string]any{"offers": offers}},
		{"inventory-receive", map[string]any{"rows": stock}},
	} {
		var report struct{ Failed int }
		if err := d.stage.Invoke(ctx, step.function, step.input, &report); err != nil || report.Failed > 0 {
			return "", errors.Join(err, fmt.Errorf("%s: %d rows failed", step.function, report.Failed))
		}
	}
	return id, nil
}

func (d *demo) buyIn(ctx context.Context, p place, seller, tea, pot string) error {
	s, err := d.shopper(ctx, "pm_card_visa")
	if err != nil {
		return err
	}
	s.Market = p.market
	p.address["name"] = "Demo Shopper"
	var a struct {
		ID string `json:"address_id"`
	}
	if _, err := s.Call(ctx, http.MethodPost, "/api/v1/addresses", p.address, &a); err != nil {
		return err
	}
	s.Address = a.ID
	if _, err := s.put(ctx, tea, seller, 1); err != nil {
		return err
	}
	c, err := s.put(ctx, pot, seller, 1)
	if err != nil {
		return err
	}
	var q struct {
		Taxes []struct {
			Jurisdiction, Name string
			Rate               int64 `json:"rate_ppm"`
			Taxable, Tax       amount
		}
		Totals struct{ Total amount }
	}
	if _, err := s.Call(ctx, http.MethodPost, "/api/v1/checkout/quote", s.Order(c.ID), &q); err != nil {
		return err
	}
	d.p.step("POST /checkout/quote, "+p.market, "tea %s, a teapot %s, in all %s", money(amount{p.tea, p.currency}), money(amount{p.pot, p.currency}),
		money(q.Totals.Total))
	for _, t := range q.Taxes {
		d.p.detail("%-6s %-16s %d.%d %% of %s: %s", t.Jurisdiction, t.Name, t.Rate/10_000, t.Rate%10_000/1_000, money(t.Taxable), money(t.Tax))
		if want, ok := p.taxes[fmt.Sprint(t.Jurisdiction, " ", t.Rate)]; !ok || want != t.Tax.Amount {
			return fmt.Errorf("wanted %d of %s", want, t.Jurisdiction)
		}
	}
	_, st, err := s.checkout(ctx, c.ID)
	if err != nil {
		return err
	}
	if st.Status != "placed" || *st.Total != q.Totals.Total || len(q.Taxes) != len(p.taxes) {
		return fmt.Errorf("checkout ended as %+v, the quote says %+v", st, q)
	}
	d.p.step("POST /orders/checkout", "placed %s, total %s", st.OrderID, money(*st.Total))
	return nil
}
