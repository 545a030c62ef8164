package inventory_test

import (
	"testing"

	"rialto/functions/inventory"
)

// Seen to catch: a debt that counts as units; shipped units left out of the equation.
func TestStockTellsWhatIsOddOfIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		s    inventory.Stock
		want string
	}{
		{"nothing yet", inventory.Stock{}, ""},
		{"sold, shipped and returned", inventory.Stock{Received: 10, Returned: 1, Available: 5, Out: 2, Shipped: 4}, ""},
		{"counted and moved", inventory.Stock{Received: 10, Adjusted: -2, Moved: -3, Available: 5}, ""},
		{"owing", inventory.Stock{Received: 10, Adjusted: -8, Out: 5, Debt: 3}, ""},
		{"below nothing", inventory.Stock{Received: 1, Available: -1, Out: 2}, "oversold"},
		{"a unit lost", inventory.Stock{Received: 10, Available: 9}, "equation"},
		{"a unit twice", inventory.Stock{Received: 10, Available: 10, Shipped: 1}, "equation"},
	} {
		if got := c.s.Oddity(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
