package fulfillment

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// Orders reads orders.
type Orders interface {
	Get(ctx context.Context, orderID string) (orders.Order, bool, error)
}

// History reads orders, and lists those of a customer.
type History interface {
	Orders
	// History returns up to limit orders of a customer that were placed in a period, newest first, and where the next page begins.
	History(ctx context.Context, customerID string, in orders.Period, limit int, after orders.Position) ([]orders.Order, orders.Position, error)
}

// Payments tells what was taken of an order's money and what of that was given back, in minor units of its currency.
type Payments interface {
	Balance(ctx context.Context, orderID string) (captured, refunded int64, err error)
}

// Images finds the pictures that products show first, by product; those without one are left out.
type Images interface {
	FirstImages(ctx context.Context, products ...string) (map[string]string, error)
}

// OrderService is what customers ask and say of their orders. What an order was when it was placed stands in it; where its units
// and its money are now, this context and payments know.
type OrderService struct {
	Orders    History
	Shipments Shipments
	Returns   interface {
		OfOrder(ctx context.Context, orderID string) ([]Return, error)
	}
	Payments  Payments
	Images    Images
	Addresses Addresses
	Places    Places
	Now       func() time.Time
	Pace      time.Duration // as ShipmentService has it
}

// Life is an order with what became of it.
type Life struct {
	orders.Order
	Lines     []LineLife
	Status    string
	Paid      money.Amount // that was taken
	Refunded  money.Amount // that was given back
	Cancelled money.Amount // that will not be taken
}

// LineLife is a line with what became of its units.
type LineLife struct {
	orders.Line
	Image  string // "" for none
	Status string
	Progress
	CancelledBy []Actor // who cancelled units of it, the first first
}

// Progress is where units are. What is counted as Cancelled or Returned is counted nowhere else but in All.
type Progress struct {
	All, HeldBack, Packed, Shipped, Delivered, Cancelled, Returned int64
}

func (p *Progress) add(o Progress) {
	p.All, p.HeldBack, p.Packed, p.Shipped = p.All+o.All, p.HeldBack+o.HeldBack, p.Packed+o.Packed, p.Shipped+o.Shipped
	p.Delivered, p.Cancelled, p.Returned = p.Delivered+o.Delivered, p.Cancelled+o.Cancelled, p.Returned+o.Returned
}

// status is the word for all of some units together.
func (p Progress) status() string {
	kept := p.All - p.Cancelled - p.Returned
	switch {
	case p.Cancelled == p.All:
		return "cancelled"
	case kept == 0:
		return "returned"
	case p.HeldBack > 0:
		return "held_back"
	case p.Delivered == kept && p.Returned > 0:
		return "partly_returned"
	case p.Delivered == kept:
		return "delivered"
	case p.Shipped+p.Delivered == kept:
		return "shipped"
	case p.Shipped+p.Delivered > 0:
		return "partly_shipped"
	case p.Packed == kept:
		return "packed"
	}
	return "placed"
}

// of is where n units of a shipment in a state are.
func (s State) of(n int64) Progress {
	switch s {
	case HeldBack:
		return Progress{HeldBack: n}
	case Packed:
		return Progress{Packed: n}
	case Shipped, InTransit, OutForDelivery, WrittenOff:
		return Progress{Shipped: n}
	case Delivered:
		return Progress{Delivered: n}
	case Cancelled:
		return Progress{Cancelled: n}
	}
	return Progress{}
}

// of is where n units of a shipment are. What the bank holds no money for is held back, as long as that is so.
func (s Shipment) of(n int64) Progress {
	if s.Stuck() {
		return HeldBack.of(n)
	}
	return s.State.of(n)
}

// cameBack tells whether a return's units are not the customer's any more.
func (r Return) cameBack() bool {
	return r.State == Received || r.State == Refunded || r.State == RefundFailed
}

// NewLife says what became of an order.
func NewLife(o orders.Order, shipments []Shipment, returns []Return) (Life, error) {
	c := o.Totals.Total.Currency
	l := Life{Order: o, Paid: money.Zero(c), Refunded: money.Zero(c), Cancelled: money.Zero(c)}
	lines := map[string]*LineLife{}
	for _, x := range o.Lines {
		lines[x.Line] = &LineLife{Line: x, Progress: Progress{All: x.Quantity}}
	}
	at := func(line string) *LineLife {
		if p := lines[line]; p != nil {
			return p
		}
		return &LineLife{}
	}
	var redirected time.Time
	for _, s := range shipments {
		if s.ShipTo != nil && s.ShipTo.At.After(redirected) {
			redirected = s.ShipTo.At
			l.Delivery.AddressID, l.Delivery.Country, l.Delivery.Region = s.ShipTo.AddressID, s.Country, s.Region
		}
		for _, x := range s.Lines {
			at(x.Line).add(s.of(x.Quantity))
			at(x.Line).cancelledBy(s.CancelledBy())
		}
		for _, x := range s.Cut {
			at(x.Line).add(Progress{Cancelled: x.Quantity})
			at(x.Line).cancelledBy(x.By)
		}
		l.Cancelled.Minor += s.uncharged(o)
	}
	for _, r := range returns {
		for _, x := range r.Lines {
			if r.cameBack() {
				at(x.Line).add(Progress{Delivered: -x.Quantity, Returned: x.Quantity})
			}
		}
	}
	var all Progress
	for _, x := range o.Lines {
		p := *lines[x.Line]
		all.add(p.Progress)
		p.Status = p.status()
		l.Lines = append(l.Lines, p)
	}
	l.Status = all.status()
	return l, nil
}

func (l *LineLife) cancelledBy(a Actor) {
	if a != "" && !slices.Contains(l.CancelledBy, a) {
		l.CancelledBy = append(l.CancelledBy, a)
	}
}

// uncharged is what of a shipment's cost, as its order says it, will not be taken.
func (s Shipment) uncharged(o orders.Order) (minor int64) {
	n := slices.IndexFunc(o.Shipments, func(g orders.Shipment) bool { return g.Group == s.Group })
	switch {
	case n < 0:
		return 0
	case s.State == Cancelled:
		return o.Shipments[n].Amount.Minor
	}
	return o.Shipments[n].Amount.Minor - s.Amount.Minor
}

// own returns an order of the customer. Errors: order_not_found, for another's too.
func (s *OrderService) own(ctx context.Context, customerID, orderID string) (orders.Order, error) {
	o, there, err := s.Orders.Get(ctx, orderID)
	if err == nil && (!there || o.CustomerID != customerID) {
		err = orders.ErrNotFound
	}
	return o, err
}

// Order returns an order of the customer with what became of it. Errors: order_not_found, for another's too.
func (s *OrderService) Order(ctx context.Context, customerID, orderID string) (Life, error) {
	o, err := s.own(ctx, customerID, orderID)
	if err != nil {
		return Life{}, err
	}
	lives, err := s.lives(ctx, []orders.Order{o})
	if err != nil {
		return Life{}, err
	}
	return lives[0], nil
}

// Filter says which of a customer's orders are wanted; the zero Filter wants all.
type Filter struct {
	Text   string // whose words the order matches
	Status string // that it has now
	Placed orders.Period
}

// History returns up to limit (1 to 100) orders of the customer with what became of them, newest first, and where the next page begins.
// With a filter one page looks through ten times as many, and may be empty before the end. Errors: invalid_cursor.
func (s *OrderService) History(
	ctx context.Context, customerID string, f Filter, limit int, after orders.Position,
) (found []Life, next orders.Position, err error) {
	for range 10 {
		page, next, err := s.Orders.History(ctx, customerID, f.Placed, limit-len(found), after)
		if err != nil {
			return nil, next, err
		}
		lives, err := s.lives(ctx, slices.DeleteFunc(page, func(o orders.Order) bool { return !o.Matches(f.Text) }))
		if err != nil {
			return nil, next, err
		}
		found = append(found, slices.DeleteFunc(lives, func(l Life) bool { return f.Status != "" && l.Status != f.Status })...)
		if after = next; next == (orders.Position{}) || len(found) == limit {
			break
		}
	}
	return found, after, nil
}

// lives reads what became of orders.
func (s *OrderService) lives(ctx context.Context, list []orders.Order) ([]Life, error) {
	out := make([]Life, len(list))
	var images map[string]string
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	g.Go(func() (err error) { images, err = s.Images.FirstImages(ctx, productsOf(list)...); return err })
	for i, o := range list {
		g.Go(func() (err error) { out[i], err = s.life(ctx, o); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i := range out {
		for k := range out[i].Lines {
			out[i].Lines[k].Image = images[out[i].Lines[k].ProductID]
		}
	}
	return out, nil
}

func (s *OrderService) life(ctx context.Context, o orders.Order) (Life, error) {
	shipments, err := s.Shipments.Shipments(ctx, o.ID)
	if err != nil {
		return Life{}, err
	}
	returns, err := s.Returns.OfOrder(ctx, o.ID)
	if err != nil {
		return Life{}, err
	}
	paid, refunded, err := s.Payments.Balance(ctx, o.ID)
	if err != nil {
		return Life{}, err
	}
	l, err := NewLife(o, shipments, returns)
	l.Paid.Minor, l.Refunded.Minor = paid, refunded
	return l, err
}

// productsOf lists the products of orders, each once.
func productsOf(list []orders.Order) (out []string) {
	seen := map[string]bool{}
	for _, o := range list {
		for _, l := range o.Lines {
			if !seen[l.ProductID] {
				seen[l.ProductID] = true
				out = append(out, l.ProductID)
			}
		}
	}
	return out
}
