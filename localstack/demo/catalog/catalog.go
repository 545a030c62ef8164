package catalog

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
)

// Catalog is what is loaded: products, who offers them, and what is in stock.
type Catalog struct {
	Categories []Category
	Products   []Product
	Offers     []Offer
	Receipts   []Receipt
}

// Category is the readable name of a category id.
type Category struct {
	ID   string `json:"category_id"`
	Name string `json:"name"`
}

// Product is a row of the function catalog-import.
type Product struct {
	ID          string            `json:"product_id"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Brand       string            `json:"brand"`
	Bullets     []string          `json:"bullets"`
	CategoryID  string            `json:"category_id"`
	Path        []string          `json:"category_path"`
	Attributes  map[string]string `json:"attributes"`
	Images      []string          `json:"images"`
	OwnerID     string            `json:"owner_id"`
}

// Money is minor units of a currency.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Offer is a row of the function offers-import.
type Offer struct {
	ProductID   string `json:"product_id"`
	SellerID    string `json:"seller_id"`
	SellerName  string `json:"seller_name"`
	Marketplace string `json:"marketplace"`
	Price       Money  `json:"price"`
	Shipping    Money  `json:"shipping"`
	Condition   string `json:"condition"`
	Fulfillment string `json:"fulfillment"`
}

// Receipt is a row of the function inventory-receive. Its id is derived from what it is of, so that loading a
// catalog twice receives nothing twice.
type Receipt struct {
	ID                  string `json:"receipt_id"`
	ProductID           string `json:"product_id"`
	SellerID            string `json:"seller_id"`
	FulfillmentCenterID string `json:"fulfillment_center_id"`
	Quantity            int64  `json:"quantity"`
}

type seller struct{ id, name string }

// sellers are the three of every catalog here.
var sellers = []seller{
	{derive("sel_", "north"), "Northgate Supply"},
	{derive("sel_", "harbor"), "Harbour Row"},
	{derive("sel_", "summit"), "Saltmarsh Traders"},
}

// centers are where stock lies; their names say where they are (functions/inventory/distance.go).
var centers = []string{"us-west-1", "us-east-1", "de-north-1"}

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// derive makes an id of the form that the functions accept, always the same for the same parts.
func derive(prefix string, parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return prefix + lowerBase32.EncodeToString(sum[:16])
}

// number returns a number below n, always the same for the same parts.
func number(n int64, parts ...any) int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	var v uint64
	for _, b := range sum[:8] {
		v = v<<8 | uint64(b)
	}
	return int64(v % uint64(n))
}

// sell gives a product at least the given number of the three sellers, mostly one, around a price in US cents; each
// has stock in one center, some in two, and a few sell in Germany too.
func (c *Catalog) sell(p Product, cents int64, least int64) {
	n := max(least, []int64{1, 1, 1, 1, 1, 1, 2, 2, 2, 3}[number(10, p.ID, "sellers")])
	first := number(3, p.ID, "first")
	for i := range n {
		s := sellers[(first+i)%3]
		price := max(1, cents*(96+number(16, p.ID, s.id))/100)
		shipping := []int64{0, 0, 399, 599}[number(4, p.ID, s.id, "shipping")]
		fulfillment := []string{"rialto", "seller"}[number(2, p.ID, s.id, "by")]
		c.Offers = append(c.Offers, Offer{p.ID, s.id, s.name, "US", Money{price, "USD"}, Money{shipping, "USD"}, "new", fulfillment})
		if number(12, p.ID, s.id, "DE") == 0 {
			c.Offers = append(c.Offers, Offer{p.ID, s.id, s.name, "DE", Money{max(1, price*93/100), "EUR"}, Money{shipping, "EUR"}, "new",
				fulfillment})
		}
		for k := range 1 + number(5, p.ID, s.id, "centres")/4 {
			center := centers[(number(3, p.ID, s.id)+k)%3]
			if units := number(120, p.ID, s.id, center); units > 0 {
				c.Receipts = append(c.Receipts, Receipt{derive("rcp_", p.ID, s.id, center), p.ID, s.id, center, units})
			}
		}
	}
}
