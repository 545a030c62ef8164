package payouts

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// Sale is what a shipment of a placed order is booked as once it is paid, part by part. It is kept when the order is placed
// and never changes: what is sold, and what is given back of it, is read from here.
type Sale struct {
	OrderID  string
	Group    string
	SellerID string
	Currency string
	Lines    []SaleLine
	// Shipping is what its seller asks for shipping it and, where the seller delivers it too, the delivery.
	Shipping Share
	// Delivery is what Rialto is paid for delivering it.
	Delivery Share
	// Resent tells that it is sent again for nothing, in place of what was lost or damaged on its way: what is taken off is that loss, and
	// no coupon's.
	Resent bool
}

// borne is the account of what is taken off a sale and borne by Rialto.
func (s Sale) borne() Account {
	if s.Resent {
		return GoodsLosses
	}
	return Discounts
}

// SaleLine is units of a line. What is given back of it is given back by units.
type SaleLine struct {
	Line     string `dynamodbav:"line"`
	Quantity int64  `dynamodbav:"quantity"`
	Share
}

// Share is one part of a sale, in minor units.
type Share struct {
	Paid       int64 `dynamodbav:"paid"`       // by the customer, tax in it
	Tax        int64 `dynamodbav:"tax"`        // in Paid
	Discount   int64 `dynamodbav:"discount"`   // what a coupon took off, without tax: the seller is paid as if it had not
	Commission int64 `dynamodbav:"commission"` // of what is sold
}

// sold is what a share is without its tax, whoever pays it.
func (s Share) sold() int64 { return s.Paid - s.Tax + s.Discount }

func (s Share) plus(o Share) Share {
	return Share{s.Paid + o.Paid, s.Tax + o.Tax, s.Discount + o.Discount, s.Commission + o.Commission}
}

// commissioned is a share with Rialto's part of it.
func (s Share) commissioned(currency string) (Share, error) {
	c, err := money.Of(s.sold(), currency).BasisPoints(CommissionRate)
	s.Commission = c.Minor
	return s, err
}

// between is the part of a share that belongs to the units from one to another of n. It is nowhere less than nothing.
func (s Share) between(from, to, n int64) (Share, error) {
	before, err := s.upTo(from, n)
	if err != nil {
		return Share{}, err
	}
	all, err := s.upTo(to, n)
	return Share{all.Paid - before.Paid, all.Tax - before.Tax, all.Discount - before.Discount, all.Commission - before.Commission}, err
}

// upTo is the part of the first so many units of n. What is paid and what a coupon took off go by the units, the tax by what is
// paid for them, and the commission by what they are sold for: each owner has a part of what there is to share, whichever units it is of.
func (s Share) upTo(units, n int64) (out Share, err error) {
	part := func(of, upTo, whole int64) int64 {
		a, problem := money.Of(of, "").Between(0, upTo, whole)
		err = errors.Join(err, problem)
		return a.Minor
	}
	out.Paid, out.Discount = part(s.Paid, units, n), part(s.Discount, units, n)
	out.Tax = part(s.Tax, out.Paid, s.Paid)
	out.Commission = part(s.Commission, out.sold(), s.sold())
	return out, err
}

// errShares refuses an order from before its shipments said what they cost, as nobody may guess that.
var errShares = fault.New(fault.Malformed, "shares_missing", "the order's shipments do not say what they cost")

// Sales are the sales of a placed order's shipments.
func Sales(o orders.Placed) ([]Sale, error) {
	var sales []Sale
	for _, s := range o.Shipments {
		if cost, err := s.Cost(); err != nil || cost != s.Amount {
			return nil, errShares.Because(err)
		}
		x := Sale{OrderID: o.OrderID, Group: s.Group, SellerID: s.SellerID, Currency: s.Amount.Currency, Resent: o.ReshipOf != nil}
		var err error
		for _, l := range s.Lines {
			of := SaleLine{Line: l.Line, Quantity: l.Quantity, Share: Share{Paid: l.Paid.Minor, Tax: l.Tax.Minor, Discount: l.Discount.Minor}}
			if of.Share, err = of.commissioned(x.Currency); err != nil {
				return nil, fmt.Errorf("commission of line %s: %w", l.Line, err)
			}
			x.Lines = append(x.Lines, of)
		}
		x.Shipping = Share{Paid: s.Shipping.Amount.Minor, Tax: s.Shipping.Tax.Minor}
		if x.Delivery = (Share{Paid: s.Delivery.Amount.Minor, Tax: s.Delivery.Tax.Minor}); s.Fulfilment == orders.BySeller {
			x.Shipping, x.Delivery = x.Shipping.plus(x.Delivery), Share{}
		}
		if x.Shipping, err = x.Shipping.commissioned(x.Currency); err != nil {
			return nil, fmt.Errorf("commission of shipping: %w", err)
		}
		sales = append(sales, x)
	}
	return sales, nil
}

// Cut is units of a sale's line that were cancelled before it was packed, the last of them; of its shipping, minor units.
type Cut struct {
	Line     string `json:"line"`
	Quantity int64  `json:"quantity"`
}

// without is a sale that is left of what was expected. What is given back of it is still reckoned from what was expected, as its units
// are counted from the first.
func (s Sale) without(cuts []Cut) (Sale, error) {
	s.Lines = slices.Clone(s.Lines)
	for _, c := range cuts {
		of, units := &s.Shipping, s.Shipping.Paid
		if n := slices.IndexFunc(s.Lines, func(l SaleLine) bool { return l.Line == c.Line }); n >= 0 {
			of, units = &s.Lines[n].Share, s.Lines[n].Quantity
		} else if c.Line != orders.ShippingCharge {
			return s, ErrCaptureDiffers
		}
		left, err := of.upTo(units-c.Quantity, units)
		if err != nil {
			return s, ErrCaptureDiffers.Because(err)
		}
		*of = left
	}
	return s, nil
}

// sum is all that the seller has sold in a sale: its lines, and what it ships.
func (s Sale) sum() Share {
	all := s.Shipping
	for _, l := range s.Lines {
		all = all.plus(l.Share)
	}
	return all
}

// Amount is what the customer pays for a sale.
func (s Sale) Amount() money.Amount { return money.Of(s.sum().Paid+s.Delivery.Paid, s.Currency) }

// ErrCaptureDiffers refuses to book a capture of another amount than the shipment costs.
var ErrCaptureDiffers = fault.New(fault.Invalid, "capture_differs", "what was captured is not what the shipment costs")

// Book returns the journal of a captured sale.
func (s Sale) Book(captured money.Amount, at time.Time) (Journal, error) {
	if captured != s.Amount() {
		return Journal{}, ErrCaptureDiffers
	}
	all, own := s.sum(), s.Delivery
	j := Journal{ID: saleID(s.OrderID, s.Group), Kind: SaleKind, SellerID: s.SellerID, Currency: s.Currency, OrderID: s.OrderID, Group: s.Group,
		At: at.UTC(), Entries: entries(s.Currency, debit(Gateway, captured.Minor), debit(s.borne(), all.Discount),
			credit(Payable, all.sold()-all.Commission), credit(Commission, all.Commission), credit(Delivery, own.sold()),
			credit(TaxWithheld, all.Tax+own.Tax))}
	return j, j.Check()
}

// BookLoss returns the journal of a sale that left and will not be paid: the seller has what is due, and Rialto the loss. It has
// the sale's id, so that a sale is booked once, as the one or the other.
func (s Sale) BookLoss(at time.Time) (Journal, error) {
	j, err := s.Book(s.Amount(), at)
	if err != nil {
		return Journal{}, err
	}
	j.Kind = LossKind
	for n := range j.Entries {
		if j.Entries[n].Account == Gateway {
			j.Entries[n].Account = Losses
		}
	}
	return j, j.Check()
}

// Units are units of a sale's line, counted from 0: From is the first of them.
type Units struct {
	Line     string `json:"line" dynamodbav:"line"`
	From     int64  `json:"from" dynamodbav:"from"`
	Quantity int64  `json:"quantity" dynamodbav:"quantity"`
}

// Returned are the units of a sale that were given back. Version counts its changes.
type Returned struct {
	Units   []Units
	Version int64
}

var (
	// ErrRefundDiffers refuses to book that another amount was given back than was paid for the units.
	ErrRefundDiffers = fault.New(fault.Conflict, "refund_differs", "what was given back is not what was paid for the units")
	// ErrUnitsReturned refuses to give units back twice, or units that were not sold.
	ErrUnitsReturned = fault.New(fault.Conflict, "refund_too_large", "units are given back that were not sold, or twice")
)

// with adds units to those that were given back.
func (r Returned) with(more []Units) (Returned, error) {
	out := Returned{slices.Clone(r.Units), r.Version + 1}
	for _, u := range more {
		if slices.ContainsFunc(out.Units, func(o Units) bool {
			return o.Line == u.Line && o.From < u.From+u.Quantity && u.From < o.From+o.Quantity
		}) {
			return out, ErrUnitsReturned
		}
		out.Units = append(out.Units, u)
	}
	return out, nil
}

// without takes units off those that were given back.
func (r Returned) without(units []Units) (Returned, error) {
	out := Returned{slices.Clone(r.Units), r.Version + 1}
	for _, u := range units {
		n := slices.Index(out.Units, u)
		if n < 0 {
			return out, ErrUnitsReturned
		}
		out.Units = slices.Delete(out.Units, n, n+1)
	}
	return out, nil
}

// Refund returns the journal of units of a sale that were given back. Each account gives back what it has of them by the
// sale's lines, whatever was given back before, so that a whole line given back in any parts leaves nothing of it but what
// came and what went. Shipping and delivery are kept, unless they are named as lines are, by their minor units.
func (s Sale) Refund(id string, amount money.Amount, units []Units, at time.Time) (Journal, error) {
	var all, own Share
	for _, u := range units {
		part, err := s.part(u)
		if err != nil {
			return Journal{}, err
		}
		if u.Line == orders.DeliveryCharge {
			own = own.plus(part)
		} else {
			all = all.plus(part)
		}
	}
	if len(units) == 0 || amount != money.Of(all.Paid+own.Paid, s.Currency) {
		return Journal{}, ErrRefundDiffers
	}
	j := Journal{ID: id, Kind: RefundKind, SellerID: s.SellerID, Currency: s.Currency, OrderID: s.OrderID,
		Group: s.Group, At: at.UTC(), Entries: entries(s.Currency, debit(Payable, all.sold()-all.Commission), debit(Commission, all.Commission),
			debit(Delivery, own.sold()), debit(TaxWithheld, all.Tax+own.Tax), credit(s.borne(), all.Discount), credit(Refunds, amount.Minor))}
	return j, j.Check()
}

// part is what units of a sale's line, or of a charge, have of it.
func (s Sale) part(u Units) (Share, error) {
	of := SaleLine{Share: s.Shipping, Quantity: s.Shipping.Paid}
	switch u.Line {
	case orders.ShippingCharge:
	case orders.DeliveryCharge:
		of = SaleLine{Share: s.Delivery, Quantity: s.Delivery.Paid}
	default:
		n := slices.IndexFunc(s.Lines, func(l SaleLine) bool { return l.Line == u.Line })
		if n < 0 {
			return Share{}, ErrUnitsReturned
		}
		of = s.Lines[n]
	}
	if u.Quantity <= 0 {
		return Share{}, ErrUnitsReturned
	}
	part, err := of.between(u.From, u.From+u.Quantity, of.Quantity)
	if err != nil {
		return Share{}, ErrUnitsReturned.Because(err)
	}
	return part, nil
}
