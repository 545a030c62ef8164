package checkout

import (
	"slices"

	"rialto/functions/carts"
	"rialto/functions/customers"
	"rialto/functions/internal/fault"
)

const optionNotKept = "shipping_option_not_kept"

var errNotKept = fault.New(fault.Conflict, optionNotKept, "nothing of the cart can be there as soon as the shipping option says").
	With(fault.Field{Pointer: "/shipping_option_id", Code: optionNotKept, Message: "can be kept by no parcel: a seller who ships needs longer"})

// kept refuses a shipping option that is paid for its speed and that no line can keep. What Rialto ships keeps every option;
// what a seller ships comes as its offer promises, whatever the option. Errors: shipping_option_not_kept.
func kept(marketplace string, option customers.ShippingOption, lines []carts.QuotedLine) error {
	usual, err := customers.Options(marketplace)
	if err != nil {
		return err
	}
	can := func(l carts.QuotedLine) bool { return l.Fulfilment == "" || l.Days <= option.Days }
	if option.ID == usual[0].ID || slices.ContainsFunc(lines, can) {
		return nil
	}
	return errNotKept
}

// settle replaces a shipping option that no line can keep by the marketplace's first, so that nobody pays for a speed that there
// is not. It tells whether it did.
func (r Request) settle(option customers.ShippingOption, lines []carts.QuotedLine) (Request, bool) {
	if kept(r.Marketplace, option, lines) == nil {
		return r, false
	}
	r.ShippingOptionID = ""
	return r, true
}
