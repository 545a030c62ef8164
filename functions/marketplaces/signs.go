package marketplaces

// CurrencySigns are what stands beside prices, in upper case and without points, with the currencies that it may be of: codes, the signs
// that CLDR 46 (numbers/currencies) has for them in the marketplaces' languages, and what shops write besides.
var CurrencySigns = map[string][]string{
	"$": {"USD", "CAD", "AUD", "MXN", "SGD"}, "US$": {"USD"}, "C$": {"CAD"}, "CA$": {"CAD"}, "A$": {"AUD"}, "AU$": {"AUD"}, "S$": {"SGD"},
	"MX$": {"MXN"}, "MN": {"MXN"}, "R$": {"BRL"}, "R": {"ZAR"}, "€": {"EUR"}, "£": {"GBP", "EGP"}, "E£": {"EGP"}, "LE": {"EGP"}, "¥": {"JPY"},
	"￥": {"JPY"}, "円": {"JPY"}, "₹": {"INR"}, "RS": {"INR"}, "ZŁ": {"PLN"}, "ZL": {"PLN"}, "KR": {"SEK"}, "₺": {"TRY"}, "TL": {"TRY"},
	"دإ": {"AED"}, "DH": {"AED"}, "DHS": {"AED"}, "رس": {"SAR"}, "﷼": {"SAR"}, "SR": {"SAR"}, "جم": {"EGP"},
	"AED": {"AED"}, "AUD": {"AUD"}, "BRL": {"BRL"}, "CAD": {"CAD"}, "EGP": {"EGP"}, "EUR": {"EUR"}, "GBP": {"GBP"}, "INR": {"INR"}, "JPY": {"JPY"},
	"MXN": {"MXN"}, "PLN": {"PLN"}, "SAR": {"SAR"}, "SEK": {"SEK"}, "SGD": {"SGD"}, "TRY": {"TRY"}, "USD": {"USD"}, "ZAR": {"ZAR"},
}
