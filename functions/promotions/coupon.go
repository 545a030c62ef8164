package promotions

import (
	"regexp"
	"strings"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// Ref names a coupon.
type Ref struct {
	Marketplace string `json:"marketplace" dynamodbav:"marketplace"`
	Code        string `json:"code" dynamodbav:"code"` // as Normal writes it
}

// String returns "<marketplace>#<code>".
func (r Ref) String() string { return r.Marketplace + "#" + r.Code }

// Normal is a code as it is kept, however a shopper typed it.
func Normal(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// Kind is how a coupon's discount is reckoned.
type Kind string

const (
	Percent Kind = "percent" // BasisPoints of the items, Most at most
	Fixed   Kind = "fixed"   // Amount off the items
)

// Coupon is a code and what it is good for.
type Coupon struct {
	Ref
	Kind        Kind         `json:"kind"`
	BasisPoints int64        `json:"basis_points"` // of a percent coupon, 1 to MostOff
	Most        money.Amount `json:"most"`         // that a percent coupon takes off; none without a currency
	Amount      money.Amount `json:"amount"`       // of a fixed coupon
	Minimum     money.Amount `json:"minimum"`      // items' total that it needs; none without a currency
	From        time.Time    `json:"valid_from"`
	Until       time.Time    `json:"valid_until"`  // it is not valid at that instant any more
	Budget      int64        `json:"budget"`       // uses by all customers, 0 to MaxBudget
	PerCustomer int64        `json:"per_customer"` // uses by one, 1 if it is left out
	SellerID    string       `json:"-"`            // whose offers it is for, and who bears it; "" for the marketplace's, which is for all
	Version     int64        `json:"-"`            // 0: not stored yet
}

const (
	// MostOff is the largest share of the items' total that a coupon takes off, in basis points.
	MostOff = 9_000
	// MaxBudget is the most uses of a coupon.
	MaxBudget = 1_000_000_000
)

// Refusals of coupons.
var (
	ErrInvalid       = fault.New(fault.Invalid, "coupon_invalid", "there is no such coupon, or it is not valid now")
	ErrNotApplicable = fault.New(fault.Conflict, "coupon_not_applicable", "the cart is below what the coupon needs")
	ErrExhausted     = fault.New(fault.Conflict, "coupon_exhausted", "the coupon is used up")
	ErrUsed          = fault.New(fault.Conflict, "coupon_used", "the customer has used the coupon as often as it may be")
	ErrTaken         = fault.New(fault.Conflict, "coupon_taken", "the code is another's in this marketplace")
	ErrChanged       = fault.New(fault.Unavailable, "coupon_changed", "others are changing the same coupon just now")
)

var code = regexp.MustCompile(`^[A-Z0-9_-]{3,32}$`)

// Check returns a fault coupon_malformed naming every field that is missing or out of range.
func (c Coupon) Check() error {
	var flaws []fault.Field
	need := func(ok bool, name, message string) {
		if !ok {
			flaws = append(flaws, fault.Field{Pointer: "/" + name, Code: "invalid", Message: message})
		}
	}
	m, err := marketplaces.Lookup(c.Marketplace)
	need(err == nil, "marketplace", "must be the country code of a marketplace")
	need(code.MatchString(c.Code), "code", "must be 3 to 32 letters, digits, dashes or underscores")
	ours := func(a money.Amount) bool { return a.Currency == m.Currency && a.Minor > 0 }
	none := money.Amount{}
	switch c.Kind {
	case Percent:
		need(c.BasisPoints >= 1 && c.BasisPoints <= MostOff, "basis_points", "must be 1 to 9000")
		need(c.Most == none || ours(c.Most), "most", "must be an amount in the marketplace's currency")
		need(c.Amount == none, "amount", "goes with a fixed coupon only")
	case Fixed:
		need(c.BasisPoints == 0, "basis_points", "goes with a percent coupon only")
		need(c.Most == none, "most", "goes with a percent coupon only")
		need(ours(c.Amount), "amount", "must be an amount in the marketplace's currency")
		need(mostOf(c.Minimum).Minor >= c.Amount.Minor, "minimum", "must be so much that the amount is nine tenths of it at most")
	default:
		need(false, "kind", "must be percent or fixed")
	}
	need(c.Minimum == none || ours(c.Minimum), "minimum", "must be an amount in the marketplace's currency")
	need(c.From.Year() >= 1, "valid_from", "must be in the years 1 to 9999, UTC") // as RFC 3339 can say
	need(c.Until.Year() <= 9999, "valid_until", "must be in the years 1 to 9999, UTC")
	need(!c.From.IsZero() && c.From.Before(c.Until), "valid_until", "must come after valid_from")
	need(c.Budget >= 0 && c.Budget <= MaxBudget, "budget", "must be 0 to 1000000000")
	need(c.PerCustomer >= 1, "per_customer", "must be 1 at least")
	if flaws != nil {
		return fault.New(fault.Invalid, "coupon_malformed", "the coupon has fields that are missing or out of range").With(flaws...)
	}
	return nil
}

// mostOf is the most that a coupon takes off items: MostOff of them, rounded down, so that a tenth at least is left to be paid.
func mostOf(items money.Amount) money.Amount {
	left := items.Minor / 10
	if items.Minor%10 > 0 {
		left++
	}
	return money.Of(items.Minor-left, items.Currency)
}

// For tells whether the coupon is for offers of a seller.
func (c Coupon) For(sellerID string) bool { return c.SellerID == "" || c.SellerID == sellerID }

// Discount is what the coupon takes off lines that it is for and that cost so much, in all and of each. Errors: coupon_invalid if it is not
// valid then, coupon_not_applicable if the lines come to less than it needs, or to so little that nothing would be off.
func (c Coupon) Discount(lines []money.Amount, at time.Time) (off money.Amount, of []money.Amount, err error) {
	if at.Before(c.From) || !at.Before(c.Until) {
		return off, nil, ErrInvalid
	}
	m, err := marketplaces.Lookup(c.Marketplace)
	if err != nil {
		return off, nil, err
	}
	items, err := money.Sum(m.Currency, lines...)
	if err != nil {
		return off, nil, err
	}
	if off = c.Amount; c.Kind == Percent {
		if off, err = items.BasisPoints(c.BasisPoints); err != nil {
			return off, nil, err
		}
		off.Minor = min(off.Minor, mostOf(items).Minor) // which rounding up would pass
		if c.Most.Minor > 0 {
			off.Minor = min(off.Minor, c.Most.Minor)
		}
	}
	if items.Minor < c.Minimum.Minor || off.Minor == 0 {
		return off, nil, ErrNotApplicable
	}
	weights := make([]int64, len(lines))
	for i, l := range lines {
		weights[i] = l.Minor
	}
	of, err = off.Allocate(weights...)
	return off, of, err
}
