package offers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// MaxAmount is the highest price and the highest shipping, in minor units.
const MaxAmount = 1_000_000_000

// MaxDeliveryDays is the longest promise of delivery.
const MaxDeliveryDays = 30

// MaxPerOrder is the highest limit of units that one order may have.
const MaxPerOrder = 999

// sku is what sellers may call an offer: 1 to 64 printable ASCII characters, no blank at either end.
var sku = regexp.MustCompile(`^[!-~]([ -~]{0,62}[!-~])?$`)

// MaxName is the most characters of a seller's name.
const MaxName = 100

// Validate returns invalid_offer (Invalid) with every flaw of an offer, or nil. Both amounts must be in the
// marketplace's currency.
func (o Offer) Validate() error {
	var f flaws
	m := f.key(o.Key())
	f.unless(isName(o.SellerName), "/seller_name", "bad_text", "must be text of at most %d characters", MaxName)
	f.amount("/price", o.Price, 1, m.Currency)
	f.amount("/shipping", o.Shipping, 0, m.Currency)
	f.sale(o, m.Currency)
	f.unless(slices.Contains([]string{New, Used, Refurbished}, o.Condition), "/condition", "not_allowed", "must be one of: new, used, refurbished")
	f.unless(slices.Contains([]string{ByRialto, BySeller}, o.Fulfillment), "/fulfillment", "not_allowed", "must be one of: rialto, seller")
	f.unless(o.DeliveryDays >= 0 && o.DeliveryDays <= MaxDeliveryDays, "/delivery_days", "out_of_range", "must be 1 to %d days", MaxDeliveryDays)
	f.unless(o.DeliveryDays == 0 || o.Fulfillment != ByRialto, "/delivery_days", "not_allowed", "is Rialto's to promise where Rialto ships")
	f.unless(o.MaxPerOrder >= 0 && o.MaxPerOrder <= MaxPerOrder, "/max_per_order", "out_of_range", "must be 1 to %d units", MaxPerOrder)
	f.unless(o.SKU == "" || sku.MatchString(o.SKU), "/sku", "bad_format", "must be 1 to 64 printable ASCII characters without a blank at either end")
	return f.fault()
}

// Validate returns invalid_offer (Invalid) with every flaw of a key, or nil.
func (k Key) Validate() error {
	var f flaws
	f.key(k)
	return f.fault()
}

func isName(s string) bool {
	return utf8.RuneCountInString(s) <= MaxName && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

type flaws []fault.Field

func (f *flaws) unless(ok bool, pointer, code, message string, args ...any) {
	if !ok {
		*f = append(*f, fault.Field{Pointer: pointer, Code: code, Message: fmt.Sprintf(message, args...)})
	}
}

// key checks what names an offer, and returns its marketplace.
func (f *flaws) key(k Key) marketplaces.Marketplace {
	f.unless(ids.Valid(ids.Product, k.ProductID), "/product_id", "bad_format", "must be a product id")
	f.unless(ids.Valid(ids.Seller, k.SellerID), "/seller_id", "bad_format", "must be a seller id")
	m, err := marketplaces.Lookup(k.Marketplace)
	f.unless(err == nil, "/marketplace", "not_allowed", "must be the country code of a marketplace")
	return m
}

func (f flaws) fault() error {
	if f == nil {
		return nil
	}
	return fault.New(fault.Invalid, "invalid_offer", "the offer has fields that are not accepted").With(f...)
}

func (f *flaws) amount(pointer string, a money.Amount, least int64, currency string) {
	f.unless(a.Minor >= least && a.Minor <= MaxAmount, pointer+"/amount", "out_of_range", "must be %d to %d minor units", least, MaxAmount)
	f.unless(currency == "" || a.Currency == currency, pointer+"/currency", "not_allowed", "must be the marketplace's currency, %s", currency)
}

// Precondition is what a caller says of the version that is to be changed.
type Precondition struct {
	Version int64 // the offer's Revision
	Given   bool
	// PriceDrop says that a price which falls steeply is meant.
	PriceDrop bool
}

// ErrPriceDrop refuses a price that looks like a slip of the pen.
var ErrPriceDrop = fault.New(fault.Invalid, "price_drop_unconfirmed",
	"the price falls to less than a quarter of what it was; if that is meant, say so with confirm_price_drop").
	With(fault.Field{Pointer: "/price", Code: "price_drop_unconfirmed", Message: "is less than a quarter of what it was"})

// steep is into how many parts a price falls at most without being confirmed: a lost digit or a point in the wrong place makes it
// a tenth or a hundredth, and no sale of three quarters off is in the way.
const steep = 4

// slips tells whether the price of a wanted offer, or that of its sale, must be confirmed.
func (o Offer) slips(want Offer) bool {
	return o.fallsSteeply(want.Price) || !want.Sale.None() && want.Sale != o.Sale && o.fallsSteeply(want.Sale.Price)
}

// fallsSteeply tells whether a price is so much less than the one that an offer has that it must be confirmed.
func (o Offer) fallsSteeply(price money.Amount) bool {
	return o.Version > 0 && price.Minor < (o.Price.Minor+steep-1)/steep
}

var (
	// ErrPreconditionRequired refuses to change an offer blindly. HTTP has 428 for it; here it is Invalid (422)
	// as every missing input is, with the header's name.
	ErrPreconditionRequired = fault.New(fault.Invalid, "precondition_required", "the offer exists; changing it needs If-Match with its ETag").
				With(fault.Field{Pointer: "header.If-Match", Code: "required", Message: "is required to change what exists"})
	// ErrStale says that the offer is not of the version that If-Match names, or is not there at all.
	ErrStale = fault.New(fault.Stale, "version_mismatch", "the offer is not of the version that If-Match names")
)

// Admit tells whether a change of current (the zero Offer for none) to want is needed, or why it is refused. An
// offer whose terms stand as wanted is a success whatever the precondition says: then a caller repeats a request
// whose answer was lost (RFC 9110, 13.1.1, allows it).
func (p Precondition) Admit(current, want Offer) (change bool, err error) {
	switch {
	case current.Version > 0 && current.sameTerms(want):
		return false, nil
	case current.Version > 0 && !p.Given:
		return false, ErrPreconditionRequired
	case p.Given && (current.Version == 0 || p.Version != current.Revision()):
		return false, ErrStale
	case current.slips(want) && !p.PriceDrop:
		return false, ErrPriceDrop
	}
	return true, nil
}
