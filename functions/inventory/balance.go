package inventory

import "fmt"

// Balance checks the ledger of a stock item against all holds that were ever placed (others' are ignored):
//
//	received + returned = available + held + committed + shipped
//
// and available is not negative, and as many units left as holds were shipped.
func Balance(s Stock, holds []Hold) error {
	sum := map[State]int64{}
	for _, h := range holds {
		if h.SKU == s.SKU && h.Centre == s.Centre {
			sum[h.State] += h.Quantity
		}
	}
	in, out := s.Received+s.Returned, s.Available+sum[Held]+sum[Committed]+s.Shipped
	switch {
	case s.Available < 0:
		return fmt.Errorf("oversold: %s in %s has %d available", s.SKU, s.Centre, s.Available)
	case s.Shipped != sum[Shipped]:
		return fmt.Errorf("%s in %s: %d units shipped, holds say %d", s.SKU, s.Centre, s.Shipped, sum[Shipped])
	case in != out:
		return fmt.Errorf("%s in %s: %d units came in, %d are accounted for (%d available, %d held, %d committed, %d shipped)",
			s.SKU, s.Centre, in, out, s.Available, sum[Held], sum[Committed], s.Shipped)
	}
	return nil
}
