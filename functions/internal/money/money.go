// Package money computes with amounts in integer minor units of an ISO 4217 currency. No float touches money.
package money

import (
	"fmt"
	"math/bits"

	"rialto/functions/internal/fault"
)

// Amount is Minor units of Currency: {1299, "USD"} is $12.99, {1299, "JPY"} is ¥1,299.
type Amount struct {
	Minor    int64  `json:"amount" dynamodbav:"amount" doc:"minor units of the currency" minimum:"-9007199254740991" maximum:"9007199254740991"`
	Currency string `json:"currency" dynamodbav:"currency" pattern:"^[A-Z]{3}$" doc:"ISO 4217"`
}

// ErrOverflow reports a sum or product beyond 64 bits. ErrCurrency reports two currencies in one sum.
var (
	ErrOverflow = fault.New(fault.Invalid, "amount_too_large", "the amount is too large")
	ErrCurrency = fault.New(fault.Internal, "currency_mixed", "amounts of two currencies were added")
)

// Of returns an amount.
func Of(minor int64, currency string) Amount { return Amount{minor, currency} }

// Zero returns nothing of a currency.
func Zero(currency string) Amount { return Amount{0, currency} }

// Add returns a + b.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	s := a.Minor + b.Minor
	if (s > a.Minor) != (b.Minor > 0) && b.Minor != 0 {
		return Amount{}, ErrOverflow
	}
	return Amount{s, a.Currency}, nil
}

// Sub returns a - b.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b.Minor == -1<<63 {
		return Amount{}, ErrOverflow
	}
	return a.Add(Amount{-b.Minor, b.Currency})
}

// Times returns a x n.
func (a Amount) Times(n int64) (Amount, error) {
	p := a.Minor * n
	if a.Minor != 0 && (p/a.Minor != n || a.Minor == -1 && n == -1<<63) {
		return Amount{}, ErrOverflow
	}
	return Amount{p, a.Currency}, nil
}

// Sum adds amounts of one currency; the sum of none is zero.
func Sum(currency string, as ...Amount) (Amount, error) {
	total := Zero(currency)
	for _, a := range as {
		var err error
		if total, err = total.Add(a); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// BasisPoints returns a x rate / 10,000, rounded half away from zero. The rate is 0 to 1,000,000.
func (a Amount) BasisPoints(rate int64) (Amount, error) {
	if rate < 0 || rate > 1_000_000 {
		return Amount{}, fmt.Errorf("rate of %d basis points", rate)
	}
	neg := a.Minor < 0
	u := uint64(a.Minor)
	if neg {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(rate))
	lo, carry := bits.Add64(lo, 5_000, 0)
	hi += carry
	if hi >= 10_000 {
		return Amount{}, ErrOverflow
	}
	q, _ := bits.Div64(hi, lo, 10_000)
	if q > 1<<63-1 {
		return Amount{}, ErrOverflow
	}
	if neg {
		return Amount{-int64(q), a.Currency}, nil
	}
	return Amount{int64(q), a.Currency}, nil
}

// Allocate splits a over parts in proportion to weights (not negative, not all zero), so that the parts sum
// to a. The units that do not divide go to the largest remainders, the earlier part on a tie.
func (a Amount) Allocate(weights ...int64) ([]Amount, error) {
	var total uint64
	for _, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("weight %d is negative", w)
		}
		var carry uint64
		if total, carry = bits.Add64(total, uint64(w), 0); carry != 0 {
			return nil, ErrOverflow
		}
	}
	if total == 0 {
		return nil, fmt.Errorf("no weight is positive")
	}
	neg := a.Minor < 0
	u := uint64(a.Minor)
	if neg {
		u = -u
	}
	parts, remainders, left := make([]uint64, len(weights)), make([]uint64, len(weights)), u
	for i, w := range weights {
		hi, lo := bits.Mul64(u, uint64(w))
		parts[i], remainders[i] = bits.Div64(hi, lo, total)
		left -= parts[i]
	}
	for ; left > 0; left-- {
		best := 0
		for i := range remainders {
			if remainders[i] > remainders[best] {
				best = i
			}
		}
		parts[best]++
		remainders[best] = 0
	}
	out := make([]Amount, len(parts))
	for i, p := range parts {
		out[i] = Amount{int64(p), a.Currency}
		if neg {
			out[i].Minor = -out[i].Minor
		}
	}
	return out, nil
}

// Between returns what is a's share for the units from one to another (not included) of n: shares of consecutive units
// sum to the share of them all, and all n units' to a, in whatever order they are taken. a is not negative, and nothing where there
// are no units. Where units are the minor units of an amount that a is a part of, no share is more than its units.
func (a Amount) Between(from, to, n int64) (Amount, error) {
	if a.Minor < 0 || from < 0 || from > to || to > n || n == 0 && a.Minor > 0 {
		return Amount{}, fmt.Errorf("units %d to %d of %d are no share of %d", from, to, n, a.Minor)
	}
	if a.Minor == 0 {
		return a, nil
	}
	upTo := func(units int64) int64 {
		hi, lo := bits.Mul64(uint64(a.Minor), uint64(units))
		q, _ := bits.Div64(hi, lo, uint64(n)) // hi < n, as units <= n and a < 2^63
		return int64(q)
	}
	return Amount{upTo(to) - upTo(from), a.Currency}, nil
}
