package payments

import "rialto/functions/internal/fault"

// declines says what a shopper is told of the gateway's decline codes. Those that are not here are a plain no: of a card that is
// lost, stolen or under suspicion nobody may learn more from a shop.
// Source: Stripe, "Decline codes" (docs.stripe.com/declines/codes), its column "next steps". Entered by hand: compare with it before use.
var declines = map[string]string{
	"expired_card":                          "expired_card",
	"invalid_expiry_month":                  "expired_card",
	"invalid_expiry_year":                   "expired_card",
	"incorrect_cvc":                         "incorrect_cvc",
	"invalid_cvc":                           "incorrect_cvc",
	"insufficient_funds":                    "insufficient_funds",
	"card_velocity_exceeded":                "limit_exceeded",
	"withdrawal_count_limit_exceeded":       "limit_exceeded",
	"authentication_required":               "authentication_required",
	"payment_intent_authentication_failure": "authentication_failed",
	"card_not_supported":                    "card_not_supported",
	"currency_not_supported":                "card_not_supported",
	"processing_error":                      "try_again",
	"try_again_later":                       "try_again",
	"issuer_not_available":                  "try_again",
	"reenter_transaction":                   "try_again",
}

// reasons are the codes that a shopper sees, with what to do.
var reasons = map[string]string{
	"expired_card":            "the card has expired: pay with another one",
	"incorrect_cvc":           "the card's security code is wrong: enter the card again",
	"insufficient_funds":      "the card has not enough money: pay with another one",
	"limit_exceeded":          "the card is over its limit: wait, or pay with another one",
	"authentication_required": "the bank wants to ask you first: try again and answer it, or pay with another card",
	"authentication_failed":   "the bank's question was not answered right: try again, or pay with another card",
	"card_not_supported":      "the card cannot pay for this: pay with another one",
	"try_again":               "the bank could not be asked just now: try again in a few minutes",
	"generic_decline":         "the bank gives no reason: pay with another card, or ask your bank",
}

// DeclineReason is what a shopper is told of a decline code of the gateway's: one of a few that say what to do.
func DeclineReason(code string) string {
	if reason, ok := declines[code]; ok {
		return reason
	}
	return "generic_decline"
}

// declined is the fault of a payment that the bank declined.
func declined(code string) *fault.Error {
	reason := DeclineReason(code)
	return errDeclined.With(fault.Field{Pointer: "/payment_method_id", Code: reason, Message: reasons[reason]})
}
