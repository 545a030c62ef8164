// Package operatorsaws is what operators need of AWS beyond tables.
package operatorsaws

import (
	"context"
	"errors"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/invoke"
	"rialto/functions/operators"
)

// Refunds is operators.Refunds by way of a function of payments: no other holds the gateway's secret.
type Refunds struct {
	Lambda   invoke.Client
	Function string // its name
}

// word and given are what the function takes and answers: payments.Goodwill and GoodwillResult.
type word struct {
	OrderID  string     `json:"order_id"`
	Group    string     `json:"group"`
	RefundID string     `json:"refund_id"`
	Minor    int64      `json:"minor"`
	Lines    []wordLine `json:"lines,omitempty"`
}

type wordLine struct {
	Line     string `json:"line"`
	Quantity int64  `json:"quantity"`
	Of       int64  `json:"of"`
}

type given struct {
	Minor   int64  `json:"minor"`
	State   string `json:"state"`
	Code    string `json:"code"`
	Refused string `json:"refused"`
}

var errAway = fault.New(fault.Unavailable, "refund_unknown", "nobody knows yet whether the money was given back; send the same request again")

// refusals are the codes by which payments refuses to give anything.
var refusals = map[string]*fault.Error{
	operators.ErrNotCaptured.Code: operators.ErrNotCaptured,
	operators.ErrNothingLeft.Code: operators.ErrNothingLeft,
	"refund_too_large":            fault.New(fault.Conflict, "refund_too_large", "more would be given back than was taken"),
	"units_refunded":              fault.New(fault.Conflict, "units_refunded", "units of a line were given back before"),
	"refund_differs":              fault.KeyReused,
}

// GiveBack implements operators.Refunds.
func (w Refunds) GiveBack(ctx context.Context, r operators.Refund) (operators.Refund, error) {
	in := word{OrderID: r.OrderID, Group: r.Group, RefundID: r.ID, Minor: r.Minor}
	for _, l := range r.Lines {
		in.Lines = append(in.Lines, wordLine(l))
	}
	var out given
	if err := invoke.Function(ctx, w.Lambda, w.Function, in, &out); err != nil {
		return r, errAway.Because(err)
	}
	switch {
	case refusals[out.Refused] != nil:
		return r, refusals[out.Refused]
	case out.Refused != "":
		return r, errAway.Because(errors.New("it refuses by a code that is not known here: " + out.Refused))
	}
	r.Minor, r.State, r.Code = out.Minor, out.State, out.Code
	return r, nil
}
