package payments

// least are the smallest amounts that the gateway charges, in minor units. A currency that is not listed has none of its own:
// there the least is that of the account's currency, at a rate that is not known here.
// Source: Stripe, "Minimum and maximum charge amounts" (docs.stripe.com/currencies). Entered by hand: compare with it before use.
var least = map[string]int64{
	"AED": 2_00, "AUD": 50, "BGN": 1_00, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 15_00, "DKK": 2_50, "EUR": 50, "GBP": 30,
	"HKD": 4_00, "HUF": 175_00, "INR": 50, "JPY": 50, "MXN": 10_00, "MYR": 2_00, "NOK": 3_00, "NZD": 50, "PLN": 2_00,
	"RON": 2_00, "SEK": 3_00, "SGD": 50, "THB": 10_00, "USD": 50,
}

// LeastAmount is the smallest amount of a currency that can be paid, in minor units. Nothing at all needs no payment.
func LeastAmount(currency string) int64 { return max(1, least[currency]) }
