package offers_test

import (
	"fmt"
	"slices"
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
	o := offers.Offer{ProductID: product, SellerID: seller(name), SellerName: name, Marketplace: "US", Price: money.Of(price, "USD"),
		Shipping:  money.Of(shipping, "USD"),
		Condition: offers.New, Fulfillment: offers.ByRialto, Version: 1}
	o.ID = o.Key().ID()
	return o
}

// prices are close to each other, so that other factors decide, or anything that is valid.
var prices = rapid.OneOf(rapid.Int64Range(1, 5), rapid.Int64Range(1000, 1100), rapid.Int64Range(1, offers.MaxAmount))

func candidates(t *rapid.T) []offers.Candidate {
	var list []offers.Candidate
	for i := range rapid.IntRange(0, 8).Draw(t, "n") {
		o := offer(fmt.Sprint(i), prices.Draw(t, "price"), rapid.Int64Range(0, 3).Draw(t, "shipping"))
		o.Paused = rapid.IntRange(0, 3).Draw(t, "paused") == 0
		if rapid.Bool().Draw(t, "by seller") {
			o.Fulfillment, o.DeliveryDays = offers.BySeller, rapid.Int64Range(0, 30).Draw(t, "days")
		}
		list = append(list, offers.Candidate{Offer: o, Available: rapid.Int64Range(0, 8).Draw(t, "available"),
			Rating: rapid.SampledFrom([]int64{0, 100, 317, 400, 500}).Draw(t, "rating")})
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
	used, mended := offer("used", 10, 0), offer("mended", 20, 0)
	used.Condition, mended.Condition = offers.Used, offers.Refurbished
	fast, slow := offer("fast", 1000, 0), offer("slow", 960, 0)
	slow.Fulfillment, slow.DeliveryDays = offers.BySeller, 5
	decided := func(o offers.Offer, inStock bool, n int, score, rating, days int64) offers.Decision {
		return offers.Decision{Offer: o, InStock: inStock, Offers: n, Score: score, Rating: rating, DeliveryDays: days}
	}
	for name, c := range map[string]struct {
		list []offers.Candidate
		want offers.Decision
	}{
		"nobody":                 {nil, offers.Decision{}},
		"all paused":             {[]offers.Candidate{{paused, 5, 0}}, offers.Decision{}},
		"landed, not price":      {[]offers.Candidate{{offer("x", 90, 100), 5, 0}, {dear, 1, 0}}, decided(dear, true, 2, 1085, 400, 2)},
		"cheaper without stock":  {[]offers.Candidate{{cheap, 0, 500}, {dear, 1, 100}, {paused, 9, 0}}, decided(dear, true, 2, 710, 100, 2)},
		"nobody has it":          {[]offers.Candidate{{dear, 0, 0}, {cheap, 0, 0}}, decided(cheap, false, 2, 1035, 400, 2)},
		"tie goes to the first":  {[]offers.Candidate{{cheap, 1, 0}, {tie, 1, 0}}, decided(first, true, 2, 1085, 400, 2)},
		"negative stock is none": {[]offers.Candidate{{cheap, -1, 0}, {dear, 1, 0}}, decided(dear, true, 2, 1085, 400, 2)},
		"fast beats cheap":       {[]offers.Candidate{{fast, 1, 0}, {slow, 1, 0}}, decided(fast, true, 2, 1085, 400, 2)},
		"well rated":             {[]offers.Candidate{{fast, 1, 300}, {slow, 9, 500}}, decided(slow, true, 2, 840, 500, 5)},
		"new before used":        {[]offers.Candidate{{used, 9, 500}, {mended, 9, 500}, {dear, 1, 100}}, decided(dear, true, 3, 710, 100, 2)},
		"refurbished then used":  {[]offers.Candidate{{used, 9, 500}, {mended, 9, 500}, {dear, 0, 0}}, decided(mended, true, 3, 1260, 500, 2)},
		"plenty beats few":       {[]offers.Candidate{{cheap, 5, 0}, {tie, 6, 0}}, decided(tie, true, 2, 1135, 400, 2)},
	} {
		if d := cmp.Diff(c.want, offers.Decide(c.list)); d != "" {
			t.Error(name, d)
		}
	}
}

// The explanation is the rule: what an offer counts as follows from its factors alone, and the winner counts as least.
func TestFactorsExplainWhoWins(t *testing.T) {
	t.Parallel()
	counts := func(c offers.Candidate) (n int64, price string) {
		left := int64(0)
		for i, f := range c.Factors() {
			if f.Points < 0 || f.Points > f.Weight {
				return -1, f.Name
			}
			if i == 0 {
				left, price = f.Weight, f.Value
			}
			left -= f.Points
		}
		return left * total(c.Offer), price
	}
	rapid.Check(t, func(t *rapid.T) {
		list := candidates(t)
		d := offers.Decide(list)
		for _, c := range list {
			n, price := counts(c)
			if n < 0 || price != fmt.Sprint(total(c.Offer)) || c.Score() > offers.MaxScore {
				t.Fatalf("%v: %v %v", c.Factors(), n, price)
			}
			for _, w := range list {
				if w.Offer == d.Offer && !c.Offer.Paused && (c.Available > 0) == d.InStock {
					if best, _ := counts(w); n < best {
						t.Fatalf("%v counts as %d, the winner %v as %d", c, n, w, best)
					}
				}
			}
		}
	})
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

func TestWhoWinsIsOpenAndInStockIfAnybodyIs(t *testing.T) {
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
			if c.Offer == d.Offer && (c.Available > 0) != d.InStock {
				t.Fatalf("%v has %d units", d, c.Available)
			}
		}
		if d.Offers != open || d.InStock != stocked || (open > 0) != (d.Offer.SellerID != "") || d.Offer.Paused {
			t.Fatalf("%+v of %d open, stock %v", d, open, stocked)
		}
	})
}

// One who loses changes nothing for the others by leaving.
func TestALoserDecidesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := candidates(t)
		won := offers.Decide(list)
		if len(list) < 2 {
			t.Skip("nobody to leave")
		}
		i := rapid.IntRange(0, len(list)-1).Draw(t, "leaves")
		if list[i].Offer == won.Offer {
			t.Skip("it won")
		}
		if d := offers.Decide(slices.Delete(slices.Clone(list), i, i+1)); d.Offer != won.Offer || d.InStock != won.InStock {
			t.Fatalf("%v won, without a loser %v", won, d)
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

// At the price to win the offer has the box, at one minor unit more it has not; where there is none, no price helps.
func TestPriceToWin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := candidates(t)
		if len(list) == 0 {
			t.Skip("nobody offers it")
		}
		i := rapid.IntRange(0, len(list)-1).Draw(t, "own")
		wins := func(landed int64) bool {
			changed := slices.Clone(list)
			changed[i].Offer.Price.Minor, changed[i].Offer.Shipping.Minor = landed, 0
			d := offers.Decide(changed)
			return d.InStock && d.Offer.SellerID == list[i].Offer.SellerID
		}
		landed, why := offers.WinningPrice(list, list[i].Offer.SellerID)
		switch why {
		case "":
			if !wins(landed) || wins(landed+1) {
				t.Fatalf("%d: wins %v, one more %v", landed, wins(landed), wins(landed+1))
			}
		case offers.NoRival:
			if landed != 2*offers.MaxAmount || !wins(landed) {
				t.Fatalf("%d with no rival: wins %v", landed, wins(landed))
			}
		default:
			own := list[i]
			said := why == offers.Paused && own.Offer.Paused || why == offers.OutOfStock && own.Available <= 0 || why == offers.Unbeatable
			if !said || landed != 0 || wins(1) {
				t.Fatalf("%s, %d, of %+v: wins %v", why, landed, own, wins(1))
			}
		}
	})
}

func total(o offers.Offer) int64 { return o.Price.Minor + o.Shipping.Minor }
