package carts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/promotions"
	"rialto/functions/tax"
)

var errOfferUnavailable = fault.New(fault.Conflict, "offer_unavailable", "an offer in the cart is no longer for sale")

// errLimited refuses more units of an offer than its seller sells in one order.
var errLimited = fault.New(fault.Conflict, "quantity_limited", "the cart has more units of an offer than its seller sells in one order")

// limit returns a field at a pointer if more units are wanted than the seller sells in one order.
func (f CurrentOffer) limit(quantity int64, pointer string) []fault.Field {
	most := f.Offer.MaxPerOrder
	if most == 0 || quantity <= most {
		return nil
	}
	return []fault.Field{{Pointer: pointer, Code: "quantity_limited", Message: fmt.Sprintf("is sold %d to an order at most", most)}}
}

// Quote is what a cart costs, and the stock that it can ship from, at one moment: what a checkout is made of. Where
// it does ship from is planned when the destination is known too.
type Quote struct {
	CartID      string            `json:"cart_id"`
	CartVersion int64             `json:"cart_version"`
	Marketplace string            `json:"marketplace"`
	Currency    string            `json:"currency"`
	Lines       []QuotedLine      `json:"lines"`
	Items       money.Amount      `json:"items"`
	Shipping    money.Amount      `json:"shipping"` // the sellers' own
	Stock       []inventory.Stock `json:"stock"`
	// Coupon is what the cart's coupon asks of its redemption, and Discount what it takes off Items; both are left out
	// without one.
	Coupon   *promotions.Terms `json:"coupon,omitempty"`
	Discount money.Amount      `json:"discount,omitzero"`
	Guest    bool              `json:"guest,omitempty"` // whose cart it is
	// ExchangeOf is the return that all of it is in exchange for; left out of all others.
	ExchangeOf *ExchangeOf `json:"exchange_of,omitempty"`
}

// QuotedLine is one priced line. Amount is UnitPrice x Quantity.
type QuotedLine struct {
	Line       string       `json:"line"` // "<product_id>#<seller_id>"
	ProductID  string       `json:"product_id"`
	SellerID   string       `json:"seller_id"`
	SellerName string       `json:"seller_name"`
	Title      string       `json:"title"`
	Condition  string       `json:"condition,omitempty"` // of what is offered; empty for what is new
	Quantity   int64        `json:"quantity"`
	UnitPrice  money.Amount `json:"unit_price"`
	Amount     money.Amount `json:"amount"`
	Discount   money.Amount `json:"discount,omitzero"` // off Amount
	Shipping   money.Amount `json:"shipping"`          // what the seller asks for shipping all its units
	Category   string       `json:"category"`          // of the product, as tax.Category tells it apart
	// Fulfilment is offers.BySeller where the seller ships, and empty where Rialto does.
	Fulfilment string `json:"fulfillment,omitempty"`
	Days       int    `json:"days,omitempty"` // that a seller who ships promises, from the order to the door
	// Shown is what a unit cost with its shipping when the cart was last shown, if it costs more now.
	Shown *money.Amount `json:"shown,omitempty"`
}

// Wants lists what the quote's lines take from stock.
func (q Quote) Wants() []inventory.Want {
	var wants []inventory.Want
	for _, l := range q.Lines {
		wants = append(wants, inventory.Want{Line: l.Line, SKU: inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID}, Quantity: l.Quantity})
	}
	return wants
}

// Quoter prices carts for checkout.
type Quoter struct {
	Store Store
	Sources
	Now func() time.Time
}

// QuoteInput says whose cart is quoted, and where.
type QuoteInput struct {
	CartID      string `json:"cart_id"`
	CustomerID  string `json:"customer_id"`
	Marketplace string `json:"marketplace"`
	Cart        *Cart  `json:"cart"` // as the table has it, if who asks has read it already
}

// TaskInput is the input of the saga's state Quote: what was asked for, and by whom.
type TaskInput struct {
	CustomerID string     `json:"customer_id"`
	Request    QuoteInput `json:"request"`
}

// Task is the saga's state Quote.
func (s *Quoter) Task(ctx context.Context, in TaskInput) (Quote, error) {
	in.Request.CustomerID = in.CustomerID
	return s.Quote(ctx, in.Request)
}

// Quote prices a cart for checkout, from the tables alone. Errors: ErrNotFound, those of quoteOf.
func (s *Quoter) Quote(ctx context.Context, in QuoteInput) (Quote, error) {
	c, cur, currency, err := s.open(ctx, in)
	if err != nil {
		return Quote{}, err
	}
	return quoteOf(c, currency, cur, s.Now())
}

// open reads a cart that can be bought, what is known of it now, and the currency that it is priced in.
func (s *Quoter) open(ctx context.Context, in QuoteInput) (c Cart, cur current, currency string, err error) {
	m, err := marketplaces.Lookup(in.Marketplace)
	if err != nil {
		return Cart{}, current{}, "", err
	}
	c, ok, err := s.cart(ctx, in)
	if err != nil {
		return Cart{}, current{}, "", err
	}
	if !ok || c.OwnerID != in.CustomerID || c.Marketplace != in.Marketplace || c.State != Open {
		return Cart{}, current{}, "", ErrNotFound
	}
	cur, err = s.read(ctx, c)
	return c, cur, m.Currency, err
}

func (s *Quoter) cart(ctx context.Context, in QuoteInput) (Cart, bool, error) {
	if in.Cart != nil {
		return *in.Cart, in.Cart.ID == in.CartID, nil
	}
	return s.Store.Get(ctx, in.CartID)
}

// Preview prices what of a cart can be bought: without the lines that cannot, and without its coupon if that is refused. Those
// are named by pointers into the cart, as a checkout of it would be refused for them. Errors: those of Quote, if no line is left.
func (s *Quoter) Preview(ctx context.Context, in QuoteInput) (Quote, []fault.Field, error) {
	c, cur, currency, err := s.open(ctx, in)
	if err != nil {
		return Quote{}, nil, err
	}
	var without []fault.Field
	whole := c
	for {
		q, err := quoteOf(c, currency, cur, s.Now())
		if err == nil {
			return q, without, nil
		}
		refused := fault.Of(err)
		if c.Coupon != "" && (errors.Is(err, promotions.ErrInvalid) || errors.Is(err, promotions.ErrNotApplicable)) {
			without = append(without, fault.Field{Pointer: "/coupons/0", Code: refused.Code, Message: refused.Message})
			c.Coupon = ""
			continue
		}
		var rest []Line
		for i, l := range c.Lines {
			n := slices.IndexFunc(refused.Fields, func(f fault.Field) bool { return f.Pointer == pointer(i) })
			if n < 0 {
				rest = append(rest, l)
				continue
			}
			without = append(without, fault.Field{Pointer: pointer(whole.find(l.ID())), Code: refused.Fields[n].Code, Message: refused.Fields[n].Message})
		}
		if len(rest) == 0 || len(rest) == len(c.Lines) {
			return Quote{}, nil, err
		}
		c.Lines = rest
	}
}

// pointer names a line of a cart by its place.
func pointer(line int) string { return fmt.Sprintf("/lines/%d", line) }

// quoteOf prices an open cart for a checkout. Errors: ErrEmpty, offer_unavailable, quantity_limited, item_unavailable; coupon_invalid or
// coupon_not_applicable, as nobody should pay more than the cart said.
func quoteOf(c Cart, currency string, cur current, now time.Time) (Quote, error) {
	if len(c.Lines) == 0 {
		return Quote{}, ErrEmpty
	}
	v, err := Price(c, currency, cur.offers)
	if err != nil {
		return Quote{}, err
	}
	q := Quote{CartID: c.ID, Guest: c.Guest, CartVersion: c.Version, Marketplace: c.Marketplace, Currency: currency,
		Items: v.Breakdown.Items, Shipping: v.Breakdown.Shipping, Stock: cur.stock, ExchangeOf: c.ExchangeOf}
	if c.Coupon != "" {
		if err := v.redeem(cur.coupon, now); err != nil {
			return Quote{}, err
		}
		q.Coupon = &promotions.Terms{Ref: cur.coupon.Ref, PerCustomer: cur.coupon.PerCustomer, SellerID: cur.coupon.SellerID}
		q.Discount = v.Breakdown.Discount
	}
	var gone, limited []fault.Field
	for i, l := range v.Lines {
		if l.Gone {
			gone = append(gone, fault.Field{Pointer: pointer(i), Code: "offer_unavailable", Message: "is no longer for sale"})
			continue
		}
		limited = append(limited, cur.offers[l.ID()].limit(l.Quantity, pointer(i))...)
		line, err := quoted(l, c.Lines[i], cur.offers[l.ID()])
		if err != nil {
			return Quote{}, err
		}
		q.Lines = append(q.Lines, line)
	}
	if gone != nil {
		return Quote{}, errOfferUnavailable.With(gone...)
	}
	if limited != nil {
		return Quote{}, errLimited.With(limited...)
	}
	if _, err := inventory.Route("", q.Wants(), cur.stock, inventory.Destination{}); err != nil { // whatever the order and its destination
		return Quote{}, err
	}
	return q, nil
}

// quoted is a line as it is bought; before is the line as the cart has it.
func quoted(l ViewLine, before Line, f CurrentOffer) (QuotedLine, error) {
	shipping, err := l.Line.Shipping.Times(l.Quantity)
	if err != nil {
		return QuotedLine{}, err
	}
	out := QuotedLine{Line: l.ID(), ProductID: l.ProductID, SellerID: l.SellerID, SellerName: l.SellerName, Title: l.Title,
		Quantity: l.Quantity, UnitPrice: l.UnitPrice, Amount: l.Amount, Discount: l.Discount, Shipping: shipping,
		Category: tax.Category(f.Product.CategoryID, f.Product.CategoryPath)}
	if l.Condition != offers.New {
		out.Condition = l.Condition
	}
	if f.Offer.Fulfillment == offers.BySeller {
		out.Fulfilment, out.Days = offers.BySeller, int(f.Offer.Promise())
	}
	shown, err := before.landed()
	if err != nil {
		return QuotedLine{}, err
	}
	now, err := l.landed()
	if err != nil {
		return QuotedLine{}, err
	}
	if now.Minor > shown.Minor {
		out.Shown = &shown
	}
	return out, nil
}
