package orders

import (
	"testing"

	"rialto/functions/internal/money"
)

// Six units for 4 cents, 3 of them tax, and 5 cents off. Seen to catch: a tax that goes by units, of which the fourth is taxed a cent
// and costs none.
func TestALineIsSharedOutByItsUnits(t *testing.T) {
	t.Parallel()
	usd := func(minor int64) money.Amount { return money.Of(minor, "USD") }
	l := ShipmentLine{Line: "l", Quantity: 6, Paid: usd(4), Tax: usd(3), Discount: usd(5)}
	for n, want := range [][3]int64{{0, 0, 0}, {1, 0, 1}, {1, 1, 1}, {0, 0, 1}, {1, 1, 1}, {1, 1, 1}} {
		part, err := l.Between(int64(n), int64(n)+1)
		if err != nil || part != (ShipmentLine{Line: "l", Quantity: 1, Paid: usd(want[0]), Tax: usd(want[1]), Discount: usd(want[2])}) {
			t.Errorf("unit %d: %+v %v", n, part, err)
		}
	}
	if part, err := l.Between(0, 7); err == nil {
		t.Errorf("%+v", part)
	}
}
