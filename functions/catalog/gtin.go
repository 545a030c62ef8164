package catalog

import "strings"

// GTIN returns a number of 8, 12, 13 or 14 digits as one of 14, the form in which equal numbers are equal, and whether
// its last digit is right (GS1 General Specifications, 7.9: weights 3 and 1 from the right, the sum rounded up to ten).
func GTIN(s string) (string, bool) {
	switch len(s) {
	case 8, 12, 13, 14:
	default:
		return "", false
	}
	padded := strings.Repeat("0", 14-len(s)) + s
	sum := 0
	for i, c := range padded {
		if c < '0' || c > '9' {
			return "", false
		}
		weight := 3
		if i%2 == 1 {
			weight = 1
		}
		sum += int(c-'0') * weight
	}
	return padded, sum%10 == 0 && strings.Trim(s, "0") != ""
}
