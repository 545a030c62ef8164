package marketplaces

import "time"

// union are the member states of the European Union (europa.eu): goods move between them without customs, so a
// marketplace of one ships to all.
var union = []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
	"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}

var (
	satSun = []time.Weekday{time.Saturday, time.Sunday}
	friSat = []time.Weekday{time.Friday, time.Saturday}
)

// policyDays is for how long the house takes goods back everywhere, whatever the law asks.
const policyDays = 30

// What buyers at a distance may withdraw from without a reason, by the law of the marketplace, as of November 2026.
var (
	byPolicy = Returns{Days: policyDays}
	// euLaw: Directive 2011/83/EU, art. 9 (14 days) and 13 (standard delivery is given back).
	euLaw = Returns{policyDays, 14, true}
	// gbLaw: Consumer Contracts (Information, Cancellation and Additional Charges) Regulations 2013, reg. 30 and 34.
	gbLaw = Returns{policyDays, 14, true}
	// brLaw: Código de Defesa do Consumidor (Lei 8.078/1990), art. 49: 7 days, whatever was paid is given back.
	brLaw = Returns{policyDays, 7, true}
)

// all is sorted by code.
var all = []Marketplace{
	{"AE", "United Arab Emirates", "AED", "ar-AE", "Asia/Dubai", []string{"AE"}, true, satSun, byPolicy},
	{"AU", "Australia", "AUD", "en-AU", "Australia/Sydney", []string{"AU"}, true, satSun, byPolicy},
	{"BE", "Belgium", "EUR", "nl-BE", "Europe/Brussels", union, true, satSun, euLaw},
	{"BR", "Brazil", "BRL", "pt-BR", "America/Sao_Paulo", []string{"BR"}, true, satSun, brLaw},
	{"CA", "Canada", "CAD", "en-CA", "America/Toronto", []string{"CA"}, false, satSun, byPolicy},
	{"DE", "Germany", "EUR", "de-DE", "Europe/Berlin", union, true, satSun, euLaw},
	{"EG", "Egypt", "EGP", "ar-EG", "Africa/Cairo", []string{"EG"}, true, friSat, byPolicy},
	{"ES", "Spain", "EUR", "es-ES", "Europe/Madrid", union, true, satSun, euLaw},
	{"FR", "France", "EUR", "fr-FR", "Europe/Paris", union, true, satSun, euLaw},
	{"GB", "United Kingdom", "GBP", "en-GB", "Europe/London", []string{"GB"}, true, satSun, gbLaw},
	{"IE", "Ireland", "EUR", "en-IE", "Europe/Dublin", union, true, satSun, euLaw},
	{"IN", "India", "INR", "en-IN", "Asia/Kolkata", []string{"IN"}, true, satSun, byPolicy},
	{"IT", "Italy", "EUR", "it-IT", "Europe/Rome", union, true, satSun, euLaw},
	{"JP", "Japan", "JPY", "ja-JP", "Asia/Tokyo", []string{"JP"}, true, satSun, byPolicy},
	{"MX", "Mexico", "MXN", "es-MX", "America/Mexico_City", []string{"MX"}, true, satSun, byPolicy},
	{"NL", "Netherlands", "EUR", "nl-NL", "Europe/Amsterdam", union, true, satSun, euLaw},
	{"PL", "Poland", "PLN", "pl-PL", "Europe/Warsaw", union, true, satSun, euLaw},
	{"SA", "Saudi Arabia", "SAR", "ar-SA", "Asia/Riyadh", []string{"SA"}, true, friSat, byPolicy},
	{"SE", "Sweden", "SEK", "sv-SE", "Europe/Stockholm", union, true, satSun, euLaw},
	{"SG", "Singapore", "SGD", "en-SG", "Asia/Singapore", []string{"SG"}, true, satSun, byPolicy},
	{"TR", "Türkiye", "TRY", "tr-TR", "Europe/Istanbul", []string{"TR"}, true, satSun, byPolicy},
	{"US", "United States", "USD", "en-US", "America/Los_Angeles", []string{"US"}, false, satSun, byPolicy},
	{"ZA", "South Africa", "ZAR", "en-ZA", "Africa/Johannesburg", []string{"ZA"}, true, satSun, byPolicy},
}
