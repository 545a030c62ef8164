package customers

import (
	"bytes"
	"context"
	"slices"
	"time"

	"rialto/functions/internal/fault"
)

// CustomerRecord is all that is held of one customer, as it is stored: what is private is sealed. Its lists are in the
// order of adding.
type CustomerRecord struct {
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

// Store keeps records. Each call sees one customer's rows only.
type Store interface {
	// Get returns ErrUnknown for a customer of whom nothing is held.
	Get(ctx context.Context, customerID string) (CustomerRecord, error)
	// Create starts a record with a wrapped key, or returns the one that is there already.
	Create(ctx context.Context, customerID string, wrapped []byte, now time.Time) (CustomerRecord, error)
	// Update changes a record in one transaction and raises its version, unless change returns an error or
	// leaves the record as it is. It fails with ErrUnknown. change has no effects: it may run twice.
	Update(ctx context.Context, customerID string, change func(*CustomerRecord) error) (CustomerRecord, error)
	// ByEmail lists the customers whose e-mail address has a keyed hash, sorted.
	ByEmail(ctx context.Context, hash []byte) ([]string, error)
	// SharedKey returns the one wrapped key of that name, storing wrapped if there is none; nil stores none.
	SharedKey(ctx context.Context, name string, wrapped []byte) ([]byte, error)
}

// ErrUnknown is the failure of a Store for a customer of whom nothing is held. It does not leave the context.
var ErrUnknown = fault.New(fault.NotFound, "customer_not_found", "there is no such customer")

// Erased tells whether the customer had everything destroyed.
func (r CustomerRecord) Erased() bool { return !r.ErasedAt.IsZero() }

// Erase destroys the key and all rows. What is left says that there was a customer of this id.
func (r *CustomerRecord) Erase(now time.Time) {
	if r.Erased() {
		return
	}
	r.WrappedKey, r.Profile, r.EmailHash, r.Addresses, r.Methods, r.ErasedAt = nil, nil, nil, nil, nil, now
}

// Equal tells whether two records hold the same. Rows are compared by id: their content never changes.
func (r CustomerRecord) Equal(o CustomerRecord) bool {
	return bytes.Equal(r.WrappedKey, o.WrappedKey) && bytes.Equal(r.Profile, o.Profile) && bytes.Equal(r.EmailHash, o.EmailHash) &&
		r.ErasedAt.Equal(o.ErasedAt) &&
		slices.EqualFunc(r.Addresses, o.Addresses, func(a, b SealedAddress) bool { return a.ID == b.ID }) &&
		slices.EqualFunc(r.Methods, o.Methods, func(a, b SealedMethod) bool { return a.ID == b.ID })
}

// Clone returns a copy that shares no list with r.
func (r CustomerRecord) Clone() CustomerRecord {
	r.Addresses, r.Methods = slices.Clone(r.Addresses), slices.Clone(r.Methods)
	return r
}

func (r CustomerRecord) address(id string) int {
	return slices.IndexFunc(r.Addresses, func(a SealedAddress) bool { return a.ID == id })
}

func (r CustomerRecord) method(id string) int {
	return slices.IndexFunc(r.Methods, func(m SealedMethod) bool { return m.ID == id })
}
