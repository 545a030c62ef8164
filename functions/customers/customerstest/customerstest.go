// Package customerstest holds the service of customers with fakes for KMS, the database and the table.
package customerstest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"sync"
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
	Wallet  *Wallet // the service's
	Elapsed time.Duration
}

// New returns an empty world.
func New() *World {
	w := &World{DB: memory.New(), Keys: &Keys{}, Wallet: &Wallet{}}
	now := func() time.Time { return Start.Add(w.Elapsed) }
	w.Service = &customers.Service{Store: customersstore.NewMemory(), Snapshots: snapshotstore.Snapshots{DB: w.DB},
		Tokens: tokens{}, Wallet: w.Wallet, Phones: customersphone.Numbers{},
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

// Wallet is a gateway that takes every method for the same card, which is good until February 2026. Calls are what was asked of it.
type Wallet struct {
	mu    sync.Mutex
	Calls []string
	Fails error
}

// Attach implements customers.Wallet.
func (w *Wallet) Attach(_ context.Context, customerID, method string) (customers.PaymentMethod, error) {
	return customers.PaymentMethod{Brand: "visa", Last4: "4242", ExpMonth: 2, ExpYear: 2026, Token: "cus_gateway/" + method},
		w.call("attach " + customerID + " " + method)
}

// Detach implements customers.Wallet.
func (w *Wallet) Detach(_ context.Context, customerID, token string) error {
	return w.call("detach " + customerID + " " + token)
}

// Forget implements customers.Wallet.
func (w *Wallet) Forget(_ context.Context, customerID string) error {
	return w.call("forget " + customerID)
}

func (w *Wallet) call(what string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Calls = append(w.Calls, what)
	return w.Fails
}

type tokens struct{}

// Guest implements customers.Tokens.
func (tokens) Guest(_ context.Context, subject, _ string, now time.Time, lifetime time.Duration) (string, error) {
	return subject + "@" + now.Add(lifetime).Format(time.RFC3339), nil
}
