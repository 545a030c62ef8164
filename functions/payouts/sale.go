package payouts

import (
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

// Sale is what a shipment of a placed order costs its customer, and the tax in it.
type Sale struct {
	OrderID  string
	Group    string
	SellerID string
	Amount   money.Amount // tax included
	Tax      money.Amount
	// Discount is what coupons took off, without tax: the seller is paid as if they had not.
	Discount int64
}

// Sales splits a placed order into its shipments' sales; their amounts and taxes sum to the order's. A line's tax goes
// with its units, what is left of the order's tax (that on shipping) with the shipments' amounts.
func Sales(o orders.Placed) ([]Sale, error) {
	sales := make([]Sale, len(o.Shipments))
	amounts := make([]int64, len(o.Shipments))
	rest := o.Tax
	for i, s := range o.Shipments {
		sales[i] = Sale{o.OrderID, s.Group, s.SellerID, s.Amount, money.Zero(s.Amount.Currency), 0}
		amounts[i] = s.Amount.Minor
	}
	for _, l := range o.Lines {
		var at []int
		var units []int64
		for i, s := range o.Shipments {
			for _, part := range s.Lines {
				if part.Line == l.Line {
					at, units = append(at, i), append(units, part.Quantity)
				}
			}
		}
		taxes, err := l.Tax.Allocate(units...)
		if err != nil {
			return nil, fmt.Errorf("tax of line %s: %w", l.Line, err)
		}
		off, err := discount(l, o.Marketplace)
		if err != nil {
			return nil, err
		}
		offs, err := off.Allocate(units...)
		if err != nil {
			return nil, fmt.Errorf("discount of line %s: %w", l.Line, err)
		}
		for k, i := range at {
			if sales[i].Tax, err = sales[i].Tax.Add(taxes[k]); err != nil {
				return nil, err
			}
			sales[i].Discount += offs[k].Minor
		}
		if rest.Currency != "" {
			if rest, err = rest.Sub(l.Tax); err != nil {
				return nil, err
			}
		}
	}
	if rest.Currency == "" || rest.Minor == 0 { // an event from before it had the order's tax
		return sales, nil
	}
	parts, err := rest.Allocate(amounts...)
	if err != nil {
		return nil, fmt.Errorf("tax of the order: %w", err)
	}
	for i := range sales {
		if sales[i].Tax, err = sales[i].Tax.Add(parts[i]); err != nil {
			return nil, err
		}
	}
	return sales, nil
}

// discount is what was taken off a line, without the tax that would have been in it.
func discount(l orders.PlacedLine, marketplace string) (money.Amount, error) {
	off := money.Of(l.Discount.Minor, l.Tax.Currency)
	if off.Minor == 0 {
		return off, nil
	}
	if m, err := marketplaces.Lookup(marketplace); err != nil || !m.TaxIncluded {
		return off, err
	}
	tax, err := portion(off.Minor, l.Tax.Minor, l.Amount.Minor-off.Minor)
	off.Minor -= tax
	return off, err
}

// ErrCaptureTooLarge refuses to book more than a shipment costs.
var ErrCaptureTooLarge = fault.New(fault.Invalid, "capture_too_large", "more was captured than the shipment costs")

// Book returns the journal of a captured sale. A capture of less has its share of the tax and of the discount.
func (s Sale) Book(captured money.Amount, at time.Time) (Journal, error) {
	if captured.Minor > s.Amount.Minor || captured.Minor <= 0 || captured.Currency != s.Amount.Currency {
		return Journal{}, ErrCaptureTooLarge
	}
	parts, err := captured.Allocate(s.Tax.Minor, s.Amount.Minor-s.Tax.Minor)
	if err != nil {
		return Journal{}, fmt.Errorf("tax of the sale: %w", err)
	}
	off, err := portion(s.Discount, captured.Minor, s.Amount.Minor)
	if err != nil {
		return Journal{}, fmt.Errorf("discount of the sale: %w", err)
	}
	sold := money.Of(parts[1].Minor+off, captured.Currency)
	commission, err := sold.BasisPoints(CommissionRate)
	if err != nil {
		return Journal{}, fmt.Errorf("commission: %w", err)
	}
	j := Journal{ID: saleID(s.OrderID, s.Group), Kind: SaleKind, SellerID: s.SellerID, Currency: captured.Currency, OrderID: s.OrderID,
		Group: s.Group, At: at.UTC(),
		Entries: entries(captured.Currency, debit(Gateway, captured.Minor), debit(Discounts, off), credit(Payable, sold.Minor-commission.Minor),
			credit(Commission, commission.Minor), credit(TaxWithheld, parts[0].Minor))}
	return j, j.Check()
}

// ErrRefundTooLarge refuses to give back more than was captured.
var ErrRefundTooLarge = fault.New(fault.Conflict, "refund_too_large", "more is given back than was captured")

// Refund returns the journal of a refund of a booked sale, after other refunds of it (before, in minor units). Each
// account gives back its share of all that is given back so far, less what it gave before, so that a whole sale given
// back in parts leaves nothing on any account but what came and what went.
func (j Journal) Refund(id string, amount money.Amount, before int64, at time.Time) (Journal, error) {
	whole := j.Of(Gateway)
	if amount.Currency != j.Currency || amount.Minor <= 0 || before < 0 || before > whole || amount.Minor > whole-before {
		return Journal{}, ErrRefundTooLarge
	}
	gone, err := j.shares(before)
	if err != nil {
		return Journal{}, err
	}
	all, err := j.shares(before + amount.Minor)
	if err != nil {
		return Journal{}, err
	}
	r := Journal{ID: refundID(j.OrderID, j.Group, id), Kind: RefundKind, SellerID: j.SellerID, Currency: j.Currency,
		OrderID: j.OrderID, Group: j.Group, At: at.UTC(), Entries: entries(j.Currency, debit(Payable, all[0]-gone[0]), debit(Commission, all[1]-gone[1]),
			debit(TaxWithheld, all[2]-gone[2]), credit(Discounts, all[3]-gone[3]), credit(Refunds, amount.Minor))}
	return r, r.Check()
}

// shares says what the accounts of a sale give back when so much of it is given back in all: the seller, commission, tax,
// and what is taken back of the discount. All but the first are rounded down, and the seller has the rest.
func (j Journal) shares(given int64) (out [4]int64, err error) {
	for i, of := range []int64{0, -j.Of(Commission), -j.Of(TaxWithheld), j.Of(Discounts)} {
		if out[i], err = portion(of, given, j.Of(Gateway)); err != nil {
			return out, err
		}
	}
	out[0] = given + out[3] - out[1] - out[2]
	return out, nil
}
