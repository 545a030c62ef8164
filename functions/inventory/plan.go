package inventory

import (
	"rialto/functions/internal/fault"
)

const (
	// MaxActions is how many writes one DynamoDB transaction can hold
	// (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html). Placing a plan
	// needs one for each pick, and one for each stock item that it draws on: 50 picks from 50 items.
	MaxActions = 100
	// MaxQuantity is the most units of one pick or receipt.
	MaxQuantity = 1_000_000
)

// Want is one line of a cart: units of a sku.
type Want struct {
	Line     string // unique among the wants
	SKU      SKU
	Quantity int64 // 1 to MaxQuantity
}

// Pick is units of a line that ship from one centre.
type Pick struct {
	Centre   string `json:"fulfillment_center_id"`
	Quantity int64  `json:"quantity"` // 1 to MaxQuantity
}

// PlannedLine says where a line's units ship from.
type PlannedLine struct {
	Line      string `json:"line"`
	ProductID string `json:"product_id"`
	SellerID  string `json:"seller_id"`
	Picks     []Pick `json:"picks"`
}

// Plan says where an order ships from. A checkout stores one before its first hold, and every retry, release
// and commit follows that one.
type Plan struct {
	Lines []PlannedLine `json:"lines"`
}

// Holds lists the plan's holds as they are placed. N tells holds of the same line and centre apart; it counts
// from 0 in the plan's order.
func (p Plan) Holds(orderID string, expiresAtMillis int64) []Hold {
	type at struct{ line, centre string }
	seen := map[at]int{}
	var out []Hold
	for _, l := range p.Lines {
		for _, pick := range l.Picks {
			k := at{l.Line, pick.Centre}
			out = append(out, Hold{OrderID: orderID, Line: l.Line, SKU: SKU{l.ProductID, l.SellerID}, Centre: pick.Centre, N: seen[k],
				Quantity: pick.Quantity, State: Held, ExpiresAt: expiresAtMillis})
			seen[k]++
		}
	}
	return out
}

// Check refuses a plan that cannot be placed: plan_invalid if a part is missing or out of range,
// too_many_lines if it needs more than MaxActions writes.
func (p Plan) Check() error {
	type item struct {
		sku    SKU
		centre string
	}
	items := map[item]bool{}
	holds := p.Holds("", 0)
	for _, h := range holds {
		named := h.Line != "" && id.MatchString(h.ProductID) && id.MatchString(h.SellerID) && id.MatchString(h.Centre)
		if !named || h.Quantity < 1 || h.Quantity > MaxQuantity {
			return fault.New(fault.Invalid, "plan_invalid", "the plan has a pick without line, sku, centre or a quantity in range")
		}
		items[item{h.SKU, h.Centre}] = true
	}
	if n := len(holds) + len(items); n > MaxActions {
		return fault.New(fault.Invalid, "too_many_lines", "the order needs %d writes to hold its units, %d are possible", n, MaxActions)
	} else if n == 0 {
		return fault.New(fault.Invalid, "plan_invalid", "the plan is empty")
	}
	return nil
}
