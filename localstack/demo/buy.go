package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"rialto/localstack/demo/shop"
)

// buy is the main journey.
func (d *demo) buy(ctx context.Context) error {
	visitor := &shop.Client{Base: shop.ShopperURL}
	if err := d.search(ctx, visitor); err != nil {
		return err
	}
	if err := d.page(ctx, visitor); err != nil {
		return err
	}
	s, err := d.shopper(ctx, "pm_card_visa")
	if err != nil {
		return err
	}
	c, err := s.put(ctx, d.found.ID, d.found.BuyBox.Seller.ID, 2)
	if err != nil {
		return err
	}
	d.p.step("POST /cart/items", "%d units: items %s, shipping %s, before tax %s", c.Breakdown.Units, money(c.Breakdown.Items),
		money(c.Breakdown.Shipping), money(c.Breakdown.Total))
	quoted, err := d.quote(ctx, s, c.ID)
	if err != nil {
		return err
	}
	began := time.Now()
	a, st, err := s.checkout(ctx, c.ID)
	if err != nil {
		return err
	}
	if st.Status != "placed" || *st.Total != quoted {
		return fmt.Errorf("checkout ended as %d %s %s, after a quote of %s", a.Status, st.Status, a.Problem().Code, money(quoted))
	}
	d.p.step("POST /orders/checkout", "%d %s %s, total %s, in %s", a.Status, st.Status, st.OrderID, money(*st.Total),
		time.Since(began).Round(10*time.Millisecond))
	var o struct {
		Status string `json:"status"`
		Totals struct {
			Items, Shipping, Tax, Total amount
		} `json:"totals"`
	}
	if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders/"+st.OrderID, nil, &o); err != nil {
		return err
	}
	d.p.step("GET /orders/{order_id}", "%s: items %s + shipping %s + tax %s = %s", o.Status, money(o.Totals.Items), money(o.Totals.Shipping),
		money(o.Totals.Tax), money(o.Totals.Total))
	if err := d.left(ctx, d.found.ID, d.found.BuyBox.Seller.ID, st.OrderID, true); err != nil {
		return err
	}
	if err := d.ship(ctx, d.found.BuyBox.Seller.ID, st.OrderID); err != nil {
		return err
	}
	if err := d.track(ctx, s, st.OrderID); err != nil {
		return err
	}
	d.buyer, d.order = s, st.OrderID
	return d.left(ctx, d.found.ID, d.found.BuyBox.Seller.ID, st.OrderID, true)
}

type result struct {
	Total  int64     `json:"total"`
	Hits   []product `json:"hits"`
	Facets struct {
		Category, Brand []struct {
			Value string `json:"value"`
			Count int64  `json:"count"`
		}
	} `json:"facets"`
}

// quote asks what a cart would cost in all, before a card is asked for.
func (d *demo) quote(ctx context.Context, s *shopper, cartID string) (amount, error) {
	var q struct {
		Totals struct {
			Items, Shipping, Tax, Total amount
		} `json:"totals"`
	}
	body := map[string]string{"cart_id": cartID, "shipping_address_id": s.Address}
	_, err := s.Call(ctx, http.MethodPost, "/api/v1/checkout/quote", body, &q)
	if err == nil {
		d.p.step("POST /checkout/quote", "items %s + shipping %s + tax %s = %s", money(q.Totals.Items), money(q.Totals.Shipping), money(q.Totals.Tax),
			money(q.Totals.Total))
	}
	return q.Totals.Total, err
}

// search finds a word of the catalog's first title, so that it works with any catalog, and settles on one of its
// products.
func (d *demo) search(ctx context.Context, c *shop.Client) error {
	var all, r result
	if _, err := c.Call(ctx, http.MethodGet, "/api/v1/products/search?size=1", nil, &all); err != nil {
		return err
	}
	if all.Total == 0 {
		return errors.New("the catalog is empty; make seed fills it")
	}
	q := lastWord(d.catalog.Products[0].Title)
	ours := map[string]bool{}
	for _, p := range d.catalog.Products {
		ours[p.ID] = true
	}
	if _, err := c.Call(ctx, http.MethodGet, "/api/v1/products/search?size=20&q="+url.QueryEscape(q), nil, &r); err != nil {
		return err
	}
	d.p.step("GET /products/search?q="+q, "%d of %d products", r.Total, all.Total)
	for i, h := range r.Hits[:min(5, len(r.Hits))] {
		d.p.detail("%d. %-44s %-16s", i+1, cut(h.Title, 44), cut(h.Brand, 16))
	}
	for _, f := range []struct {
		name   string
		values []struct {
			Value string `json:"value"`
			Count int64  `json:"count"`
		}
	}{{"category", r.Facets.Category}, {"brand", r.Facets.Brand}} {
		var parts []string
		for _, v := range f.values[:min(4, len(f.values))] {
			parts = append(parts, fmt.Sprintf("%s (%d)", v.Value, v.Count))
		}
		d.p.detail("%-9s %s", f.name+":", strings.Join(parts, ", "))
	}
	for _, h := range r.Hits { // the first that can be bought, rather one with rivals
		if _, err := c.Call(ctx, http.MethodGet, "/api/v1/products/"+h.ID, nil, &h); err != nil {
			return err
		}
		stock, err := d.audit.Stock(ctx, h.ID, h.BuyBox.Seller.ID)
		if err != nil {
			return err
		}
		if ours[h.ID] && h.BuyBox.InStock && stock.Available >= 10 && (d.found.ID == "" || d.found.Others == 0 && h.Others > 0) {
			d.found = h
		}
	}
	if d.found.ID == "" {
		return fmt.Errorf("none of the first hits for %q is in stock", q)
	}
	return nil
}

// lastWord returns the last word of four letters or more before a title's " in …", its whole title if there is none.
func lastWord(title string) string {
	title, _, _ = strings.Cut(title, " in ")
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, w := range slices.Backward(words) {
		if len(w) >= 4 {
			return w
		}
	}
	return strings.ToLower(title)
}

func (d *demo) page(ctx context.Context, c *shop.Client) error {
	h, b := d.found, d.found.BuyBox
	d.p.step("GET /products/{product_id}", "%s", h.Title)
	d.p.detail("buy box: %s + %s shipping, sold by %s; %d other offers", money(b.Price), money(b.Shipping), b.Seller.Name, h.Others)
	var list struct {
		Offers []struct {
			Seller struct{ Name string }
			Landed amount
			BuyBox bool `json:"buy_box"`
		}
	}
	if _, err := c.Call(ctx, http.MethodGet, "/api/v1/products/"+h.ID+"/offers", nil, &list); err != nil {
		return err
	}
	for _, o := range list.Offers {
		mark := ""
		if o.BuyBox {
			mark = "buy box"
		}
		d.p.detail("%-24s %12s landed  %s", cut(o.Seller.Name, 24), money(o.Landed), mark)
	}
	return nil
}

// ship confirms what of an order waits for its seller; what Rialto ships goes by itself.
func (d *demo) ship(ctx context.Context, sellerID, orderID string) error {
	seller, err := shop.NewSeller(sellerID)
	if err != nil {
		return err
	}
	var o struct {
		Shipments []struct {
			ID     string `json:"shipment_id"`
			Awaits bool   `json:"awaits_confirmation"`
		} `json:"shipments"`
	}
	path := "/seller/v1/orders/" + orderID
	for deadline := time.Now().Add(time.Minute); len(o.Shipments) == 0; {
		if _, err := seller.Call(ctx, http.MethodGet, path, nil, &o); err != nil && time.Now().After(deadline) {
			return fmt.Errorf("the seller sees nothing of the order: %w", err)
		}
		if err := shop.Pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	for i, sh := range o.Shipments {
		if !sh.Awaits {
			continue
		}
		number := fmt.Sprintf("PP-%s-%d", strings.ToUpper(orderID[len(orderID)-8:]), i+1)
		if _, err := seller.Call(ctx, http.MethodPost, path+"/shipments/"+sh.ID+"/confirm",
			map[string]string{"carrier": "Parcel Post", "tracking_number": number}, nil); err != nil {
			return err
		}
		d.p.step("POST …/shipments/{shipment_id}/confirm", "by the seller, who ships it: Parcel Post %s", number)
	}
	return nil
}

// track follows an order until it is delivered and prints each event as it comes.
func (d *demo) track(ctx context.Context, s *shopper, orderID string) error {
	d.p.step("GET /orders/{order_id}/tracking", "every second until it is delivered")
	seen := map[string]int{}
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		var t struct {
			Status    string
			Due       string `json:"estimated_delivery"`
			Shipments []struct {
				ID     string `json:"shipment_id"`
				Events []struct {
					At          time.Time
					Status      string
					Location    string
					Description string
				}
			}
		}
		if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders/"+orderID+"/tracking", nil, &t); err != nil {
			return err
		}
		for _, sh := range t.Shipments {
			for _, e := range sh.Events[min(seen[sh.ID], len(sh.Events)):] {
				d.p.detail("%s  %-17s %-12s %s", e.At.Local().Format("15:04:05"), e.Status, e.Location, e.Description)
			}
			seen[sh.ID] = len(sh.Events)
		}
		if t.Status == "DELIVERED" {
			return nil
		}
		if err := shop.Pause(ctx, time.Second); err != nil {
			return err
		}
	}
	return errors.New("the order was not delivered in two minutes; make logs SERVICE=fulfillment-advance says why")
}
