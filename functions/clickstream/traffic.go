package clickstream

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/offers"
)

// Traffic is what one shard told of a product in an hour: how many sessions looked at its page, how often, and what was bought of whom.
type Traffic struct {
	ProductID, Marketplace string
	Hour                   time.Time
	Shard                  string
	Visits, Views          int64
	Sold                   map[string]Sold // by seller
}

// Sold is what one seller sold.
type Sold struct {
	Orders int64 `dynamodbav:"orders"`
	Units  int64 `dynamodbav:"units"`
}

// product is what traffic is counted of.
type product struct{ marketplace, id string }

// trafficOf counts an hour of a shard, of which bots and copies are taken out.
func trafficOf(hour time.Time, shard string, events []Row) map[product]Traffic {
	out, visits := map[product]Traffic{}, map[product]map[string]bool{}
	of := func(r Row, id string) (product, Traffic) {
		k := product{r.Marketplace, id}
		if t, there := out[k]; there {
			return k, t
		}
		visits[k] = map[string]bool{}
		return k, Traffic{ProductID: id, Marketplace: r.Marketplace, Hour: hour, Shard: shard, Sold: map[string]Sold{}}
	}
	for _, r := range events {
		switch {
		case r.Action == ViewItem && r.Origin == Browser:
			for _, id := range r.products() {
				k, t := of(r, id)
				visits[k][r.Session] = true
				t.Views++
				t.Visits = int64(len(visits[k]))
				out[k] = t
			}
		case r.Action == Purchase:
			ordered := map[[2]string]bool{} // a product may stand in two lines of an order
			for _, i := range r.Items {
				k, t := of(r, i.ItemID)
				sold := t.Sold[i.SellerID]
				if line := [2]string{i.ItemID, i.SellerID}; !ordered[line] {
					sold.Orders++
					ordered[line] = true
				}
				sold.Units += i.Quantity
				t.Sold[i.SellerID] = sold
				out[k] = t
			}
		}
	}
	return out
}

// products that a row is about, each once.
func (r Row) products() []string {
	var list []string
	if r.ObjectField == "product_id" {
		list = append(list, r.ObjectID)
	}
	for _, i := range r.Items {
		list = append(list, i.ItemID)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// changed is the traffic of now that differs from that of before, or of which a part is doubted: a run that was killed may have counted
// that. Of what is gone nothing is left but zeros.
func changed(before, now, doubted map[product]Traffic) []Traffic {
	var list []Traffic
	for k, t := range now {
		_, doubt := doubted[k]
		if b, there := before[k]; doubt || !there || b.Visits != t.Visits || b.Views != t.Views || !maps.Equal(b.Sold, t.Sold) {
			list = append(list, t)
		}
	}
	gone := maps.Clone(before)
	maps.Copy(gone, doubted)
	for k, b := range gone {
		if _, there := now[k]; !there {
			b.Visits, b.Views, b.Sold = 0, 0, nil
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b Traffic) int {
		return cmp.Or(cmp.Compare(a.Marketplace, b.Marketplace), cmp.Compare(a.ProductID, b.ProductID))
	})
	return list
}

// Counts keeps traffic.
type Counts interface {
	// Count keeps what rows raw rows of an hour of a shard come to, unless more of them were counted before.
	Count(ctx context.Context, list []Traffic, rows int) error
	// Traffic lists what is kept of a product from one day to another, both included.
	Traffic(ctx context.Context, productID, marketplace string, from, to time.Time) ([]Traffic, error)
}

// Offers tells whether a seller offers a product.
type Offers interface {
	// Get fails with offer_not_found if there is none.
	Get(ctx context.Context, k offers.Key) (offers.Offer, error)
}

// TrafficDay is a day of a product, UTC. Orders and Units are the seller's own.
type TrafficDay struct {
	Day           time.Time
	Visits, Views int64
	Few           bool // fewer than FewestVisits looked: how many is not told
	Orders, Units int64
}

// FewestVisits are how many visits a day must have had for its numbers to be told: of fewer, a seller who knows who looked could tell how
// often they did.
const FewestVisits = 10

// trafficDays is how many days are asked for at most, and if nothing is said.
const (
	mostTrafficDays  = 90
	usualTrafficDays = 30
)

var errTrafficDays = fault.New(fault.Invalid, "invalid_days", "traffic is told of 1 to %d days, from a first day to a last", mostTrafficDays).
	With(fault.Field{Pointer: "query.from", Code: "invalid_days", Message: "must be a day up to to, and at most 89 before it"})

// Audience tells sellers who comes to what they offer.
type Audience struct {
	Counts Counts
	Offers Offers
	Now    func() time.Time
}

// Traffic tells of a product that the seller of the key offers, day by day, the first first. The zero times are today and the 30 days
// up to it. Errors: invalid_days, offer_not_found.
func (a *Audience) Traffic(ctx context.Context, k offers.Key, from, to time.Time) ([]TrafficDay, error) {
	if to.IsZero() {
		to = a.Now().UTC().Truncate(24 * time.Hour)
	}
	if from.IsZero() {
		from = to.AddDate(0, 0, 1-usualTrafficDays)
	}
	if from.After(to) || !from.AddDate(0, 0, mostTrafficDays).After(to) {
		return nil, errTrafficDays
	}
	if _, err := a.Offers.Get(ctx, k); err != nil {
		return nil, err
	}
	list, err := a.Counts.Traffic(ctx, k.ProductID, k.Marketplace, from, to)
	if err != nil {
		return nil, err
	}
	return daily(list, k.SellerID, from, to), nil
}

// daily sums a product's traffic up, for one of its sellers.
func daily(list []Traffic, seller string, from, to time.Time) (days []TrafficDay) {
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		days = append(days, TrafficDay{Day: day})
	}
	for _, t := range list {
		n := int(t.Hour.Sub(from) / (24 * time.Hour)) // days of UTC are as long as each other
		if t.Hour.Before(from) || n >= len(days) {
			continue
		}
		d, own := &days[n], t.Sold[seller]
		d.Visits, d.Views, d.Orders, d.Units = d.Visits+t.Visits, d.Views+t.Views, d.Orders+own.Orders, d.Units+own.Units
	}
	for n := range days {
		if d := &days[n]; d.Visits < FewestVisits {
			d.Few, d.Visits, d.Views = true, 0, 0
		}
	}
	return days
}
