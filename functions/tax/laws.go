package tax

// laws are the rates of the countries whose prices include their tax, as of 2026-04-01, by classes of goods. What a country's
// law tells apart more finely than the classes do is left at the standard rate, unless the comment says which one was taken;
// doc.go lists what that leaves out.
//
// Sources: for the European Union, the European Commission's Taxes in Europe Database (Directive 2006/112/EC, art. 96 to 99 and
// 105a) and, where newer, the act that stands beside the country; for the others, the act that stands beside them.
var laws = map[string]law{
	"AT": {name: "VAT", rates: rates{Standard: 20 * percent, Food: 10 * percent, Sweets: 10 * percent, Books: 10 * percent, Ebooks: 10 * percent,
		Periodicals: 10 * percent, Medicine: 10 * percent}}, // UStG 1994 § 10 (2)
	"BE": {name: "VAT", rates: rates{Standard: 21 * percent, Food: 6 * percent, Sweets: 6 * percent, Drinks: 6 * percent, Books: 6 * percent,
		Ebooks: 6 * percent, Periodicals: 6 * percent, Medicine: 6 * percent}}, // royal decree no. 20
	"BG": {name: "VAT", rates: rates{Standard: 20 * percent, Books: 9 * percent}}, // ZDDS art. 66
	"CY": {name: "VAT", rates: rates{Standard: 19 * percent, Food: 5 * percent, Books: 3 * percent, Medicine: 5 * percent}},
	"CZ": {name: "VAT", rates: rates{Standard: 21 * percent, Food: 12 * percent, Sweets: 12 * percent, Books: 0, Ebooks: 0, Periodicals: 12 * percent,
		Medicine: 12 * percent}}, // act 235/2004, § 47 and 71i
	"DE": {name: "VAT", rates: rates{Standard: 19 * percent, Food: 7 * percent, Sweets: 7 * percent, Books: 7 * percent, Ebooks: 7 * percent,
		Periodicals: 7 * percent}}, // UStG § 12 (2) with annex 2
	"DK": {name: "VAT", rates: rates{Standard: 25 * percent}},
	"EE": {name: "VAT", rates: rates{Standard: 24 * percent, Books: 9 * percent, Ebooks: 9 * percent, Periodicals: 9 * percent, Medicine: 9 * percent}},
	"ES": {name: "VAT", rates: rates{Standard: 21 * percent, Food: 10 * percent, Sweets: 10 * percent, Books: 4 * percent, Ebooks: 4 * percent,
		Periodicals: 4 * percent, Medicine: 4 * percent}}, // Ley 37/1992, art. 91
	"FI": {name: "VAT", rates: rates{Standard: 255_000, Food: 135_000, Sweets: 135_000, Drinks: 135_000, Books: 135_000, Ebooks: 135_000,
		Medicine: 135_000}}, // since 2026-01-01: Vero, "reduced VAT rate of 14% lowered to 13.5%"
	"FR": {name: "VAT", rates: rates{Standard: 20 * percent, Food: 55_000, Drinks: 55_000, Books: 55_000, Ebooks: 55_000,
		Medicine: 10 * percent}}, // CGI art. 278-0 bis, 278 quater
	"GB": {name: "VAT", rates: rates{Standard: 20 * percent, Food: 0, Books: 0, Ebooks: 0, Periodicals: 0,
		Childrenswear: 0}}, // Value Added Tax Act 1994, s. 2 and schedule 8, groups 1, 3 and 16
	"GR": {name: "VAT", rates: rates{Standard: 24 * percent, Food: 13 * percent, Books: 6 * percent, Periodicals: 6 * percent, Medicine: 6 * percent}},
	"HR": {name: "VAT", rates: rates{Standard: 25 * percent, Books: 5 * percent, Medicine: 5 * percent}},
	"HU": {name: "VAT", rates: rates{Standard: 27 * percent, Books: 5 * percent, Periodicals: 5 * percent, Medicine: 5 * percent}},
	"IE": {name: "VAT", rates: rates{Standard: 23 * percent, Food: 0, Books: 0, Ebooks: 0, Childrenswear: 0}}, // VATCA 2010, schedule 2
	"IT": {name: "VAT", rates: rates{Standard: 22 * percent, Food: 10 * percent, Sweets: 10 * percent, Books: 4 * percent, Ebooks: 4 * percent,
		Periodicals: 4 * percent, Medicine: 10 * percent}}, // DPR 633/1972, table A
	"LT": {name: "VAT", rates: rates{Standard: 21 * percent, Books: 5 * percent}}, // since 2026-01-01
	"LU": {name: "VAT", rates: rates{Standard: 17 * percent, Food: 3 * percent, Sweets: 3 * percent, Drinks: 3 * percent, Books: 3 * percent,
		Ebooks: 3 * percent, Periodicals: 3 * percent, Medicine: 3 * percent, Childrenswear: 3 * percent}},
	"LV": {name: "VAT", rates: rates{Standard: 21 * percent, Books: 5 * percent, Ebooks: 5 * percent, Periodicals: 5 * percent, Medicine: 12 * percent}},
	"MT": {name: "VAT", rates: rates{Standard: 18 * percent, Food: 0, Books: 5 * percent, Periodicals: 5 * percent, Medicine: 0}},
	"NL": {name: "VAT", rates: rates{Standard: 21 * percent, Food: 9 * percent, Sweets: 9 * percent, Drinks: 9 * percent, Books: 9 * percent,
		Ebooks: 9 * percent, Periodicals: 9 * percent, Medicine: 9 * percent}}, // Wet OB 1968, table I
	"PL": {name: "VAT", rates: rates{Standard: 23 * percent, Food: 5 * percent, Books: 5 * percent, Ebooks: 5 * percent, Periodicals: 8 * percent,
		Medicine: 8 * percent}}, // ustawa o VAT, annexes 3 and 10
	"PT": {name: "VAT", rates: rates{Standard: 23 * percent, Food: 6 * percent, Books: 6 * percent, Ebooks: 6 * percent, Periodicals: 6 * percent,
		Medicine: 6 * percent}}, // CIVA, list I
	"RO": {name: "VAT", rates: rates{Standard: 21 * percent, Food: 11 * percent, Books: 11 * percent, Periodicals: 11 * percent,
		Medicine: 11 * percent}}, // Legea 141/2025, since 2025-08-01
	"SE": {name: "VAT", rates: rates{Standard: 25 * percent, Food: 6 * percent, Sweets: 6 * percent, Drinks: 6 * percent, Books: 6 * percent,
		Ebooks: 6 * percent, Periodicals: 6 * percent}}, // food: from 2026-04-01 until 2027-12-31 (12 % before)
	"SI": {name: "VAT", rates: rates{Standard: 22 * percent, Food: 95_000, Books: 5 * percent, Ebooks: 5 * percent, Periodicals: 5 * percent,
		Medicine: 95_000}},
	"SK": {name: "VAT", rates: rates{Standard: 23 * percent, Food: 19 * percent, Books: 5 * percent, Medicine: 5 * percent}}, // staples: 5 %

	// Federal Decree-Law 8 of 2017, art. 3
	"AE": {name: "VAT", rates: rates{Standard: 5 * percent}},
	// A New Tax System (GST) Act 1999, s. 9-70 and 38-2
	"AU": {name: "GST", rates: rates{Standard: 10 * percent, Food: 0}},
	// law 67 of 2016, art. 3
	"EG": {name: "VAT", rates: rates{Standard: 14 * percent}},
	// 56th GST Council, since 2025-09-22; clothing to ₹2,500 a piece
	"IN": {name: "GST", rates: rates{Standard: 18 * percent, Food: 5 * percent, Sweets: 5 * percent, Books: 0, Periodicals: 0, Medicine: 5 * percent,
		Clothing: 5 * percent}, pieces: map[Class]int64{Clothing: 2_500_00}},
	// since 2019-10-01
	"JP": {name: "Consumption tax", rates: rates{Standard: 10 * percent, Food: 8 * percent, Sweets: 8 * percent, Drinks: 8 * percent}},
	// Ley del IVA, art. 1, 2-A and 9
	"MX": {name: "VAT", rates: rates{Standard: 16 * percent, Food: 0, Books: 0, Periodicals: 0, Medicine: 0}},
	// royal order A/638, since 2020-07-01
	"SA": {name: "VAT", rates: rates{Standard: 15 * percent}},
	// Goods and Services Tax Act 1993, s. 16, since 2024-01-01
	"SG": {name: "GST", rates: rates{Standard: 9 * percent}},
	// decree 2007/13033 as of decision 7346, lists I and II; books: Law 3065, art. 13 (n)
	"TR": {name: "VAT", rates: rates{Standard: 20 * percent, Food: 1 * percent, Books: 0, Periodicals: 0, Clothing: 10 * percent,
		Medicine: 10 * percent}},
	// Value-Added Tax Act 89 of 1991, s. 7
	"ZA": {name: "VAT", rates: rates{Standard: 15 * percent}},
}
