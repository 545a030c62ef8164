package notifications

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"rialto/functions/internal/currency"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// days is how a day is written in each marketplace: CLDR 48, the pattern yMd of its locale, in the digits 0 to 9.
var days = map[string]string{
	"AE": "2/1/2006", "AU": "02/01/2006", "BE": "2/1/2006", "BR": "02/01/2006", "CA": "2006-01-02", "DE": "2.1.2006", "EG": "2/1/2006",
	"ES": "2/1/2006", "FR": "02/01/2006", "GB": "02/01/2006", "IE": "2/1/2006", "IN": "2/1/2006", "IT": "02/01/2006", "JP": "2006/1/2",
	"MX": "2/1/2006", "NL": "2-1-2006", "PL": "2.01.2006", "SA": "2/1/2006", "SE": "2006-01-02", "SG": "02/01/2006", "TR": "02.01.2006",
	"US": "1/2/2006", "ZA": "2006/01/02",
}

// form writes money and days as a marketplace does.
type form struct {
	printer *message.Printer
	zone    *time.Location
	day     string
}

func formOf(m marketplaces.Marketplace) (form, error) {
	zone, err := time.LoadLocation(m.TimeZone)
	if err != nil {
		return form{}, fmt.Errorf("the clock of %s: %w", m.Code, err)
	}
	tag, err := language.Parse(m.Language)
	if err != nil {
		return form{}, fmt.Errorf("the language of %s: %w", m.Code, err)
	}
	return form{message.NewPrinter(tag), zone, days[m.Code]}, nil
}

// date is the day in the marketplace.
func (f form) date(at time.Time) string { return at.In(f.zone).Format(f.day) }

// Amount writes money with the marketplace's digits and separators, and the currency's code, which no two share.
func (f form) amount(a money.Amount) (string, error) {
	places, err := currency.Decimals(a.Currency)
	if err != nil {
		return "", err
	}
	one := int64(1)
	for range places {
		one *= 10
	}
	sign, minor := "", a.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	text := f.printer.Sprint(number.Decimal(minor / one))
	if places > 0 {
		text += f.point() + f.printer.Sprint(number.Decimal(minor%one, number.MinIntegerDigits(places), number.NoSeparator()))
	}
	return sign + text + "\u00a0" + a.Currency, nil
}

// point is what stands before the decimals.
func (f form) point() string {
	zero := f.printer.Sprint(number.Decimal(0))
	return strings.ReplaceAll(f.printer.Sprint(number.Decimal(0, number.MinFractionDigits(1))), zero, "")
}
