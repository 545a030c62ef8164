package customers

import (
	"regexp"
	"slices"

	"rialto/functions/internal/fault"
)

// TokenPattern is the form of the gateway's tokens.
const TokenPattern = `^pm_[A-Za-z0-9_]{1,64}$`

var (
	tokenForm = regexp.MustCompile(TokenPattern)
	last4Form = regexp.MustCompile(`^([0-9]{4})?$`)
	// Brands are those that a method may name.
	Brands = []string{"amex", "cartes_bancaires", "diners", "discover", "eftpos_au", "jcb", "mastercard", "unionpay", "visa", "unknown"}
)

var errInvalidMethod = fault.New(fault.Invalid, "invalid_payment_method", "the payment method is not accepted")

// Clean checks a method that is to be added. It fails with invalid_payment_method. A number in the place of a
// token is refused with the rest, so no card number is ever stored.
func (m PaymentMethod) Clean() (PaymentMethod, error) {
	var flaws []fault.Field
	if !tokenForm.MatchString(m.Token) {
		flaws = append(flaws, fault.Field{Pointer: "/token", Code: "bad_format", Message: "must be a token of the payment gateway"})
	}
	if !last4Form.MatchString(m.Last4) {
		flaws = append(flaws, fault.Field{Pointer: "/last4", Code: "bad_format", Message: "must be four digits"})
	}
	if m.Brand != "" && !slices.Contains(Brands, m.Brand) {
		flaws = append(flaws, fault.Field{Pointer: "/brand", Code: "not_allowed", Message: "must be a known brand"})
	}
	if len(flaws) > 0 {
		return PaymentMethod{}, errInvalidMethod.With(flaws...)
	}
	return m, nil
}
