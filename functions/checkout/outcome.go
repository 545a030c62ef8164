package checkout

import (
	"encoding/json"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// outcomes lists every way a checkout can fail, with what it means outside. A failure that is not here is ours:
// checkout_failed.
var outcomes = map[string]struct {
	kind    fault.Kind
	message string
}{
	"cart_changed":            {fault.Conflict, "the cart or its price changed; look at it and try again with a new key"},
	"quote_expired":           {fault.Conflict, "the quote is too old; look at the new one and try again with a new key"},
	"cart_empty":              {fault.Conflict, "the cart is empty"},
	"cart_not_found":          {fault.NotFound, "there is no such cart"},
	"too_many_lines":          {fault.Invalid, "the cart has more lines than one order can hold"},
	"item_unavailable":        {fault.Conflict, "an item is no longer available in the quantity wanted"},
	"offer_unavailable":       {fault.Conflict, "an offer in the cart is no longer for sale"},
	"quantity_limited":        {fault.Conflict, "the cart has more units of an offer than its seller sells in one order"},
	"address_not_found":       {fault.NotFound, "there is no such address"},
	"address_undeliverable":   {fault.Invalid, "this marketplace does not deliver to the address"},
	"shipping_option_unknown": {fault.Invalid, "there is no such shipping option in this marketplace"},
	optionNotKept:             {fault.Conflict, "nothing of the cart can be there as soon as the shipping option says; ask for a quote"},
	"amount_too_small":        {fault.Invalid, "a part of the cart would ship for less than can be paid; add to the cart"},
	"amount_too_large":        {fault.Invalid, "a part of the cart costs more than can be paid at once; order it in parts"},
	unpaidLimit: {fault.Conflict,
		"the bank asks about the payment, and fewer units are held meanwhile than are wanted; take fewer, or another card"},
	"payment_method_not_found": {fault.NotFound, "there is no such payment method"},
	"payment_declined":         {fault.Declined, "the bank declined the payment"},
	"payment_refused":          {fault.Invalid, "the payment gateway does not take the payment method; add it again, or use another"},
	"coupon_exhausted":         {fault.Conflict, "a coupon of the cart is used up"},
	"coupon_used":              {fault.Conflict, "you have used a coupon of the cart as often as it may be"},
	"coupon_invalid":           {fault.Invalid, "a coupon of the cart is not valid, or no longer"},
	"coupon_not_applicable":    {fault.Conflict, "the cart is below what its coupon needs"},
	"tax_unsupported":          {fault.Invalid, "orders to this destination cannot be taxed yet"},
	"hold_expired":             {fault.Conflict, "the items were held too long; try again with a new key"},
	"hold_released":            {fault.Conflict, "the items were released; try again with a new key"},
	"redemption_expired":       {fault.Conflict, "the coupon was held too long; try again with a new key"},
	"redemption_released":      {fault.Conflict, "the coupon was given back; try again with a new key"},
	"action_expired":           {fault.Declined, "the bank's question was not answered in time"},
	givenUp:                    {fault.Conflict, "the checkout was given up; nothing was charged"},
	"checkout_failed":          {fault.Unavailable, "the checkout could not be completed and nothing was charged; try again with a new key"},
}

// givenUp closes a checkout that its shopper does not want any more.
const givenUp = "given_up"

// FailureOf maps the error that ended a run to a stable failure. States' own names, ours and unknown ones become
// checkout_failed.
func FailureOf(errorName string) Failure {
	o, ok := outcomes[errorName]
	if !ok {
		errorName = "checkout_failed"
		o = outcomes[errorName]
	}
	return Failure{Code: errorName, Message: o.message}
}

// failure is FailureOf with the fields that came with the error.
func (e StepError) failure() Failure {
	f := FailureOf(e.Error)
	if f.Code == e.Error {
		f.Errors = fault.FieldsIn(e.Cause)
	}
	return f
}

// Fault is the failure as it leaves through HTTP.
func (f Failure) Fault() *fault.Error {
	return fault.New(outcomes[f.Code].kind, f.Code, "%s", f.Message).With(f.Errors...)
}

// Answer is what a checkout has come to; it is what the saga returns and the API says.
type Answer struct {
	CheckoutID string        `json:"checkout_id"`
	OrderID    string        `json:"order_id"`
	State      State         `json:"state"`
	Total      *money.Amount `json:"total,omitempty"`
	NextAction *NextAction   `json:"next_action,omitempty"`
	Failure    *Failure      `json:"failure,omitempty"`
}

// Answer tells where a record stands.
func (r Record) Answer() Answer {
	return Answer{r.ID, r.OrderID, r.State, r.ClosedTotal, r.NextAction, r.Failure}
}

// output is what a run of the saga ends with.
type output struct {
	Closed *Answer `json:"closed"`
}

// AnswerIn reads the answer in a run's output; a superseded run has none.
func AnswerIn(b []byte) (Answer, bool) {
	var o output
	if err := json.Unmarshal(b, &o); err != nil || o.Closed == nil || o.Closed.CheckoutID == "" {
		return Answer{}, false
	}
	return *o.Closed, true
}
