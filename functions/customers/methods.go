package customers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rialto/functions/internal/fault"
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
	return s.openMethods(key, h)
}

// AddMethod makes one of the gateway's payment methods the customer's there, and adds it, or finds it added. It fails with
// invalid_payment_method, payment_method_refused, too_many_entries, customer_erased, and with change_incomplete when it is to be
// repeated.
func (s *Service) AddMethod(ctx context.Context, customerID, method string) (m PaymentMethod, added bool, err error) {
	if err := checkMethod(method); err != nil {
		return PaymentMethod{}, false, err
	}
	h, key, err := s.begun(ctx, customerID)
	if err != nil {
		return PaymentMethod{}, false, err
	}
	row := SealedMethod{ID: ids.Derive(ids.Method, string(key.Mark(methodTable, method))), CreatedAt: s.now()}
	if h.method(row.ID) < 0 && len(h.Methods) < RowLimit {
		if m, err = s.Wallet.Attach(ctx, customerID, method); err != nil {
			return PaymentMethod{}, false, err
		}
		m.ID = row.ID
		if row.Sealed, err = sealJSON(key, methodTable, row.ID, m); err != nil {
			return PaymentMethod{}, false, err
		}
	}
	h, err = s.change(ctx, customerID, key, func(h *CustomerRecord) error {
		added = h.method(row.ID) < 0
		switch {
		case !added:
			return nil
		case len(h.Methods) >= RowLimit:
			return errFull
		case row.Sealed == nil:
			return errMethodGone
		}
		h.Methods = append(h.Methods, row)
		return nil
	})
	if err != nil {
		return PaymentMethod{}, false, err
	}
	if i := h.method(row.ID); i >= 0 {
		err = openJSON(key, methodTable, row.ID, h.Methods[i].Sealed, &m)
	}
	return m.asOf(s.now()), added, err
}

// errMethodGone says that a method was removed while it was added again.
var errMethodGone = fault.New(fault.Unavailable, "payment_method_busy",
	"the payment method is being changed; send the same request again").After(retryIn)

// RemoveMethod takes a payment method off at the gateway, and removes it. It fails with payment_method_not_found.
func (s *Service) RemoveMethod(ctx context.Context, customerID, methodID string) error {
	methods, err := s.Methods(ctx, customerID)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(methods, func(m PaymentMethod) bool { return m.ID == methodID }); i >= 0 {
		if err := s.Wallet.Detach(ctx, customerID, methods[i].Token); err != nil {
			return err
		}
	}
	return s.remove(ctx, customerID, errMethod, func(h *CustomerRecord) bool {
		i := h.method(methodID)
		if i < 0 {
			return false
		}
		h.Methods = slices.Delete(h.Methods, i, i+1)
		return true
	})
}

func (s *Service) openMethods(key Key, h CustomerRecord) ([]PaymentMethod, error) {
	list := make([]PaymentMethod, len(h.Methods))
	for i, row := range h.Methods {
		if err := openJSON(key, methodTable, row.ID, row.Sealed, &list[i]); err != nil {
			return nil, fmt.Errorf("payment method %s: %w", row.ID, err)
		}
		list[i] = list[i].asOf(s.now())
	}
	return list, nil
}
