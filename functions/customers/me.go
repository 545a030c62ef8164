package customers

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Me returns a customer's profile. A customer of whom nothing is held, or no longer, has an empty one.
func (s *Service) Me(ctx context.Context, customerID string) (Me, error) {
	h, key, err := s.held(ctx, customerID)
	if errors.Is(err, ErrUnknown) || errors.Is(err, errErased) {
		return Me{CustomerID: customerID}, nil
	}
	if err != nil {
		return Me{}, err
	}
	return openMe(key, h)
}

// PutProfile replaces the profile. ifVersion, unless nil, is the version that it replaces; 0 stands
// for nothing held. It fails with
// invalid_profile, profile_changed (Stale) and customer_erased.
func (s *Service) PutProfile(ctx context.Context, customerID string, p Profile, ifVersion *int64) (Me, error) {
	p, err := p.Clean()
	if err != nil {
		return Me{}, err
	}
	_, key, err := s.begun(ctx, customerID)
	if err != nil {
		return Me{}, err
	}
	sealed, err := sealJSON(key, profileTable, customerID, p)
	if err != nil {
		return Me{}, err
	}
	mark, err := s.emailMark(ctx, p.Email, true)
	if err != nil {
		return Me{}, err
	}
	h, err := s.Store.Update(ctx, customerID, func(h *CustomerRecord) error {
		if h.Erased() {
			return errErased
		}
		if was, err := openMe(key, *h); err != nil || was.Profile == p {
			return err // made by an earlier attempt
		}
		if ifVersion != nil && *ifVersion != h.Version && (*ifVersion != 0 || h.Version != 1) {
			return errStale
		}
		h.Profile, h.EmailHash = sealed, mark
		return nil
	})
	if err != nil {
		return Me{}, fmt.Errorf("put profile: %w", err)
	}
	return openMe(key, h)
}

// Erase forgets the customer at the gateway, and destroys their key and all that is held of them. Doing it again changes nothing.
func (s *Service) Erase(ctx context.Context, customerID string) error {
	if err := s.Wallet.Forget(ctx, customerID); err != nil {
		return err
	}
	h, err := s.Store.Update(ctx, customerID, func(h *CustomerRecord) error { h.Erase(s.now()); return nil })
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("erase customer: %w", err)
	}
	s.Vault.Forget(customerID)
	return s.mirror(ctx, Key{}, h) // of no rows
}

// Export is all that this context holds of a customer.
type Export struct {
	Me        Me
	Addresses []Address
	Methods   []PaymentMethod
	At        time.Time
}

// Export returns all that is held.
func (s *Service) Export(ctx context.Context, customerID string) (Export, error) {
	e := Export{Me: Me{CustomerID: customerID}, Addresses: []Address{}, Methods: []PaymentMethod{}, At: s.now()}
	h, key, err := s.held(ctx, customerID)
	if errors.Is(err, ErrUnknown) || errors.Is(err, errErased) {
		return e, nil
	}
	if err != nil {
		return Export{}, err
	}
	if e.Me, err = openMe(key, h); err != nil {
		return Export{}, err
	}
	if e.Addresses, err = openAddresses(key, h); err != nil {
		return Export{}, err
	}
	e.Methods, err = s.openMethods(key, h)
	return e, err
}

// FindByEmail lists the customers with an e-mail address, for support. There may be several: nobody proved that
// an address is theirs, so it is not unique.
func (s *Service) FindByEmail(ctx context.Context, email string) ([]string, error) {
	mark, err := s.emailMark(ctx, email, false)
	if err != nil || mark == nil {
		return nil, err
	}
	list, err := s.Store.ByEmail(ctx, mark)
	if err != nil {
		return nil, fmt.Errorf("find by e-mail: %w", err)
	}
	return list, nil
}

const emailKey = "email"

// emailMark is the keyed hash that an e-mail address is found by. Its key is one for all customers, made by the
// first who needs it; without one there is no mark and nobody to find.
func (s *Service) emailMark(ctx context.Context, email string, make bool) ([]byte, error) {
	owner := "shared:" + emailKey
	wrapped, err := s.Store.SharedKey(ctx, emailKey, nil)
	if err == nil && wrapped == nil && make {
		if wrapped, err = s.Vault.Make(ctx, owner); err == nil {
			wrapped, err = s.Store.SharedKey(ctx, emailKey, wrapped)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("key of e-mail look-ups: %w", err)
	}
	if wrapped == nil {
		return nil, nil
	}
	key, err := s.Vault.Open(ctx, owner, wrapped)
	if err != nil {
		return nil, err
	}
	return key.Mark(emailKey, sameEmail(email)), nil
}

func openMe(key Key, h CustomerRecord) (Me, error) {
	me := Me{CustomerID: h.CustomerID, Version: h.Version, CreatedAt: h.CreatedAt}
	if h.Profile == nil {
		return me, nil
	}
	err := openJSON(key, profileTable, h.CustomerID, h.Profile, &me.Profile)
	return me, err
}
