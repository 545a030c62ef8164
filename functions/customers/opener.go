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
	key, there, err := open(ctx, o.Store, o.Vault, customerID)
	if err != nil || !there {
		return Address{}, false, err
	}
	if err := openJSON(key, addressTable, addressID, sealed, &a); err != nil {
		return Address{}, false, err
	}
	return a, true, nil
}

// Marker makes marks of customers: keyed hashes under their own keys, by which another context can know somebody again and
// which nobody can make any more once the customer is erased.
type Marker struct {
	Store Store
	Vault *Vault
}

// Mark returns a customer's mark for parts, the same each time, and whether there is one: not of whom nothing is held, and not
// of whom was erased.
func (m Marker) Mark(ctx context.Context, customerID string, parts ...string) (mark []byte, there bool, err error) {
	key, there, err := open(ctx, m.Store, m.Vault, customerID)
	if err != nil || !there {
		return nil, false, err
	}
	return key.Mark(parts...), true, nil
}

// open returns a customer's key, and whether there is one.
func open(ctx context.Context, store Store, vault *Vault, customerID string) (Key, bool, error) {
	r, err := store.Get(ctx, customerID)
	if errors.Is(err, ErrUnknown) || err == nil && r.Erased() {
		return Key{}, false, nil
	}
	if err != nil {
		return Key{}, false, fmt.Errorf("read customer: %w", err)
	}
	key, err := vault.Open(ctx, customerID, r.WrappedKey)
	return key, err == nil, err
}
