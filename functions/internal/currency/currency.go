// Package currency tells what ISO 4217 and CLDR say of currencies. It is apart from money, which everything imports, as its
// tables are 75 KB of a zip.
package currency

import (
	"fmt"

	"golang.org/x/text/currency"
)

// Decimals returns how many digits the minor unit of a currency has: 2 of the dollar, none of the yen, 3 of the Kuwaiti
// dinar. They are CLDR's, which for some currencies that no marketplace has (IQD, RSD and others whose coins are out of
// use) are fewer than those of ISO 4217. It fails for what is no currency.
func Decimals(code string) (int, error) {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 0, fmt.Errorf("currency %q: %w", code, err)
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale, nil
}
