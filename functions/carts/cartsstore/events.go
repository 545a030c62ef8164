package cartsstore

import (
	"fmt"

	"rialto/functions/carts"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
)

// Events derives CartChanged from a committed change of a cart.
func Events(c outbox.Change) ([]outbox.Event, error) {
	if c.New == nil {
		return nil, nil // forgotten, or deleted
	}
	var id struct {
		PK string `dynamodbav:"pk"`
	}
	if err := store.Unmarshal(c.New, &id); err != nil {
		return nil, fmt.Errorf("read cart: %w", err)
	}
	after, err := read(id.PK, c.New)
	if err != nil {
		return nil, err
	}
	var before carts.Cart
	if c.Old != nil {
		if before, err = read(id.PK, c.Old); err != nil {
			return nil, err
		}
	}
	changed, any := after.Changed(before)
	if !any {
		return nil, nil
	}
	e, err := outbox.New("CartChanged", after.ID, changed)
	return []outbox.Event{e}, err
}
