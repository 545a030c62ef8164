// Package inventorystore keeps stock and holds.
//
// Table inventory: a stock item (PK product_id#seller_id, SK centre), in the index by_seller under stock_of; of hot ones the
// layout (SK !layout#centre) and shards (PK product_id#seller_id#centre#k, SK centre) that functions/internal/shards describes; the
// changes (PK !change#<id>) that were booked, and the units that moved, by second (PK
// !moved#<product_id>#<seller_id>#<centre>, SK the second), and what is sold and has not left (PK !committed#<product_id>#<seller_id>, SK
// centre#lane). The
// stock item, which is shard 0, has the last count too, and how many movements were booked. Table holds: PK order_id, SK
// line#centre#n; the attribute ttl is set on RELEASED holds only and is housekeeping.
package inventorystore

import (
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

const (
	inventoryTable = "inventory"
	holds          = "holds"

	holdPrefix   = "hold:"
	changePrefix = "!change#"
)

// Store reads and writes stock and holds. Without Env it remembers nothing from one call to the next, which is right
// everywhere and slow where items are hot.
type Store struct {
	DB  store.DB
	Env *Environment
}

// Environment is what one execution environment remembers of hot stock.
type Environment struct {
	*shards.Environment
	mu     sync.Mutex
	recent map[inventory.SKU]cachedStock
}

// New returns the store of one execution environment.
func New(env *shards.Environment) Store {
	return Store{DB: env.DB, Env: &Environment{Environment: env}}
}

// env returns Env or, if there is none, one for this call.
func (s Store) env() *Environment {
	if s.Env != nil {
		return s.Env
	}
	return New(shards.Forgetful(s.DB)).Env
}

func stockKey(sku inventory.SKU, centre string) store.Key {
	return store.Key{PK: sku.String(), SK: centre}
}

func counter(sku inventory.SKU, centre string) shards.Counter {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	return shards.Counter{Table: inventoryTable, Key: stockKey(sku, centre),
		Record: store.Item{"product_id": text(sku.ProductID), "seller_id": text(sku.SellerID), "fulfillment_center_id": text(centre)}}
}

func holdKey(h inventory.Hold) store.Key {
	return store.Key{PK: h.OrderID, SK: fmt.Sprintf("%s#%s#%d", h.Line, h.Centre, h.N)}
}

func changeKey(id string) store.Key { return store.Key{PK: changePrefix + id, SK: "change"} }

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
	if r.Has(store.Throttled) {
		return fault.New(fault.Throttled, "inventory_throttled", "the inventory is too busy just now").Because(r)
	}
	return fault.New(fault.Unavailable, "inventory_contended", "others are changing the same stock just now").Because(r)
}
