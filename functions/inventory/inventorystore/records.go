// Package inventorystore keeps stock and holds.
//
// Table inventory: a stock item (PK product_id#seller_id, SK centre), and beside it the receipts (PK
// !receipt#<id>, SK receipt) that make booking repeatable. Table holds: PK order_id, SK line#centre#n; the
// attribute ttl is set on RELEASED holds only and is housekeeping.
package inventorystore

import (
	"fmt"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

const (
	inventoryTable = "inventory"
	holds          = "holds"

	holdPrefix    = "hold:"
	stockName     = "stock"
	receiptPrefix = "!receipt#"
)

// Store reads and writes stock and holds.
type Store struct{ DB store.DB }

func stockKey(sku inventory.SKU, centre string) store.Key {
	return store.Key{PK: sku.String(), SK: centre}
}

func holdKey(h inventory.Hold) store.Key {
	return store.Key{PK: h.OrderID, SK: fmt.Sprintf("%s#%s#%d", h.Line, h.Centre, h.N)}
}

func receiptKey(id string) store.Key { return store.Key{PK: receiptPrefix + id, SK: "receipt"} }

func holdName(h inventory.Hold) string { return holdPrefix + holdKey(h).SK }

// readHold reads a hold; no item is an Absent one.
func readHold(i store.Item) (inventory.Hold, error) {
	var h inventory.Hold
	if err := store.Unmarshal(i, &h); err != nil {
		return h, fmt.Errorf("read hold: %w", err)
	}
	return h, nil
}

func readStock(i store.Item) (inventory.Stock, error) {
	var s inventory.Stock
	if err := store.Unmarshal(i, &s); err != nil {
		return s, fmt.Errorf("read stock: %w", err)
	}
	return s, nil
}

// contended is the fault of a refusal that may pass later: others had the items, or they were too busy.
func contended(r *store.Refused) error {
	for _, reason := range r.Reasons {
		if reason.Cause == store.Throttled {
			return fault.New(fault.Throttled, "inventory_throttled", "the inventory is too busy just now").Because(r)
		}
	}
	return fault.New(fault.Unavailable, "inventory_contended", "others are changing the same stock just now").Because(r)
}
