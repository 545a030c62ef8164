package sellersstore

import (
	"fmt"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/sellers"
)

// Events turns a change of the table sellers into SellerChanged where a profile was put, and SellerBlocked where an operator has blocked
// the seller or lets it go on: a tier alone is nobody's business.
func Events(c outbox.Change) ([]outbox.Event, error) {
	var before, after sellers.Profile
	if err := store.Unmarshal(c.Old, &before); err != nil {
		return nil, fmt.Errorf("read seller: %w", err)
	}
	if err := store.Unmarshal(c.New, &after); err != nil {
		return nil, fmt.Errorf("read seller: %w", err)
	}
	if after.Standing > before.Standing {
		e, err := outbox.New("SellerBlocked", after.SellerID, sellers.SellerBlocked{SellerID: after.SellerID, Blocked: after.Blocked,
			Version: after.Standing})
		return []outbox.Event{e}, err
	}
	if after.Version == before.Version || after.Version == 0 {
		return nil, nil
	}
	e, err := outbox.New("SellerChanged", after.SellerID, after.Changed())
	return []outbox.Event{e}, err
}
