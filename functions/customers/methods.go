package customers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rialto/functions/internal/ids"
)

// Methods lists a customer's payment methods in the order of adding.
func (s *Service) Methods(ctx context.Context, customerID string) ([]PaymentMethod, error) {
	h, key, err := s.held(ctx, customerID)
	if errors.Is(err, ErrUnknown) || errors.Is(err, errErased) {
		return []PaymentMethod{}, nil
	}
	if err != nil {
		return nil, err
	}
	return openMethods(key, h)
}

// AddMethod adds a payment method, or finds the one of the same token. It fails with invalid_payment_method,
// too_many_entries, customer_erased, and with change_incomplete when it is to be repeated.
func (s *Service) AddMethod(ctx context.Context, customerID string, m PaymentMethod) (_ PaymentMethod, added bool, err error) {
	if m, err = m.Clean(); err != nil {
		return PaymentMethod{}, false, err
	}
	_, key, err := s.begun(ctx, customerID)
	if err != nil {
		return PaymentMethod{}, false, err
	}
	m.ID = ids.Derive(ids.Method, string(key.Mark(methodTable, m.Token)))
	row := SealedMethod{ID: m.ID, CreatedAt: s.now()}
	if row.Sealed, err = sealJSON(key, methodTable, m.ID, m); err != nil {
		return PaymentMethod{}, false, err
	}
	h, err := s.change(ctx, customerID, key, func(h *CustomerRecord) error {
		added = h.method(m.ID) < 0
		switch {
		case !added:
			return nil
		case len(h.Methods) >= RowLimit:
			return errFull
		}
		h.Methods = append(h.Methods, row)
		return nil
	})
	if err != nil {
		return PaymentMethod{}, false, err
	}
	if i := h.method(m.ID); i >= 0 {
		err = openJSON(key, methodTable, m.ID, h.Methods[i].Sealed, &m) // brand and digits as first given
	}
	return m, added, err
}

// RemoveMethod removes a payment method. It fails with payment_method_not_found.
func (s *Service) RemoveMethod(ctx context.Context, customerID, methodID string) error {
	return s.remove(ctx, customerID, errMethod, func(h *CustomerRecord) bool {
		i := h.method(methodID)
		if i < 0 {
			return false
		}
		h.Methods = slices.Delete(h.Methods, i, i+1)
		return true
	})
}

func openMethods(key Key, h CustomerRecord) ([]PaymentMethod, error) {
	list := make([]PaymentMethod, len(h.Methods))
	for i, row := range h.Methods {
		if err := openJSON(key, methodTable, row.ID, row.Sealed, &list[i]); err != nil {
			return nil, fmt.Errorf("payment method %s: %w", row.ID, err)
		}
	}
	return list, nil
}
