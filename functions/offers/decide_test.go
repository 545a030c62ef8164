package offers_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/offers"
)

var product = ids.Derive(ids.Product, "boots")

func seller(name string) string { return ids.Derive(ids.Seller, name) }

func offer(name string, price, shipping int64) offers.Offer {
	o := offers.Offer{ProductID: product, SellerID: seller(name), SellerName: name, Marketplace: "US", Price: money.Of(price, "USD"), Shipping: money.Of(shipping, "USD"),
		Condition: offers.New, Fulfilment: offers.ByRialto, Version: 1}
	o.ID = o.Key().ID()
	return o
}

func candidates(t *rapid.T) []offers.Candidate {
	var list []offers.Candidate
	for i := range rapid.IntRange(0, 8).Draw(t, "n") {
		o := offer(fmt.Sprint(i), rapid.Int64Range(1, 5).Draw(t, "price"), rapid.Int64Range(0, 3).Draw(t, "shipping"))
		o.Paused = rapid.IntRange(0, 3).Draw(t, "paused") == 0
		list = append(list, offers.Candidate{Offer: o, Available: rapid.Int64Range(0, 2).Draw(t, "available")})
	}
	return list
}

func TestDecide(t *testing.T) {
	t.Parallel()
	paused := offer("p", 1, 0)
	paused.Paused = true
	cheap, dear, tie := offer("cheap", 100, 50), offer("dear", 120, 40), offer("tie", 150, 0)
	first := cheap
	if tie.SellerID < cheap.SellerID {
		first = tie
	}
	for name, c := range map[string]struct {
		list []offers.Candidate
		want offers.Decision
	}{
		"nobody":                 {nil, offers.Decision{}},
		"all paused":             {[]offers.Candidate{{paused, 5}}, offers.Decision{}},
		"landed, not price":      {[]offers.Candidate{{offer("x", 90, 100), 5}, {dear, 1}}, offers.Decision{Offer: dear, InStock: true, Offers: 2}},
		"cheaper without stock":  {[]offers.Candidate{{cheap, 0}, {dear, 1}, {paused, 9}}, offers.Decision{Offer: dear, InStock: true, Offers: 2}},
		"nobody has it":          {[]offers.Candidate{{dear, 0}, {cheap, 0}}, offers.Decision{Offer: cheap, InStock: false, Offers: 2}},
		"tie goes to the first":  {[]offers.Candidate{{cheap, 1}, {tie, 1}}, offers.Decision{Offer: first, InStock: true, Offers: 2}},
		"negative stock is none": {[]offers.Candidate{{cheap, -1}, {dear, 1}}, offers.Decision{Offer: dear, InStock: true, Offers: 2}},
	} {
		if d := cmp.Diff(c.want, offers.Decide(c.list)); d != "" {
			t.Error(name, d)
		}
	}
}

func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := candidates(t)
		if d := cmp.Diff(offers.Decide(list), offers.Decide(rapid.Permutation(list).Draw(t, "order"))); d != "" {
			t.Fatal(d)
		}
	})
}

func TestWhoWinsIsInStockOpenAndCheapest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := candidates(t)
		d := offers.Decide(list)
		open, stocked := 0, false
		for _, c := range list {
			if c.Offer.Paused {
				continue
			}
			open++
			stocked = stocked || c.Available > 0
			if (c.Available > 0) == d.InStock && total(c.Offer) < total(d.Offer) {
				t.Fatalf("%v is cheaper than %v", c, d)
			}
			if c.Offer == d.Offer && (c.Available > 0) != d.InStock {
				t.Fatalf("%v has %d units", d, c.Available)
			}
		}
		if d.Offers != open || d.InStock != stocked || (open > 0) != (d.Offer.SellerID != "") || d.Offer.Paused {
			t.Fatalf("%+v of %d open, stock %v", d, open, stocked)
		}
	})
}

func TestALowerPriceNeverLosesAWonBox(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := candidates(t)
		won := offers.Decide(list)
		if won.Offers == 0 {
			t.Skip("nobody offers it")
		}
		for i := range list {
			if list[i].Offer.SellerID == won.Offer.SellerID {
				list[i].Offer.Price.Minor -= rapid.Int64Range(0, list[i].Offer.Price.Minor).Draw(t, "cut")
			}
		}
		if d := offers.Decide(list); d.Offer.SellerID != won.Offer.SellerID || d.InStock != won.InStock {
			t.Fatalf("%v lost to %v", won, d)
		}
	})
}

func total(o offers.Offer) int64 { return o.Price.Minor + o.Shipping.Minor }
