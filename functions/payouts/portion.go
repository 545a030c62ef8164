package payouts

import (
	"fmt"
	"math/bits"
)

// portion returns a x part / whole, rounded down. All are not negative, part is whole at most, and whole is positive.
func portion(a, part, whole int64) (int64, error) {
	if a < 0 || part < 0 || part > whole || whole <= 0 {
		return 0, fmt.Errorf("%d x %d / %d is no portion", a, part, whole)
	}
	hi, lo := bits.Mul64(uint64(a), uint64(part))
	q, _ := bits.Div64(hi, lo, uint64(whole)) // hi < whole, as part <= whole and a < 2^63
	return int64(q), nil
}
