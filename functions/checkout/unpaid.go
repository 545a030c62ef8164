package checkout

import (
	"fmt"

	"rialto/functions/carts"
	"rialto/functions/internal/fault"
	"rialto/functions/inventory"
)

const unpaidLimit = "unpaid_limit"

// errUnpaid refuses to wait for a bank with more units than an unpaid checkout may keep from others.
var errUnpaid = fault.New(fault.Conflict, unpaidLimit, "more units than are held while a bank asks about a payment")

// mayWaitWith is how many of a sku's free units a checkout may keep while it waits for its bank: a guest a quarter, but two in any
// case, and a customer half, but five. A payment that the bank takes at once is not asked. One checkout of a cart waits at a
// time, so that this is a shopper's bound in a marketplace.
func mayWaitWith(free int64, guest bool) int64 {
	if guest {
		return max(2, free/4)
	}
	return max(5, free/2)
}

// unpaid lists the lines of a cart that hold too much to wait with.
func unpaid(q carts.Quote) []fault.Field {
	var out []fault.Field
	for i, l := range q.Lines {
		free := inventory.Available(q.Stock, inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID})
		if most := mayWaitWith(free, q.Guest); l.Quantity > most {
			out = append(out, fault.Field{Pointer: fmt.Sprintf("/lines/%d/quantity", i), Code: unpaidLimit,
				Message: fmt.Sprintf("is more than %d, which are held at most while a bank asks", most)})
		}
	}
	return out
}
