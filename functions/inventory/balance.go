package inventory

import "fmt"

// Balance checks the ledger of a stock item against all holds that were ever placed (others' are ignored):
//
//	received + returned + adjusted + moved = available + held + committed + shipped - debt
//
// and available is not negative, nothing is available while there is a debt, as many units left as holds were
// shipped, and as many are out as holds are held or committed. An item may be one shard of a sku's units in a centre.
func Balance(s Stock, holds []Hold) error {
	sum := map[State]int64{}
	for _, h := range holds {
		if h.SKU != s.SKU || h.Centre != s.Centre {
			continue
		}
		for _, d := range h.Drawn() {
			if d.Shard == s.Shard {
				sum[h.State] += d.Quantity
			}
		}
	}
	name := fmt.Sprintf("%s in %s, shard %d", s.SKU, s.Centre, s.Shard)
	in, out := s.Received+s.Returned+s.Adjusted+s.Moved, s.Available+sum[Held]+sum[Committed]+s.Shipped-s.Debt
	switch {
	case s.Available < 0:
		return fmt.Errorf("oversold: %s has %d available", name, s.Available)
	case s.Debt < 0 || s.Debt > 0 && s.Available > 0:
		return fmt.Errorf("%s sells %d with a debt of %d", name, s.Available, s.Debt)
	case s.Shipped != sum[Shipped]:
		return fmt.Errorf("%s: %d units shipped, holds say %d", name, s.Shipped, sum[Shipped])
	case s.Out != sum[Held]+sum[Committed]:
		return fmt.Errorf("%s: %d units are out, holds say %d", name, s.Out, sum[Held]+sum[Committed])
	case in != out:
		return fmt.Errorf("%s: %d units came in, %d are accounted for (%d available, %d held, %d committed, %d shipped, %d owed)",
			name, in, out, s.Available, sum[Held], sum[Committed], s.Shipped, s.Debt)
	}
	return nil
}

// BalanceAll checks the ledgers of all shards that a sku's units in a centre ever had, and that what moved between
// them neither grew nor shrank.
func BalanceAll(shards []Stock, holds []Hold) error {
	var moved int64
	for _, s := range shards {
		if err := Balance(s, holds); err != nil {
			return err
		}
		moved += s.Moved
	}
	if moved != 0 {
		return fmt.Errorf("%s in %s: %d units more arrived in shards than left others", shards[0].SKU, shards[0].Centre, moved)
	}
	return nil
}

// Oddity is what is wrong with a stock item by what it says itself, "" for nothing: the part of Balance that needs no look at holds.
func (s Stock) Oddity() string {
	switch {
	case s.Available < 0:
		return "oversold"
	case s.Received+s.Returned+s.Adjusted+s.Moved != s.Available+s.Out+s.Shipped-s.Debt:
		return "equation"
	}
	return ""
}
