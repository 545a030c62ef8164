package feeds

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rialto/functions/internal/currency"
	"rialto/functions/inventory"
)

// parseQuantity reads a count of units. signed lets a sign stand before it. Errors name what sellers get wrong:
// fractional_quantity, negative_quantity, invalid_value.
func parseQuantity(column, s string, signed bool) (int64, error) {
	digits, negative := s, false
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		digits, negative = rest, true
	} else if rest, ok := strings.CutPrefix(s, "+"); ok && signed {
		digits = rest
	}
	if before, after, ok := strings.Cut(digits, "."); ok && isDigits(before) && isDigits(after) {
		return 0, invalid("fractional_quantity", column, "must be a whole number of units")
	}
	if !isDigits(digits) || len(digits) > 12 {
		return 0, invalidValue(column, "must be a whole number, without separators")
	}
	if negative && !signed {
		return 0, invalid("negative_quantity", column, "must not be negative")
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > inventory.MaxQuantity {
		return 0, invalid("out_of_range", column, fmt.Sprintf("must be at most %d", int64(inventory.MaxQuantity)))
	}
	if negative {
		n = -n
	}
	return n, nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// parsePrice reads a price in major units, as sellers write it: 12.99, or 12,99 where a comma separates decimals. A comma
// before three digits is refused, as it means one thing here and another there. Errors: too_many_digits,
// ambiguous_number, negative_price, invalid_value.
func parsePrice(column, s, code string) (int64, error) {
	if strings.HasPrefix(s, "-") {
		return 0, invalid("negative_price", column, "must not be negative")
	}
	units, fraction, _ := strings.Cut(s, ".")
	if whole, after, comma := strings.Cut(s, ","); comma {
		if strings.Contains(s, ".") || len(after) == 3 || strings.Contains(after, ",") {
			return 0, invalid("ambiguous_number", column, "must be written without a separator of thousands, as 1299.00")
		}
		units, fraction = whole, after
	}
	if !isDigits(units) || fraction != "" && !isDigits(fraction) || strings.HasSuffix(s, ".") || strings.HasSuffix(s, ",") {
		return 0, invalidValue(column, "must be a number such as 12.99, without a currency sign")
	}
	digits, err := currency.Decimals(code)
	if err != nil {
		return 0, err
	}
	if len(strings.TrimRight(fraction, "0")) > digits || len(units) > 12 {
		return 0, invalid("too_many_digits", column, fmt.Sprintf("must have at most %d decimals in %s", digits, code))
	}
	fraction += strings.Repeat("0", digits)
	n, err := strconv.ParseInt(units+fraction[:digits], 10, 64)
	if err != nil {
		return 0, invalidValue(column, "must be a number such as 12.99")
	}
	return n, nil
}

// skew is how far a seller's clock may be ahead of ours.
const skew = 5 * time.Minute

// layouts are the forms of an instant.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// parseInstant reads when stock was counted; a day alone is its first instant, UTC. Errors: invalid_value, as_of_in_future.
func parseInstant(s string, now time.Time) (time.Time, error) {
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if t.After(now.Add(skew)) {
			return t, invalid("as_of_in_future", colAsOf, "must not be in the future")
		}
		return t.UTC(), nil
	}
	return time.Time{}, invalidValue(colAsOf, "must be a time such as 2026-11-27T08:30:00Z")
}

// parseBool reads a truth value.
func parseBool(column, s string) (bool, error) {
	switch strings.ToLower(s) {
	case "", "false", "no", "n", "0":
		return false, nil
	case "true", "yes", "y", "1":
		return true, nil
	}
	return false, invalidValue(column, "must be true or false")
}
