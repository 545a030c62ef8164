package gateway

import "strings"

// card is what a test card number does (https://docs.stripe.com/testing). The zero values approve.
type card struct {
	number, brand, country, funding string
	// decline is what the bank says to an authorization, nil for yes.
	decline *decline
	// challenge asks the shopper to authenticate first; exempt cards are let through off session.
	// One that remembers is let through off session too, once a payment has set it up.
	challenge, exempt, remembers bool
	// attachable cards may be attached to a customer although they decline.
	attachable bool
	// disputes a payment as soon as it is captured.
	disputes bool
}

// decline is the bank's no. message is for the shopper.
type decline struct{ code, declineCode, message string }

var (
	declineGeneric  = &decline{"card_declined", "generic_decline", "Your card was declined."}
	declineFunds    = &decline{"card_declined", "insufficient_funds", "Your card has insufficient funds."}
	declineLost     = &decline{"card_declined", "lost_card", "Your card was declined."}
	declineStolen   = &decline{"card_declined", "stolen_card", "Your card was declined."}
	declineVelocity = &decline{"card_declined", "card_velocity_exceeded",
		"Your card was declined for making repeated attempts too frequently or exceeding its amount limit."}
	declineExpired      = &decline{"expired_card", "expired_card", "Your card has expired."}
	declineCVC          = &decline{"incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."}
	declineProcessing   = &decline{"processing_error", "processing_error", "An error occurred while processing your card. Try again in a little bit."}
	declineAuthenticate = &decline{"authentication_required", "authentication_required",
		"Your card was declined. This transaction requires authentication."}
	declineLiveCard = &decline{"card_declined", "test_mode_live_card", "Your card was declined. Only test cards are known here."}
)

var cards = byNumber(
	card{number: "4242424242424242"},
	card{number: "4000056655665556", funding: "debit"},
	card{number: "5555555555554444", brand: "mastercard"},
	card{number: "5200828282828210", brand: "mastercard", funding: "debit"},
	card{number: "5105105105105100", brand: "mastercard", funding: "prepaid"},
	card{number: "378282246310005", brand: "amex"},
	card{number: "6011111111111117", brand: "discover"},
	card{number: "3056930009020004", brand: "diners"},
	card{number: "3566002020360505", brand: "jcb"},
	card{number: "6200000000000005", brand: "unionpay"},
	card{number: "4000002760000016", country: "DE"},
	card{number: "4000008260000000", country: "GB"},

	card{number: "4000000000000002", decline: declineGeneric},
	card{number: "4000000000009995", decline: declineFunds},
	card{number: "4000000000009987", decline: declineLost},
	card{number: "4000000000009979", decline: declineStolen},
	card{number: "4000000000000069", decline: declineExpired},
	card{number: "4000000000000127", decline: declineCVC},
	card{number: "4000000000000119", decline: declineProcessing},
	card{number: "4000000000006975", decline: declineVelocity},
	card{number: "4000000000000259", disputes: true},
	card{number: "4000000000000341", decline: declineGeneric, attachable: true},

	card{number: "4000002500003155", country: "FR", challenge: true, remembers: true},
	card{number: "4000002760003184", country: "DE", challenge: true},
	card{number: "4000003800000446", country: "DE", challenge: true, exempt: true},
	card{number: "4000008260003178", country: "GB", challenge: true, decline: declineFunds, attachable: true},
	card{number: "4000000000003220", challenge: true},
	card{number: "4000008400001629", challenge: true, decline: declineGeneric, attachable: true},
)

// tokens are Stripe's ready payment methods, without their "pm_card_" (or "tok_", which are the same cards).
var tokens = map[string]string{
	"visa": "4242424242424242", "visa_debit": "4000056655665556",
	"mastercard": "5555555555554444", "mastercard_debit": "5200828282828210", "mastercard_prepaid": "5105105105105100",
	"amex": "378282246310005", "discover": "6011111111111117", "diners": "3056930009020004",
	"jcb": "3566002020360505", "unionpay": "6200000000000005",
	"us": "4242424242424242", "de": "4000002760000016", "gb": "4000008260000000",

	"chargeDeclined":                      "4000000000000002",
	"chargeDeclinedInsufficientFunds":     "4000000000009995",
	"chargeDeclinedLostCard":              "4000000000009987",
	"chargeDeclinedStolenCard":            "4000000000009979",
	"chargeDeclinedExpiredCard":           "4000000000000069",
	"chargeDeclinedIncorrectCvc":          "4000000000000127",
	"chargeDeclinedProcessingError":       "4000000000000119",
	"chargeDeclinedVelocityLimitExceeded": "4000000000006975",
	"chargeCustomerFail":                  "4000000000000341",
	"createDispute":                       "4000000000000259",

	"authenticationRequiredOnSetup":                         "4000002500003155",
	"authenticationRequired":                                "4000002760003184",
	"authenticationRequiredSetupForOffSession":              "4000003800000446",
	"authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
	"threeDSecure2Required":                                 "4000000000003220",
	"threeDSecureRequired":                                  "4000000000003220",
	"threeDSecureRequiredChargeDeclined":                    "4000008400001629",
}

// tokenCard finds the card of pm_card_… , tok_… or of one of Rialto's special methods. Stripe names the
// declining cards both with and without the brand (pm_card_visa_chargeDeclined, pm_card_chargeDeclined).
func tokenCard(token string) (card, bool) {
	if _, ok := specialMethod(token); ok {
		return cards["4242424242424242"], true
	}
	name, ok := strings.CutPrefix(token, "pm_card_")
	if !ok {
		name, ok = strings.CutPrefix(token, "tok_")
	}
	if !ok {
		return card{}, false
	}
	number, ok := tokens[name]
	if !ok {
		number, ok = tokens[strings.TrimPrefix(name, "visa_")]
	}
	return cards[number], ok
}

func byNumber(all ...card) map[string]card {
	out := make(map[string]card, len(all))
	for _, c := range all {
		if c.brand == "" {
			c.brand = "visa"
		}
		if c.country == "" {
			c.country = "US"
		}
		if c.funding == "" {
			c.funding = "credit"
		}
		out[c.number] = c
	}
	return out
}

// luhn tells whether the digits carry a right check digit (ISO/IEC 7812-1, annex B).
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		c := number[len(number)-1-i]
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return len(number) >= 12 && sum%10 == 0
}
