package checkout

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rialto/functions/carts"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// QuoteFor is how long a quote can be bought by its id. What it says of prices is judged anew in any case; its days of arrival
// are those of an order that is placed soon.
const QuoteFor = 30 * time.Minute

// Errors of quotes.
var (
	ErrQuoteExpired = fault.New(fault.Conflict, "quote_expired", "the quote is too old")
	errQuoteID      = fault.New(fault.Invalid, "quote_invalid", "this is not the id of a quote").
			With(fault.Field{Pointer: "/quote_id", Code: "quote_invalid", Message: "must be the id of a quote"})
)

// sums are the parts of a total, in the order in which a quote's id has them.
type sums struct{ items, discount, shipping, tax, total int64 }

func sumsOf(t orders.Totals) sums {
	return sums{t.Items.Minor, t.Discount.Minor, t.Shipping.Minor, t.Tax.Minor, t.Total.Minor}
}

// quoteID is what the id of a quote says: until when it can be bought, what it costs, and a digest of all that makes its price.
// So nothing is stored for a quote. It is no promise of a price, only what a checkout is held against: who makes one up
// gets nothing by it but a refusal, so it need not be signed.
type quoteID struct {
	until  time.Time
	sums   sums
	digest [12]byte
}

const quotePrefix = "quo_"

// newQuoteID is the id of what an order would cost.
func newQuoteID(o orders.Order, until time.Time) quoteID {
	return quoteID{until.Truncate(time.Second), sumsOf(o.Totals), digest(o)}
}

// digest is the same for orders of the same lines at the same prices, shipped to the same address in the same way.
func digest(o orders.Order) (out [12]byte) {
	lines := make([]orders.Line, len(o.Lines))
	for i, l := range o.Lines {
		l.Title, l.SellerName = "", "" // which may change, as they cost nothing
		lines[i] = l
	}
	b, err := json.Marshal([]any{o.Marketplace, o.Delivery.AddressID, o.Delivery.ShippingOptionID, o.Totals, lines})
	if err != nil { // strings and integers always marshal
		return out
	}
	sum := sha256.Sum256(b)
	copy(out[:], sum[:])
	return out
}

func (q quoteID) String() string {
	b := binary.AppendVarint(nil, q.until.Unix())
	for _, n := range []int64{q.sums.items, q.sums.discount, q.sums.shipping, q.sums.tax, q.sums.total} {
		b = binary.AppendVarint(b, n)
	}
	return quotePrefix + base64.RawURLEncoding.EncodeToString(append(b, q.digest[:]...))
}

// parseQuoteID reads an id. Errors: quote_invalid.
func parseQuoteID(s string) (q quoteID, err error) {
	text, ok := strings.CutPrefix(s, quotePrefix)
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !ok {
		return quoteID{}, errQuoteID
	}
	r := bytes.NewReader(b)
	var until int64
	for _, n := range []*int64{&until, &q.sums.items, &q.sums.discount, &q.sums.shipping, &q.sums.tax, &q.sums.total} {
		if *n, err = binary.ReadVarint(r); err != nil {
			return quoteID{}, errQuoteID
		}
	}
	if r.Len() != len(q.digest) {
		return quoteID{}, errQuoteID
	}
	_, _ = r.Read(q.digest[:])
	q.until = time.Unix(until, 0)
	return q, nil
}

// inTime refuses a request by a quote that is too old. Errors: ErrQuoteExpired, quote_invalid.
func (r Request) inTime(now time.Time) error {
	if r.QuoteID == "" {
		return nil
	}
	q, err := parseQuoteID(r.QuoteID)
	if err == nil && now.After(q.until) {
		return ErrQuoteExpired
	}
	return err
}

// agreed refuses an order that costs something else than its shopper agreed to: by the total that is expected, by a quote, or
// else by what the cart showed last, than which no line may cost more. Errors: ErrCartChanged, quote_invalid.
func (r Request) agreed(o orders.Order, lines []carts.QuotedLine) error {
	if want, total := r.ExpectedTotal, o.Totals.Total; want != nil && *want != total {
		return ErrCartChanged.With(fault.Field{Pointer: "/expected_total", Code: "cart_changed",
			Message: fmt.Sprintf("is not the total, which is %d minor units of %s", total.Minor, total.Currency)})
	}
	if r.QuoteID != "" {
		q, err := parseQuoteID(r.QuoteID)
		if err == nil && (q.sums != sumsOf(o.Totals) || q.digest != digest(o)) {
			err = ErrCartChanged.With(fault.Field{Pointer: "/quote_id", Code: "cart_changed", Message: "is of a cart that cost something else"})
		}
		return err
	}
	if risen := risen(lines); r.ExpectedTotal == nil && risen != nil {
		return ErrCartChanged.With(risen...)
	}
	return nil
}

// risen lists the lines that cost more now than the cart showed last.
func risen(lines []carts.QuotedLine) []fault.Field {
	var out []fault.Field
	for i, l := range lines {
		if l.Shown != nil {
			now := landed(l)
			out = append(out, fault.Field{Pointer: fmt.Sprintf("/lines/%d", i), Code: "price_rose",
				Message: fmt.Sprintf("costs %d minor units of %s a unit with its shipping, more than the cart showed last", now.Minor, now.Currency)})
		}
	}
	return out
}

// landed is what a unit of a line costs with its shipping.
func landed(l carts.QuotedLine) money.Amount {
	return money.Of(l.UnitPrice.Minor+l.Shipping.Minor/l.Quantity, l.UnitPrice.Currency)
}

// Change is a figure that is another now than the one that a checkout was asked for.
type Change struct {
	What string       `json:"what" enum:"items,discount,shipping,tax,total,landed_price" doc:"landed_price: of a unit with its shipping, beside what the cart showed last"`
	Line string       `json:"line,omitempty" doc:"Of a landed_price: its line"`
	Was  money.Amount `json:"was"`
	Now  money.Amount `json:"now"`
}

// changes lists what is another in an order than in the request for it, and which lines cost more than the cart showed last.
func (r Request) changes(o orders.Order, lines []carts.QuotedLine) []Change {
	var out []Change
	add := func(what string, was int64, now money.Amount) {
		if was != now.Minor {
			out = append(out, Change{What: what, Was: money.Of(was, now.Currency), Now: now})
		}
	}
	t := o.Totals
	if q, err := parseQuoteID(r.QuoteID); err == nil {
		add("items", q.sums.items, t.Items)
		add("discount", q.sums.discount, money.Of(t.Discount.Minor, t.Total.Currency))
		add("shipping", q.sums.shipping, t.Shipping)
		add("tax", q.sums.tax, t.Tax)
		add("total", q.sums.total, t.Total)
	} else if r.ExpectedTotal != nil && r.ExpectedTotal.Currency == t.Total.Currency {
		add("total", r.ExpectedTotal.Minor, t.Total)
	}
	for _, l := range lines {
		if l.Shown != nil {
			out = append(out, Change{What: "landed_price", Line: l.Line, Was: *l.Shown, Now: landed(l)})
		}
	}
	return out
}
