// Package customerstest holds the service of customers with fakes for KMS, the database and the table.
package customerstest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"sync/atomic"
	"time"

	"rialto/functions/customers"
	"rialto/functions/customers/customersphone"
	"rialto/functions/customers/customersstore"
	"rialto/functions/customers/snapshotstore"
	"rialto/functions/laboratory/memory"
)

// Start is when a World's clock begins.
var Start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// World is a service with its fakes. Elapsed moves its clock.
type World struct {
	*customers.Service
	DB      *memory.DB
	Keys    *Keys
	Elapsed time.Duration
}

// New returns an empty world.
func New() *World {
	w := &World{DB: memory.New(), Keys: &Keys{}}
	now := func() time.Time { return Start.Add(w.Elapsed) }
	w.Service = &customers.Service{Store: customersstore.NewMemory(), Snapshots: snapshotstore.Snapshots{DB: w.DB},
		Tokens: tokens{}, Phones: customersphone.Numbers{},
		Vault: &customers.Vault{Keys: w.Keys, Now: now, Random: rand.Reader}, Now: now, Random: rand.Reader}
	return w
}

// Locator returns the step of a checkout on the same table.
func (w *World) Locator() customers.Locator { return customers.Locator{Snapshots: w.Snapshots} }

// Keys is a KMS that binds a key to its owner and counts its calls. Its wrapping is none.
type Keys struct {
	Made, Unwrapped atomic.Int64
	Away            atomic.Bool
}

var errAway = errors.New("KMS is away")

// Make implements customers.Keys.
func (k *Keys) Make(_ context.Context, owner string) (plain, wrapped []byte, err error) {
	if k.Away.Load() {
		return nil, nil, errAway
	}
	k.Made.Add(1)
	plain = make([]byte, 32)
	if _, err := rand.Read(plain); err != nil {
		return nil, nil, err
	}
	return plain, append([]byte(owner+"|"), plain...), nil
}

// Unwrap implements customers.Keys.
func (k *Keys) Unwrap(_ context.Context, owner string, wrapped []byte) ([]byte, error) {
	if k.Away.Load() {
		return nil, errAway
	}
	k.Unwrapped.Add(1)
	plain, ok := bytes.CutPrefix(wrapped, []byte(owner+"|"))
	if !ok {
		return nil, errors.New("wrapped for another")
	}
	return plain, nil
}

type tokens struct{}

// Guest implements customers.Tokens.
func (tokens) Guest(_ context.Context, subject, _ string, now time.Time, lifetime time.Duration) (string, error) {
	return subject + "@" + now.Add(lifetime).Format(time.RFC3339), nil
}
