package orders

import (
	"fmt"

	"rialto/functions/internal/money"
)

// shares are what the shipments' parts of something sum to.
type shares struct {
	units               int64
	paid, tax, discount money.Amount
}

func (s *shares) add(l ShipmentLine) (err error) {
	s.units += l.Quantity
	if s.paid, err = s.paid.Add(l.Paid); err != nil {
		return err
	}
	if s.tax, err = s.tax.Add(l.Tax); err != nil {
		return err
	}
	s.discount, err = s.discount.Add(l.Discount)
	return err
}

// checkShipments reports shipments whose parts are not those of the lines, the shipping, the tax and the total.
func (o Order) checkShipments() error {
	none := money.Zero(o.Totals.Total.Currency)
	lines, charges, total := map[string]*shares{}, shares{paid: none, tax: none, discount: none}, none
	for _, l := range o.Lines {
		lines[l.Line] = &shares{paid: none, tax: none, discount: none}
	}
	for _, s := range o.Shipments {
		if err := s.check(); err != nil {
			return fmt.Errorf("shipment %s: %w", s.Group, err)
		}
		for _, l := range s.Lines {
			if lines[l.Line] == nil {
				return fmt.Errorf("shipment %s has line %s, the order has not", s.Group, l.Line)
			}
			if err := lines[l.Line].add(l); err != nil {
				return err
			}
		}
		for _, c := range []Charge{s.Shipping, s.Delivery} {
			if err := charges.add(ShipmentLine{Paid: c.Amount, Tax: c.Tax, Discount: none}); err != nil {
				return err
			}
		}
		var err error
		if total, err = total.Add(s.Amount); err != nil {
			return err
		}
	}
	if total != o.Totals.Total {
		return fmt.Errorf("shipments sum to %d, total says %d", total.Minor, o.Totals.Total.Minor)
	}
	tax := charges.tax.Minor
	for _, l := range o.Lines {
		if err := o.checkLine(l, *lines[l.Line]); err != nil {
			return fmt.Errorf("line %s: %w", l.Line, err)
		}
		tax += l.Tax.Minor
	}
	if got := charges.paid.Minor - o.added(charges.tax); got != o.Totals.Shipping.Minor || tax != o.Totals.Tax.Minor {
		return fmt.Errorf("shipments are shipped for %d and taxed %d, totals say %d and %d", got, tax, o.Totals.Shipping.Minor, o.Totals.Tax.Minor)
	}
	return nil
}

// added is the tax that comes on top of a price.
func (o Order) added(tax money.Amount) int64 {
	if o.Totals.TaxIncluded {
		return 0
	}
	return tax.Minor
}

// checkLine reports a line that its shipments' parts do not sum to.
func (o Order) checkLine(l Line, s shares) error {
	if s.units != l.Quantity {
		return fmt.Errorf("%d units more bought than shipped", l.Quantity-s.units)
	}
	if want := l.Amount.Minor - l.Discount.Minor + o.added(l.Tax); s.paid.Minor != want || s.tax != l.Tax {
		return fmt.Errorf("its shipments cost %d and are taxed %d, it is %d and %d", s.paid.Minor, s.tax.Minor, want, l.Tax.Minor)
	}
	bySeller := s.discount.Minor == 0 || o.ReshipOf != nil // a seller's coupon is no part of what Rialto bears, now or then
	if s.discount.Minor > l.Discount.Minor || !o.Totals.TaxIncluded && !bySeller && s.discount.Minor != l.Discount.Minor {
		return fmt.Errorf("its shipments have %d off, it has %d", s.discount.Minor, l.Discount.Minor)
	}
	return nil
}

// check reports a shipment whose parts do not sum to its amount, or of which one is less than nothing or than its tax.
func (s Shipment) check() error {
	cost, err := s.Cost()
	if err != nil {
		return err
	}
	if cost != s.Amount {
		return fmt.Errorf("its parts sum to %d, its amount says %d", cost.Minor, s.Amount.Minor)
	}
	seen := map[string]bool{}
	for _, l := range s.Lines {
		if seen[l.Line] || l.Quantity <= 0 || l.Discount.Minor < 0 || l.Tax.Minor < 0 || l.Tax.Minor > l.Paid.Minor {
			return fmt.Errorf("line %s is there twice, of no units, or taxed more than it costs", l.Line)
		}
		seen[l.Line] = true
	}
	for _, c := range []Charge{s.Shipping, s.Delivery} {
		if c.Tax.Minor < 0 || c.Tax.Minor > c.Amount.Minor {
			return fmt.Errorf("a charge of %d is taxed %d", c.Amount.Minor, c.Tax.Minor)
		}
	}
	return nil
}
