package gateway

// least are the smallest amounts that can be charged, in minor units (https://docs.stripe.com/currencies, "Minimum and maximum
// charge amounts", as of 2025-08-01). For a currency without one the account's counts, at the day's rate: here none does.
var least = map[string]int64{
	"aed": 2_00, "aud": 50, "bgn": 1_00, "brl": 50, "cad": 50, "chf": 50, "czk": 15_00, "dkk": 2_50, "eur": 50, "gbp": 30,
	"hkd": 4_00, "huf": 175_00, "inr": 50, "jpy": 50, "mxn": 10_00, "myr": 2_00, "nok": 3_00, "nzd": 50, "pln": 2_00,
	"ron": 2_00, "sek": 3_00, "sgd": 50, "thb": 10_00, "usd": 50,
}
