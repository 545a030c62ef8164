package fulfillment

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// Counts is what became of a seller's orders. ToShip and what follows count the shipments that the seller ships: what
// Rialto ships is Rialto's to answer for.
type Counts struct {
	Orders    int64
	Units     int64
	ToShip    int64
	Confirmed int64
	Late      int64 // confirmed after ShipBy
	HeldBack  int64 // confirmed, and could not be charged for any more
	Cancelled int64 // never confirmed, or not to be shipped as the seller said
}

// Add sums counts.
func (c Counts) Add(d Counts) Counts {
	return Counts{c.Orders + d.Orders, c.Units + d.Units, c.ToShip + d.ToShip, c.Confirmed + d.Confirmed, c.Late + d.Late,
		c.HeldBack + d.HeldBack, c.Cancelled + d.Cancelled}
}

// Counts is what a new order counts as.
func (o SellerOrder) Counts() Counts {
	c := Counts{Orders: 1}
	for _, l := range o.Lines {
		c.Units += l.Quantity
	}
	for _, p := range o.Shipments {
		if p.BySeller {
			c.ToShip++
		}
	}
	return c
}

// Counted is what a shipment's step from a state counts as. Each step is taken once, so each counts once.
func Counted(before State, s Shipment) Counts {
	var c Counts
	switch {
	case !s.BySeller() || before == s.State:
	case before == Pending && s.State == Packed:
		c.Confirmed = 1
		if s.UpdatedAt.After(s.ShipBy) {
			c.Late = 1
		}
	case s.State == HeldBack && s.Attempt == 0:
		c.HeldBack = 1
	case s.State != Cancelled || before != Pending:
	case s.Short(): // it counts already
	case s.CancelledFor.By() == Shopper || s.CancelledFor.By() == Operator:
		c.ToShip = -1 // it is not the seller's to ship any more, and no fault of the seller's
	default:
		c.Cancelled = 1
	}
	return c
}

// CountedCut is what a cut of a shipment counts as: one that its seller cannot ship whole counts as one that is not shipped, once.
func CountedCut(before, s Shipment) (c Counts) {
	if s.Short() && !before.Short() {
		c.Cancelled = 1
	}
	return c
}

// Grade is how a seller does.
type Grade string

// The grades.
const (
	New    Grade = "new"     // too few shipments to tell
	Good   Grade = "good"    // all rates within their limits
	AtRisk Grade = "at_risk" // one beyond its limit
	Poor   Grade = "poor"    // one beyond twice its limit
)

// The limits, in basis points, and how many shipments it takes to be graded.
const (
	lateLimit   = 400
	defectLimit = 100
	enough      = 10
)

// Performance is a seller's counts as rates, in basis points.
type Performance struct {
	Counts
	LateRate   int64 // of what was confirmed
	DefectRate int64 // of what was to ship
	Grade      Grade
	Rating     int64 // hundredths of a star, 0 for none
	Ratings    int64
	From, To   string // the days that are counted, by when orders were placed
}

// Judge makes rates of counts, and a grade of the rates.
func Judge(c Counts) Performance {
	p := Performance{Counts: c, LateRate: rate(c.Late, c.Confirmed), DefectRate: rate(c.HeldBack+c.Cancelled, c.ToShip), Grade: Good}
	worst := max(p.LateRate*defectLimit, p.DefectRate*lateLimit) // both over the same denominator
	switch limit := int64(lateLimit * defectLimit); {
	case c.ToShip < enough:
		p.Grade = New
	case worst > 2*limit:
		p.Grade = Poor
	case worst > limit:
		p.Grade = AtRisk
	}
	return p
}

func rate(part, whole int64) int64 {
	if whole == 0 {
		return 0
	}
	return part * 10_000 / whole
}

// window is how many days of orders a performance is about, today's included.
const window = 30

// Performance tells how a seller did with the orders of the last 30 days.
func (s *SellerService) Performance(ctx context.Context, seller string) (Performance, error) {
	today := s.Now().UTC()
	from, to := today.AddDate(0, 0, 1-window).Format(time.DateOnly), today.Format(time.DateOnly)
	var counts Counts
	var rating, ratings int64
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { counts, err = s.Sellers.Counts(ctx, seller, from, to); return err })
	g.Go(func() (err error) { rating, ratings, err = s.Ratings.Rating(ctx, seller); return err })
	if err := g.Wait(); err != nil {
		return Performance{}, err
	}
	p := Judge(counts)
	p.Rating, p.Ratings, p.From, p.To = rating, ratings, from, to
	return p, nil
}
