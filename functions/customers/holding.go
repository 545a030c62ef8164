package customers

import (
	"bytes"
	"context"
	"slices"
	"time"

	"rialto/functions/internal/fault"
)

// Holding is all that is held of one customer, as it is stored: what is private is sealed. Its lists are in the
// order of adding.
type Holding struct {
	CustomerID string
	WrappedKey []byte // nil once erased
	Profile    []byte // sealed, nil if none was given
	EmailHash  []byte // keyed hash of the e-mail address, nil if none
	Version    int64  // raised by each change, from 1
	CreatedAt  time.Time
	ErasedAt   time.Time // zero unless erased
	Addresses  []SealedAddress
	Methods    []SealedMethod
}

// SealedAddress is an address as it is stored.
type SealedAddress struct {
	ID           string
	Country      string
	Region       string
	PostalPrefix string
	Sealed       []byte
	CreatedAt    time.Time
}

// SealedMethod is a payment method as it is stored.
type SealedMethod struct {
	ID        string
	Sealed    []byte
	CreatedAt time.Time
}

// Store keeps holdings. Each call sees one customer's rows only.
type Store interface {
	// Get returns ErrUnknown for a customer of whom nothing is held.
	Get(ctx context.Context, customerID string) (Holding, error)
	// Create starts a holding with a wrapped key, or returns the one that is there already.
	Create(ctx context.Context, customerID string, wrapped []byte, now time.Time) (Holding, error)
	// Update changes a holding in one transaction and raises its version, unless change returns an error or
	// leaves the holding as it is. It fails with ErrUnknown. change has no effects: it may run twice.
	Update(ctx context.Context, customerID string, change func(*Holding) error) (Holding, error)
	// ByEmail lists the customers whose e-mail address has a keyed hash, sorted.
	ByEmail(ctx context.Context, hash []byte) ([]string, error)
	// SharedKey returns the one wrapped key of that name, storing wrapped if there is none; nil stores none.
	SharedKey(ctx context.Context, name string, wrapped []byte) ([]byte, error)
}

// ErrUnknown is the failure of a Store for a customer of whom nothing is held. It does not leave the context.
var ErrUnknown = fault.New(fault.NotFound, "customer_not_found", "there is no such customer")

// Erased tells whether the customer had everything destroyed.
func (h Holding) Erased() bool { return !h.ErasedAt.IsZero() }

// Erase destroys the key and all rows. What is left says that there was a customer of this id.
func (h *Holding) Erase(now time.Time) {
	if h.Erased() {
		return
	}
	h.WrappedKey, h.Profile, h.EmailHash, h.Addresses, h.Methods, h.ErasedAt = nil, nil, nil, nil, nil, now
}

// Equal tells whether two holdings hold the same. Rows are compared by id: their content never changes.
func (h Holding) Equal(o Holding) bool {
	return bytes.Equal(h.WrappedKey, o.WrappedKey) && bytes.Equal(h.Profile, o.Profile) && bytes.Equal(h.EmailHash, o.EmailHash) &&
		h.ErasedAt.Equal(o.ErasedAt) &&
		slices.EqualFunc(h.Addresses, o.Addresses, func(a, b SealedAddress) bool { return a.ID == b.ID }) &&
		slices.EqualFunc(h.Methods, o.Methods, func(a, b SealedMethod) bool { return a.ID == b.ID })
}

// Clone returns a copy that shares no list with h.
func (h Holding) Clone() Holding {
	h.Addresses, h.Methods = slices.Clone(h.Addresses), slices.Clone(h.Methods)
	return h
}

func (h Holding) address(id string) int {
	return slices.IndexFunc(h.Addresses, func(a SealedAddress) bool { return a.ID == id })
}

func (h Holding) method(id string) int {
	return slices.IndexFunc(h.Methods, func(m SealedMethod) bool { return m.ID == id })
}
