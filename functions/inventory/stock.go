package inventory

import (
	"regexp"
	"slices"

	"rialto/functions/marketplaces"
)

// SKU is one seller's units of one product.
type SKU struct {
	ProductID string `json:"product_id" dynamodbav:"product_id"`
	SellerID  string `json:"seller_id" dynamodbav:"seller_id"`
}

// String returns "<product_id>#<seller_id>", which is also the id of a cart's line of that sku.
func (s SKU) String() string { return s.ProductID + "#" + s.SellerID }

// Stock is a sku's units in one centre, or in one shard of it, with its ledger. All counts are units; none but Moved
// and Adjusted is ever negative; Received, Shipped and Returned only grow.
type Stock struct {
	SKU
	Centre    string `json:"fulfillment_center_id" dynamodbav:"fulfillment_center_id"`
	Available int64  `json:"available" dynamodbav:"available"` // free to be held
	Received  int64  `json:"received" dynamodbav:"received"`
	Shipped   int64  `json:"shipped" dynamodbav:"shipped"`
	Returned  int64  `json:"returned" dynamodbav:"returned"`
	Version   int64  `json:"version" dynamodbav:"version"`   // grows by 1 with every change
	Out       int64  `json:"-" dynamodbav:"out"`             // in holds that are HELD or COMMITTED
	Adjusted  int64  `json:"-" dynamodbav:"adjusted"`        // found, less lost, in the seller's counts
	Moved     int64  `json:"-" dynamodbav:"moved"`           // came from other shards, less went to them
	Debt      int64  `json:"-" dynamodbav:"debt"`            // lost, but not yet taken from what was free
	Shard     int    `json:"-" dynamodbav:"shard,omitempty"` // 0 for a stock item that was never divided
	// Committed are those of Out that are known to be sold; only what sellers see has it. What is not, checkouts hold.
	Committed int64 `json:"-" dynamodbav:"-"`
	// Divided tells of all units in a centre that they are hot: more than one item bears is drawn on them.
	Divided bool `json:"divided,omitempty" dynamodbav:"-"`
}

// Available returns the free units of a sku in all centres together.
func Available(stock []Stock, sku SKU) int64 {
	var n int64
	for _, s := range stock {
		if s.SKU == sku {
			n += s.Available
		}
	}
	return n
}

// Reaching returns the units that may be sold in a marketplace, or in a country: those of centres in its customs area.
func Reaching(stock []Stock, country string) []Stock {
	return slices.DeleteFunc(slices.Clone(stock), func(s Stock) bool { return !marketplaces.Reaches(s.Centre, country) })
}

// Sum is the units of all shards of a sku in a centre.
func Sum(sku SKU, centre string, shards []Stock) Stock {
	sum := Stock{SKU: sku, Centre: centre, Divided: true}
	for _, s := range shards {
		sum.Available, sum.Received, sum.Shipped, sum.Returned = sum.Available+s.Available, sum.Received+s.Received, sum.Shipped+s.Shipped,
			sum.Returned+s.Returned
		sum.Out, sum.Adjusted, sum.Debt = sum.Out+s.Out, sum.Adjusted+s.Adjusted, sum.Debt+s.Debt
	}
	return sum
}

// Held is how many units checkouts hold.
func (s Stock) Held() int64 { return s.Out - s.Committed }

// OnHand is how many units should lie on the shelf: what is sold and has not left too.
func (s Stock) OnHand() int64 { return s.Available + s.Out - s.Debt }

// Band is what a shopper learns about a number of free units.
type Band string

const (
	None   Band = "none"   // 0
	Low    Band = "low"    // 1 to 5
	Plenty Band = "plenty" // more
)

// BandOf returns the band of a number of units.
func BandOf(available int64) Band {
	switch {
	case available <= 0:
		return None
	case available <= 5:
		return Low
	}
	return Plenty
}

// BandChange is the data of the event StockBandChanged: a sku's units in one centre crossed into a band.
type BandChange struct {
	ProductID string `json:"product_id"`
	SellerID  string `json:"seller_id"`
	Centre    string `json:"fulfillment_center_id"`
	Band      Band   `json:"band"`
	Available int64  `json:"available"`
}

// Crossed returns the event of a change of stock, and whether there is one. before is nil for new stock.
func Crossed(before *Stock, after Stock) (BandChange, bool) {
	band := BandOf(after.Available)
	if before != nil && BandOf(before.Available) == band {
		return BandChange{}, false
	}
	return BandChange{after.ProductID, after.SellerID, after.Centre, band, after.Available}, true
}

// id is what a product, seller, centre, order or receipt may be called. It holds no '#' and no '!', which
// separate the parts of keys.
var id = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
