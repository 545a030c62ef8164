package payouts

import (
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// Sale is what a shipment of a placed order costs its customer, and the tax in it.
type Sale struct {
	OrderID  string
	Group    string
	SellerID string
	Amount   money.Amount // tax included
	Tax      money.Amount
}

// Sales splits a placed order into its shipments' sales; their amounts and taxes sum to the order's. A line's tax goes
// with its units, what is left of the order's tax (that on shipping) with the shipments' amounts.
func Sales(o orders.Placed) ([]Sale, error) {
	sales := make([]Sale, len(o.Shipments))
	amounts := make([]int64, len(o.Shipments))
	rest := o.Tax
	for i, s := range o.Shipments {
		sales[i] = Sale{o.OrderID, s.Group, s.SellerID, s.Amount, money.Zero(s.Amount.Currency)}
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
		parts, err := l.Tax.Allocate(units...)
		if err != nil {
			return nil, fmt.Errorf("tax of line %s: %w", l.Line, err)
		}
		for k, i := range at {
			if sales[i].Tax, err = sales[i].Tax.Add(parts[k]); err != nil {
				return nil, err
			}
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

// ErrCaptureTooLarge refuses to book more than a shipment costs.
var ErrCaptureTooLarge = fault.New(fault.Invalid, "capture_too_large", "more was captured than the shipment costs")

// Book returns the journal of a captured sale. A capture of less has its share of the tax.
func (s Sale) Book(captured money.Amount, at time.Time) (Journal, error) {
	if captured.Minor > s.Amount.Minor || captured.Minor <= 0 || captured.Currency != s.Amount.Currency {
		return Journal{}, ErrCaptureTooLarge
	}
	parts, err := captured.Allocate(s.Tax.Minor, s.Amount.Minor-s.Tax.Minor)
	if err != nil {
		return Journal{}, fmt.Errorf("tax of the sale: %w", err)
	}
	commission, err := parts[1].BasisPoints(CommissionRate)
	if err != nil {
		return Journal{}, fmt.Errorf("commission: %w", err)
	}
	j := Journal{ID: saleID(s.OrderID, s.Group), Kind: SaleKind, SellerID: s.SellerID, Currency: captured.Currency, OrderID: s.OrderID, Group: s.Group, At: at.UTC(),
		Entries: entries(captured.Currency, debit(Gateway, captured.Minor), credit(Payable, parts[1].Minor-commission.Minor),
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
	weights := []int64{-j.Of(Payable), -j.Of(Commission), -j.Of(TaxWithheld)}
	gone, err := shares(money.Of(before, j.Currency), weights)
	if err != nil {
		return Journal{}, err
	}
	all, err := shares(money.Of(before+amount.Minor, j.Currency), weights)
	if err != nil {
		return Journal{}, err
	}
	r := Journal{ID: refundID(j.OrderID, j.Group, id), Kind: RefundKind, SellerID: j.SellerID, Currency: j.Currency,
		OrderID: j.OrderID, Group: j.Group, At: at.UTC(), Entries: entries(j.Currency, debit(Payable, all[0]-gone[0]), debit(Commission, all[1]-gone[1]),
			debit(TaxWithheld, all[2]-gone[2]), credit(Refunds, amount.Minor))}
	return r, r.Check()
}

// shares splits an amount by weights: all parts but the first are rounded down, and the first, what the seller is
// owed, has the rest.
func shares(a money.Amount, weights []int64) ([]int64, error) {
	var whole int64
	for _, w := range weights {
		whole += w
	}
	out := make([]int64, len(weights))
	out[0] = a.Minor
	for i := 1; i < len(weights); i++ {
		part, err := portion(a.Minor, weights[i], whole)
		if err != nil {
			return nil, err
		}
		out[i] = part
		out[0] -= part
	}
	return out, nil
}
