package inventorystore

import (
	"strings"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// Events turns a change of the table inventory into StockBandChanged, if a band was crossed.
func Events(c outbox.Change) ([]outbox.Event, error) {
	if c.New == nil {
		return nil, nil
	}
	var key struct {
		PK string `dynamodbav:"pk"`
	}
	if err := store.Unmarshal(c.New, &key); err != nil || strings.HasPrefix(key.PK, receiptPrefix) {
		return nil, err
	}
	after, err := readStock(c.New)
	if err != nil {
		return nil, err
	}
	var before *inventory.Stock
	if c.Old != nil {
		b, err := readStock(c.Old)
		if err != nil {
			return nil, err
		}
		before = &b
	}
	change, crossed := inventory.Crossed(before, after)
	if !crossed {
		return nil, nil
	}
	e, err := outbox.New("StockBandChanged", after.SKU.String(), change)
	return []outbox.Event{e}, err
}
