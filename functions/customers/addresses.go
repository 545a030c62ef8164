package customers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// RowLimit is the most addresses, and the most payment methods, of one customer. The snapshot stays far below
// DynamoDB's 400 KB, and a list needs no pages.
const RowLimit = 50

var errFull = fault.New(fault.Conflict, "too_many_entries", "there are %d of these already; delete one first", RowLimit)

// Addresses lists a customer's addresses in the order of adding.
func (s *Service) Addresses(ctx context.Context, customerID string) ([]Address, error) {
	h, key, err := s.held(ctx, customerID)
	if errors.Is(err, ErrUnknown) || errors.Is(err, errErased) {
		return []Address{}, nil
	}
	if err != nil {
		return nil, err
	}
	return openAddresses(key, h)
}

// AddAddress adds an address, or finds it: one that is there already is not added again. It fails with
// invalid_address, too_many_entries, customer_erased, and with change_incomplete when it is to be repeated.
func (s *Service) AddAddress(ctx context.Context, customerID string, a Address) (_ Address, added bool, err error) {
	if a, err = a.Clean(s.Phones); err != nil {
		return Address{}, false, err
	}
	_, key, err := s.begun(ctx, customerID)
	if err != nil {
		return Address{}, false, err
	}
	a.CreatedAt = s.now()
	a.ID = ids.Derive(ids.Address, string(key.Mark(append([]string{addressTable}, a.content()...)...)))
	row := SealedAddress{ID: a.ID, Country: a.Country, Region: a.Region, PostalPrefix: a.PostalPrefix(), CreatedAt: a.CreatedAt}
	if row.Sealed, err = sealJSON(key, addressTable, a.ID, a); err != nil {
		return Address{}, false, err
	}
	h, err := s.change(ctx, customerID, key, func(h *CustomerRecord) error {
		added = h.address(a.ID) < 0
		switch {
		case !added:
			return nil
		case len(h.Addresses) >= RowLimit:
			return errFull
		}
		h.Addresses = append(h.Addresses, row)
		return nil
	})
	if err != nil {
		return Address{}, false, err
	}
	if i := h.address(a.ID); i >= 0 {
		a.CreatedAt = h.Addresses[i].CreatedAt
	}
	return a, added, nil
}

// RemoveAddress removes an address. It fails with address_not_found.
func (s *Service) RemoveAddress(ctx context.Context, customerID, addressID string) error {
	return s.remove(ctx, customerID, errAddress, func(h *CustomerRecord) bool {
		i := h.address(addressID)
		if i < 0 {
			return false
		}
		h.Addresses = slices.Delete(h.Addresses, i, i+1)
		return true
	})
}

// remove drops a row. One that is gone may have been dropped by an attempt that failed at the snapshot, so that
// is written before absent is answered.
func (s *Service) remove(ctx context.Context, customerID string, absent error, drop func(*CustomerRecord) bool) error {
	_, key, err := s.held(ctx, customerID)
	if errors.Is(err, ErrUnknown) || errors.Is(err, errErased) {
		return absent
	}
	if err != nil {
		return err
	}
	found := false
	if _, err := s.change(ctx, customerID, key, func(h *CustomerRecord) error { found = drop(h); return nil }); err != nil {
		return err
	}
	if !found {
		return absent
	}
	return nil
}

func openAddresses(key Key, h CustomerRecord) ([]Address, error) {
	list := make([]Address, len(h.Addresses))
	for i, row := range h.Addresses {
		if err := openJSON(key, addressTable, row.ID, row.Sealed, &list[i]); err != nil {
			return nil, fmt.Errorf("address %s: %w", row.ID, err)
		}
		list[i].ID, list[i].CreatedAt = row.ID, row.CreatedAt
	}
	return list, nil
}
