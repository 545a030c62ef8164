package tax

import (
	"fmt"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

var (
	errUnsupported = fault.New(fault.Invalid, "tax_unsupported", "tax cannot be worked out for this destination in this marketplace")
	errSale        = fault.New(fault.Invalid, "invalid_sale", "the sale's amounts must be at least 0 and of one currency")
)

// Assess taxes a sale. It is pure: the same sale has the same tax. It fails with tax_unsupported for a
// marketplace and destination that no table covers, and with invalid_sale for amounts that are negative or of
// two currencies.
func Assess(s Sale) (Assessment, error) {
	if err := s.check(); err != nil {
		return Assessment{}, err
	}
	regime, err := find(s.Marketplace, s.Country, s.Region)
	if err != nil {
		return Assessment{}, err
	}
	a := Assessment{Lines: make([]LineTax, len(s.Lines)), Included: regime.included}
	var taxes []money.Amount
	for i, l := range s.Lines {
		r := regime.rate(l.Category)
		a.Lines[i] = LineTax{Line: l.Line, Jurisdiction: regime.jurisdiction, Rate: r.basisPoints(), RatePPM: int64(r), Tax: regime.tax(l.paid(), r),
			ShippingTax: regime.shippingTax(l, s.Delivery.Currency), DiscountTax: regime.discountTax(l, r)}
		taxes = append(taxes, a.Lines[i].Tax, a.Lines[i].ShippingTax)
	}
	if a.DeliveryTax, err = regime.deliveryTax(s); err != nil {
		return Assessment{}, fmt.Errorf("tax delivery: %w", err)
	}
	if a.Total, err = money.Sum(s.Delivery.Currency, append(taxes, a.DeliveryTax)...); err != nil {
		return Assessment{}, fmt.Errorf("sum taxes: %w", err)
	}
	return a, nil
}

func (s Sale) check() error {
	if s.Delivery.Minor < 0 || s.Delivery.Currency == "" {
		return errSale.With(fault.Field{Pointer: "/delivery", Code: "invalid", Message: "must be an amount of at least 0"})
	}
	for i, l := range s.Lines {
		if l.Amount.Minor < 0 || l.Amount.Currency != s.Delivery.Currency || l.Discount.Minor < 0 || l.Discount.Minor > l.Amount.Minor {
			return errSale.With(fault.Field{Pointer: fmt.Sprintf("/lines/%d/amount", i), Code: "invalid",
				Message: "must be an amount of at least 0 in the currency of the delivery"})
		}
		if l.Shipping != (money.Amount{}) && (l.Shipping.Minor < 0 || l.Shipping.Currency != s.Delivery.Currency) {
			return errSale.With(fault.Field{Pointer: fmt.Sprintf("/lines/%d/shipping", i), Code: "invalid",
				Message: "must be an amount of at least 0 in the currency of the delivery"})
		}
	}
	return nil
}

// paid is what the line is taxed for.
func (l Line) paid() money.Amount {
	return money.Of(l.Amount.Minor-l.Discount.Minor, l.Amount.Currency)
}
