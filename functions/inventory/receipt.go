package inventory

import "rialto/functions/internal/fault"

// Receipt is units that came into a centre. Its id makes booking it repeatable.
type Receipt struct {
	ID string `json:"receipt_id" dynamodbav:"receipt_id"`
	SKU
	Centre   string `json:"centre" dynamodbav:"centre"`
	Quantity int64  `json:"quantity" dynamodbav:"quantity"` // 1 to MaxQuantity, added to what is there
	// Returned tells that the units were shipped once and came back.
	Returned bool `json:"returned,omitempty" dynamodbav:"returned"`
}

// ErrReceipt reports a receipt id that was booked with other contents.
var ErrReceipt = fault.New(fault.Conflict, "receipt_mismatch", "the receipt was booked before with other contents")

// Check returns a fault receipt_invalid naming every field that is missing or out of range.
func (r Receipt) Check() error {
	var flaws []fault.Field
	for _, f := range []struct {
		name string
		ok   bool
	}{
		{"receipt_id", id.MatchString(r.ID)}, {"product_id", id.MatchString(r.ProductID)}, {"seller_id", id.MatchString(r.SellerID)},
		{"centre", id.MatchString(r.Centre)}, {"quantity", r.Quantity >= 1 && r.Quantity <= MaxQuantity},
	} {
		if !f.ok {
			flaws = append(flaws, fault.Field{Pointer: "/" + f.name, Code: "invalid", Message: f.name + " is missing or out of range"})
		}
	}
	if flaws != nil {
		return fault.New(fault.Invalid, "receipt_invalid", "the receipt has fields that are missing or out of range").With(flaws...)
	}
	return nil
}
