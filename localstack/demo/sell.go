package demo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rialto/localstack/demo/shop"
)

// sell is the seller's act: a file with good and bad rows, its report, and a price that wins the buy box.
func (d *demo) sell(ctx context.Context) error {
	visitor := &shop.Client{Base: shop.ShopperURL}
	var page product
	if _, err := visitor.Call(ctx, http.MethodGet, "/api/v1/products/"+d.found.ID, nil, &page); err != nil {
		return err
	}
	rival, name, err := d.rival(ctx, visitor, page)
	if err != nil {
		return err
	}
	s, err := shop.NewSeller(rival)
	if err != nil {
		return err
	}
	var me struct {
		Tier   string
		Limits struct {
			Rate  int64 `json:"writes_per_second"`
			Burst int64 `json:"writes_at_once"`
		}
	}
	if _, err := s.Call(ctx, http.MethodPut, "/seller/v1/profile", map[string]string{"display_name": name, "country": "US"}, &me); err != nil {
		return err
	}
	d.p.step("PUT /seller/v1/profile", "%s, tier %s: %d writes a second, %d at once", name, me.Tier, me.Limits.Rate, me.Limits.Burst)
	if err := d.send(ctx, s, page.ID); err != nil {
		return err
	}
	return d.undercut(ctx, visitor, s, page)
}

// rival is a seller who offers the product and has not its buy box, or a new one if all have.
func (d *demo) rival(ctx context.Context, c *shop.Client, page product) (id, name string, err error) {
	var list struct {
		Offers []struct {
			Seller struct {
				ID   string `json:"seller_id"`
				Name string
			}
		}
	}
	if _, err := c.Call(ctx, http.MethodGet, "/api/v1/products/"+page.ID+"/offers", nil, &list); err != nil {
		return "", "", err
	}
	for _, o := range list.Offers {
		if o.Seller.ID != page.BuyBox.Seller.ID {
			return o.Seller.ID, o.Seller.Name, nil
		}
	}
	return shop.NewID("sel_"), "Newcomer", nil
}

// send uploads a file of which two rows are good.
func (d *demo) send(ctx context.Context, s *shop.Seller, productID string) error {
	file := "product-id;Stock;Warehouse\r\n" +
		productID + ";25;us-west-1\r\n" +
		productID + ";2.5;us-west-1\r\n" +
		"B00-UNKNOWN;4;us-west-1\r\n" +
		productID + ";15;us-east-1\r\n"
	began := time.Now()
	f, err := s.Send(ctx, "inventory", "csv", []byte(file))
	if err != nil {
		return err
	}
	d.p.step("POST /seller/v1/feeds", "stock.csv, 4 rows, uploaded to the address that came back")
	if f, err = s.Await(ctx, f.ID); err != nil {
		return err
	}
	d.p.step("GET /seller/v1/feeds/{feed_id}", "%s after %s: %d rows, %d written, %d refused", f.State, seconds(began), f.Counts.Rows,
		f.Counts.Written, f.Counts.Refused)
	if f.State != "DONE_WITH_ERRORS" || f.Counts.Written+f.Counts.Unchanged != 2 || f.Counts.Refused != 2 {
		return fmt.Errorf("wanted 2 of 4 rows: %+v", f)
	}
	report, err := s.Report(ctx, f.ID)
	if err != nil {
		return err
	}
	d.p.step("GET …/{feed_id}/report", "the rows that were refused")
	for line := range strings.Lines(report) {
		d.p.detail("%s", strings.TrimSpace(line))
	}
	return nil
}

func seconds(since time.Time) string { return fmt.Sprintf("%.1f s", time.Since(since).Seconds()) }

// undercut asks for the price that wins, sets it, and sees everything follow.
func (d *demo) undercut(ctx context.Context, visitor *shop.Client, s *shop.Seller, page product) error {
	path := "/seller/v1/offers/" + page.ID
	own, etag, err := ownOffer(ctx, s, path, page.BuyBox.Price)
	if err != nil {
		return err
	}
	price, err := priceToWin(ctx, s, path, page.BuyBox.Price, own.Price)
	if err != nil {
		return err
	}
	d.p.step("GET …/price-to-win", "the buy box is %s's at %s; ours is %s, and %s wins", page.BuyBox.Seller.Name, money(page.BuyBox.Price),
		money(own.Price), money(price))
	before := own.Price
	own.Price = price
	began := time.Now()
	if _, err := s.Call(ctx, http.MethodPut, path, own, nil, shop.With("If-Match", etag)); err != nil {
		return err
	}
	d.p.step("PUT /seller/v1/offers/{product_id}", "%s → %s", money(before), money(price))
	return d.shown(ctx, visitor, s, page, price, began)
}

// offerTerms are what a seller puts of an offer.
type offerTerms struct {
	Price       amount `json:"price"`
	Shipping    amount `json:"shipping"`
	Condition   string `json:"condition"`
	Fulfillment string `json:"fulfillment"`
	SKU         string `json:"sku,omitempty"`
}

// ownOffer is the seller's offer with its ETag; one that has none makes one at the price of the buy box.
func ownOffer(ctx context.Context, s *shop.Seller, path string, price amount) (own offerTerms, etag string, err error) {
	a, err := s.Do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return own, "", err
	}
	if a.Status == http.StatusNotFound {
		first := offerTerms{Price: price, Shipping: amount{0, price.Currency}, Condition: "new", Fulfillment: "rialto"}
		a, err = s.Call(ctx, http.MethodPut, path, first, &own)
	} else {
		err = a.Into(&own)
	}
	return own, a.Header.Get("ETag"), err
}

// priceToWin is the price at which the seller's offer wins the buy box.
func priceToWin(ctx context.Context, s *shop.Seller, path string, buyBox, own amount) (amount, error) {
	var answer struct {
		ToWin *struct {
			Price *amount `json:"price"`
		} `json:"price_to_win"`
	}
	if _, err := s.Call(ctx, http.MethodGet, path+"/price-to-win", nil, &answer); err != nil {
		return amount{}, err
	}
	price := amount{buyBox.Amount / 2, own.Currency} // which wins against anything
	if answer.ToWin != nil && answer.ToWin.Price != nil && answer.ToWin.Price.Amount > 0 {
		price = *answer.ToWin.Price
	}
	if price == own {
		price.Amount--
	}
	return price, nil
}

// shown waits until the list of offers, the product page and search show the seller's price.
func (d *demo) shown(ctx context.Context, visitor *shop.Client, s *shop.Seller, page product, price amount, began time.Time) error {
	for _, c := range []struct {
		what string
		seen func() (bool, error)
	}{
		{"the list of offers shows it", func() (bool, error) { return d.listed(ctx, visitor, page.ID, s.ID, price) }},
		{"the product page's buy box shows it", func() (bool, error) {
			var p product
			_, err := visitor.Call(ctx, http.MethodGet, "/api/v1/products/"+page.ID, nil, &p)
			return p.BuyBox.Seller.ID == s.ID && p.BuyBox.Price == price && p.BuyBox.InStock, err
		}},
		{"search shows it", func() (bool, error) {
			var r result
			_, err := visitor.Call(ctx, http.MethodGet, "/api/v1/products/search?size=50&q="+url.QueryEscape(page.Title), nil, &r)
			for _, h := range r.Hits {
				if h.ID == page.ID {
					return h.BuyBox.Seller.ID == s.ID && h.BuyBox.Price == price, err
				}
			}
			return false, err
		}},
	} {
		if err := d.follow(ctx, began, c.what, c.seen); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) listed(ctx context.Context, c *shop.Client, productID, sellerID string, price amount) (bool, error) {
	var list struct {
		Offers []struct {
			Seller struct {
				ID string `json:"seller_id"`
			}
			Price amount
		}
	}
	_, err := c.Call(ctx, http.MethodGet, "/api/v1/products/"+productID+"/offers", nil, &list)
	for _, o := range list.Offers {
		if o.Seller.ID == sellerID && o.Price == price {
			return true, err
		}
	}
	return false, err
}

// follow polls until something is seen, and prints how long that took.
func (d *demo) follow(ctx context.Context, began time.Time, what string, seen func() (bool, error)) error {
	for deadline := began.Add(time.Minute); ; {
		ok, err := seen()
		if err != nil {
			return err
		}
		if ok {
			d.p.detail("%-36s after %s", what, seconds(began))
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: not in a minute", what)
		}
		if err := shop.Pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}
