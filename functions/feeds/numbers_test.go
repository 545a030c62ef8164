package feeds

import (
	"fmt"
	"testing"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Seen to catch: a point before three digits taken for cents where it parts thousands; a column's own cells not believed.
func TestPricesAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ market, column, cell, want string }{
		// Who writes two marks, or other than three digits behind one, has said which is which.
		{"US", "", "2,450.00", "245000"}, {"DE", "", "2.450,00", "245000"}, {"US", "", "2.450,00", "245000"}, {"DE", "", "2,450.00", "245000"},
		{"DE", "", "7,5", "750"}, {"DE", "", "7.50", "750"}, {"US", "", "7,50", "750"}, {"US", "", "1,234,567", "123456700"},
		{"DE", "", "1.234.567,8", "123456780"}, {"IN", "", "1,25,000.50", "12500050"}, {"IN", "", "12,34,567", "123456700"}, {"US", "", ".99", "99"},
		{"DE", "", "0,500", "50"}, {"US", "", "0,990", "99"},
		// One mark before three digits.
		{"US", "", "3.500", "350"}, {"US", "", "3,500", "ambiguous_number"}, {"DE", "", "3.500", "ambiguous_number"}, {"FR", "", "3,500",
			"ambiguous_number"},
		{"ZA", "", "3.500", "ambiguous_number"}, {"US", "", "3.509", "too_many_digits"}, {"US", "", "3500.125", "too_many_digits"},
		{"US", ".", "3,500", "350000"}, {"DE", ",", "3.500", "350000"}, {"DE", ",", "3,500", "350"}, {"US", ",", "3.500", "350000"},
		{"DE", ".", "3.500", "350"}, {"JP", "", "3,500", "3500"}, {"JP", "", "3.500", "ambiguous_number"}, {"JP", "", "3.000", "ambiguous_number"},
		{"JP", ".", "3.000", "3"}, {"JP", "", "3000.00", "3000"},
		// Blanks and apostrophes part thousands alone.
		{"FR", "", "2 450,00", "245000"}, {"SE", "", "2\u00a0450", "245000"}, {"PL", "", "12\u202f450,50", "1245050"}, {"US", "", "2'450.00",
			"245000"},
		{"US", "", "2’450", "245000"}, {"US", "", "2 45", "invalid_value"}, {"US", "", "1 2", "invalid_value"},
		// Currencies.
		{"US", "", "$12.50", "1250"}, {"US", "", "12.50 USD", "1250"}, {"DE", "", "12,50 €", "1250"}, {"DE", "", "EUR 12", "1200"}, {"BR", "",
			"R$ 9,90", "990"},
		{"IN", "", "Rs.450", "45000"}, {"IN", "", "₹1,20,000", "12000000"}, {"PL", "", "19,99 zł", "1999"}, {"SE", "", "25 kr", "2500"}, {"JP",
			"", "¥1200", "1200"},
		{"JP", "", "１２００円", "1200"}, {"AE", "", "١٢٫٥٠", "1250"}, {"CA", "", "CA$5", "500"}, {"US", "", "€5", "wrong_currency"}, {"DE", "",
			"5 USD", "wrong_currency"},
		{"US", "", "5 each", "invalid_value"}, {"DE", "", "12,-", "1200"}, {"DE", "", "12,– €", "1200"}, {"SE", "", "299:-", "29900"},
		{"IN", "", "Rs. 499/-", "49900"}, {"NL", "", "12,-- EUR", "1200"}, {"JP", "", "￥１，９８０", "1980"}, {"US", "", "$12.50 USD", "1250"},
		{"MX", "", "MXN$1,299.00", "129900"}, {"CA", "", "12.50 $ CAD", "1250"}, {"GB", "", "£12.99 GBP", "1299"}, {"US", "", "$5 CAD",
			"wrong_currency"},
		{"CA", "", "US$5 CAD", "wrong_currency"}, {"SE", "", "299 kr.", "29900"}, {"AE", "", "د.إ.\u200f 49.00", "4900"}, {"SA", "", "49.50 ر.س.\u200f",
			"4950"},
		{"EG", "", "49.50 L.E.", "4950"}, {"US", "", "NZ$5", "invalid_value"},
		// Signs.
		{"US", "", "-5", "negative_price"}, {"US", "", "5.00-", "negative_price"}, {"US", "", "−5", "negative_price"}, {"US", "", "($5.00)",
			"negative_price"},
		{"US", "", "-$5", "negative_price"}, {"US", "", "$-5", "negative_price"},
		// No numbers.
		{"US", "", "1,23,4", "invalid_value"}, {"US", "", "1.2.3", "invalid_value"}, {"US", "", "12.", "invalid_value"}, {"US", "", "1e3",
			"invalid_value"},
		{"US", "", "free", "invalid_value"}, {"US", "", "1,2345.00", "invalid_value"}, {"US", "", "5%", "invalid_value"}, {"US", "", "1,,000",
			"invalid_value"},
		{"JP", "", "12.50", "too_many_digits"},
	} {
		m, err := marketplaces.Lookup(c.market)
		if err != nil {
			t.Fatal(err)
		}
		n, err := parsePrice("price", c.cell, m.Currency, notation{marketplace: c.market, column: c.column})
		got := fmt.Sprint(n)
		if err != nil {
			got = fault.Code(err)
		}
		if got != c.want {
			t.Errorf("%s: %q in a column of %q is %s, not %s", c.market, c.cell, c.column, got, c.want)
		}
	}
}

func TestQuantitiesAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"7": "7", "7.0": "7", "7,00": "7", "007": "7", "2 000": "2000", "-3": "-3", "3-": "-3", "+3": "3", "1.5": "fractional_quantity",
		"2,000": "ambiguous_number",
		"$7":    "invalid_value", "1000001": "out_of_range", "7 pcs": "invalid_value", "": "invalid_value", "0.0": "0", "١٢": "12",
	} {
		n, err := parseQuantity("quantity", cell, true, notation{marketplace: "US"})
		got := fmt.Sprint(n)
		if err != nil {
			got = fault.Code(err)
		}
		if got != want {
			t.Errorf("%q: %s, not %s", cell, got, want)
		}
	}
	if n, err := parseQuantity("quantity", "2,000", false, notation{marketplace: "US", column: "."}); n != 2000 || err != nil {
		t.Error(n, err)
	}
}

func TestAColumnShowsItsMark(t *testing.T) {
	t.Parallel()
	for want, columns := range map[string][][]string{
		".": {{"1,000", "2.50"}, {"1,000,000"}, {"3.5", "4"}}, ",": {{"1.000", "2,5 €"}, {"1.000,00"}, {"0,125"}}, "": {{"1.000"}, {"2.50",
			"2,50"}, {"5", "x", ""}},
	} {
		for _, cells := range columns {
			var sample [][]string
			for _, c := range cells {
				sample = append(sample, []string{"A", c})
			}
			if got := decimalsOf([]string{colSKU, colPrice}, sample); got[colPrice] != want {
				t.Errorf("%q: %v, not %q", cells, got, want)
			}
		}
	}
}

func TestNumbersOfProducts(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Does not apply": "", "N/A": "", "4006381333931": "4006381333931", "4006381333931.0": "4006381333931",
		"'4006381333931":  "4006381333931",
		"4 006381 333931": "4006381333931", "978-0-13-110362-7": "9780131103627", "0131103628": "9780131103627", "080442957X": "9780804429573",
		"36000291452": "036000291452", "36000291453": "invalid_gtin", "360002914": "invalid_gtin", "4.00638E+12": "invalid_gtin",
		"abc":           "invalid_gtin",
		"4006381333932": "invalid_gtin", "0000000000": "invalid_gtin", "0131103629": "invalid_gtin", "131103628": "9780131103627",
		"ISBN-13: 978-0-13-110362-7": "9780131103627", "EAN 4006381333931": "4006381333931", "978–0–13–110362–7": "9780131103627",
		"\ufeff4006381333931\u200b": "4006381333931", "０３６０００２９１４５２": "036000291452", "Non applicabile": "", "GTIN exempt": "",
	} {
		got, err := gtinOf(cell)
		if err != nil {
			got = fault.Code(err)
		}
		if got != want {
			t.Errorf("%q: %s, not %s", cell, got, want)
		}
	}
}
