package customers

import (
	"context"
	"errors"
	"fmt"
)

// Opener opens addresses that were sealed into orders, for those who must know them.
type Opener struct {
	Store Store
	Vault *Vault
}

// OpenAddress returns an address of a customer as it was sealed, and whether it can be opened: not once the customer is erased.
func (o Opener) OpenAddress(ctx context.Context, customerID, addressID string, sealed []byte) (a Address, there bool, err error) {
	h, err := o.Store.Get(ctx, customerID)
	if errors.Is(err, ErrUnknown) || err == nil && h.Erased() {
		return Address{}, false, nil
	}
	if err != nil {
		return Address{}, false, fmt.Errorf("read customer: %w", err)
	}
	key, err := o.Vault.Open(ctx, customerID, h.WrappedKey)
	if err != nil {
		return Address{}, false, err
	}
	if err := openJSON(key, addressTable, addressID, sealed, &a); err != nil {
		return Address{}, false, err
	}
	return a, true, nil
}
