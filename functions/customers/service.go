package customers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// Tokens makes the token of a guest, valid from now for a lifetime, for all that is theirs or, given an order's id, for that
// alone.
type Tokens interface {
	Guest(ctx context.Context, subject, orderID string, now time.Time, lifetime time.Duration) (string, error)
}

// Service is the use cases of shoppers. Each names the customer that acts, as the verified token does.
type Service struct {
	Store     Store
	Snapshots Snapshots
	Vault     *Vault
	Tokens    Tokens
	Phones    Phones
	Wallet    Wallet
	Now       func() time.Time
	Random    io.Reader
}

const (
	guestLife = 24 * time.Hour
	retryIn   = time.Second

	// The tables that sealed rows are bound to.
	profileTable = "customers"
	addressTable = "addresses"
	methodTable  = "payment_methods"
)

var (
	errErased = fault.New(fault.Conflict, "customer_erased", "everything of this customer was erased; nothing can be added")
	errStale  = fault.New(fault.Stale, "profile_changed", "the profile has changed since that version")
	errMirror = fault.New(fault.Unavailable, "change_incomplete",
		"the change is kept but checkout does not see it yet; send the same request again").After(retryIn)
)

// Guest is a shopper who has not signed in.
type Guest struct {
	CustomerID string
	Token      string
	ExpiresAt  time.Time
}

// NewGuest makes a guest. Nothing is stored until they give an address.
func (s *Service) NewGuest(ctx context.Context) (Guest, error) {
	id, err := ids.New(ids.Customer, s.Random)
	if err != nil {
		return Guest{}, fmt.Errorf("new guest: %w", err)
	}
	return s.Renew(ctx, id)
}

// Renew gives a guest, whose token is still good, another that lasts as long as a new one.
func (s *Service) Renew(ctx context.Context, guestID string) (Guest, error) {
	now := s.Now().UTC().Truncate(time.Second)
	token, err := s.Tokens.Guest(ctx, guestID, "", now, guestLife)
	if err != nil {
		return Guest{}, fmt.Errorf("guest's token: %w", err)
	}
	return Guest{CustomerID: guestID, Token: token, ExpiresAt: now.Add(guestLife)}, nil
}

// held returns what is held of a customer and the key to it. It fails with ErrUnknown and errErased.
func (s *Service) held(ctx context.Context, customerID string) (CustomerRecord, Key, error) {
	h, err := s.Store.Get(ctx, customerID)
	if err != nil {
		return CustomerRecord{}, Key{}, fmt.Errorf("read customer: %w", err)
	}
	return s.unlock(ctx, h)
}

// begun is held, of a customer of whom something will be held.
func (s *Service) begun(ctx context.Context, customerID string) (CustomerRecord, Key, error) {
	h, key, err := s.held(ctx, customerID)
	if !errors.Is(err, ErrUnknown) {
		return h, key, err
	}
	wrapped, err := s.Vault.Make(ctx, customerID)
	if err != nil {
		return CustomerRecord{}, Key{}, err
	}
	if h, err = s.Store.Create(ctx, customerID, wrapped, s.now()); err != nil {
		return CustomerRecord{}, Key{}, fmt.Errorf("create customer: %w", err)
	}
	return s.unlock(ctx, h)
}

func (s *Service) unlock(ctx context.Context, h CustomerRecord) (CustomerRecord, Key, error) {
	if h.Erased() {
		return CustomerRecord{}, Key{}, errErased
	}
	key, err := s.Vault.Open(ctx, h.CustomerID, h.WrappedKey)
	return h, key, err
}

// change updates a record that is not erased, and the snapshot after it.
func (s *Service) change(ctx context.Context, customerID string, key Key, change func(*CustomerRecord) error) (CustomerRecord, error) {
	h, err := s.Store.Update(ctx, customerID, func(h *CustomerRecord) error {
		if h.Erased() {
			return errErased
		}
		return change(h)
	})
	if err != nil {
		return CustomerRecord{}, fmt.Errorf("change customer: %w", err)
	}
	return h, s.mirror(ctx, key, h)
}

// mirror writes the snapshot of a record. It runs after changes that were found made, too: an earlier attempt
// may have failed here.
func (s *Service) mirror(ctx context.Context, key Key, h CustomerRecord) error {
	methods, err := s.openMethods(key, h)
	if err != nil {
		return err
	}
	err = s.Snapshots.Put(ctx, Snapshot{CustomerID: h.CustomerID, Version: h.Version, Addresses: h.Addresses, Methods: methods,
		Erased: h.Erased()})
	if err != nil {
		return errMirror.Because(err)
	}
	return nil
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) } // PostgreSQL's precision

func sealJSON(key Key, table, row string, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return key.Seal(table, row, text)
}

// openJSON says nothing of the text in its error, and encoding/json's might.
func openJSON(key Key, table, row string, sealed []byte, v any) error {
	text, err := key.Open(table, row, sealed)
	if err != nil {
		return fmt.Errorf("open a row of %s: %w", table, err)
	}
	if json.Unmarshal(text, v) != nil {
		return fmt.Errorf("open a row of %s: its text is damaged", table)
	}
	return nil
}
