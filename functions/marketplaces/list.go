package marketplaces

// union are the member states of the European Union (europa.eu): goods move between them without customs, so a
// marketplace of one ships to all.
var union = []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
	"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}

// all is sorted by code.
var all = []Marketplace{
	{"AE", "United Arab Emirates", "AED", "ar-AE", "Asia/Dubai", []string{"AE"}, true},
	{"AU", "Australia", "AUD", "en-AU", "Australia/Sydney", []string{"AU", "NZ"}, true},
	{"BE", "Belgium", "EUR", "nl-BE", "Europe/Brussels", union, true},
	{"BR", "Brazil", "BRL", "pt-BR", "America/Sao_Paulo", []string{"BR"}, true},
	{"CA", "Canada", "CAD", "en-CA", "America/Toronto", []string{"CA"}, false},
	{"DE", "Germany", "EUR", "de-DE", "Europe/Berlin", union, true},
	{"EG", "Egypt", "EGP", "ar-EG", "Africa/Cairo", []string{"EG"}, true},
	{"ES", "Spain", "EUR", "es-ES", "Europe/Madrid", union, true},
	{"FR", "France", "EUR", "fr-FR", "Europe/Paris", union, true},
	{"GB", "United Kingdom", "GBP", "en-GB", "Europe/London", []string{"GB"}, true},
	{"IE", "Ireland", "EUR", "en-IE", "Europe/Dublin", union, true},
	{"IN", "India", "INR", "en-IN", "Asia/Kolkata", []string{"IN"}, true},
	{"IT", "Italy", "EUR", "it-IT", "Europe/Rome", union, true},
	{"JP", "Japan", "JPY", "ja-JP", "Asia/Tokyo", []string{"JP"}, true},
	{"MX", "Mexico", "MXN", "es-MX", "America/Mexico_City", []string{"MX"}, true},
	{"NL", "Netherlands", "EUR", "nl-NL", "Europe/Amsterdam", union, true},
	{"PL", "Poland", "PLN", "pl-PL", "Europe/Warsaw", union, true},
	{"SA", "Saudi Arabia", "SAR", "ar-SA", "Asia/Riyadh", []string{"SA"}, true},
	{"SE", "Sweden", "SEK", "sv-SE", "Europe/Stockholm", union, true},
	{"SG", "Singapore", "SGD", "en-SG", "Asia/Singapore", []string{"SG"}, true},
	{"TR", "Türkiye", "TRY", "tr-TR", "Europe/Istanbul", []string{"TR"}, true},
	{"US", "United States", "USD", "en-US", "America/Los_Angeles", []string{"US"}, false},
	{"ZA", "South Africa", "ZAR", "en-ZA", "Africa/Johannesburg", []string{"ZA"}, true},
}
