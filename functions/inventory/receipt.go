package inventory

import "time"

// Receipt is units that came into a centre, as an operator's file of goods names them: a change of two kinds.
type Receipt struct {
	ID string `json:"receipt_id"`
	SKU
	Centre   string `json:"fulfillment_center_id"`
	Quantity int64  `json:"quantity"` // 1 to MaxQuantity, added to what is there
	// Returned tells that the units were shipped once and came back.
	Returned bool `json:"returned,omitempty"`
	// ReceivedAt is when they came; zero is when that is booked.
	ReceivedAt time.Time `json:"received_at,omitzero"`
}

// Change is the receipt as a change.
func (r Receipt) Change() Change {
	c := Change{ID: r.ID, SKU: r.SKU, Centre: r.Centre, Kind: Received, Quantity: r.Quantity, At: r.ReceivedAt}
	if r.Returned {
		c.Kind = Returned
	}
	return c
}
