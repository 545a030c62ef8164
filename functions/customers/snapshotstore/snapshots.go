// Package snapshotstore keeps the customers' snapshots in the DynamoDB table customers: sealed texts only. It stands apart from
// the SQL store, whose driver a checkout has no use for.
package snapshotstore

import (
	"context"
	"fmt"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

const table = "customers"

// Snapshots keeps one item a customer: pk is the customer's id.
type Snapshots struct{ DB store.DB }

type snapshot struct {
	CustomerID string    `dynamodbav:"customer_id"`
	Version    int64     `dynamodbav:"version"`
	Addresses  []address `dynamodbav:"addresses"`
	Methods    []method  `dynamodbav:"methods"`
	Erased     bool      `dynamodbav:"erased,omitempty"`
}

type address struct {
	ID           string `dynamodbav:"id"`
	Country      string `dynamodbav:"country"`
	Region       string `dynamodbav:"region,omitempty"`
	PostalPrefix string `dynamodbav:"postal_prefix,omitempty"`
	Sealed       []byte `dynamodbav:"sealed"`
}

type method struct {
	ID    string `dynamodbav:"id"`
	Brand string `dynamodbav:"brand,omitempty"`
	Last4 string `dynamodbav:"last4,omitempty"`
	Token string `dynamodbav:"token"`
}

// Get reads the snapshot, empty where there is none.
func (s Snapshots) Get(ctx context.Context, customerID string) (customers.Snapshot, error) {
	item, err := s.DB.Get(ctx, table, store.Key{PK: customerID})
	if err != nil {
		return customers.Snapshot{}, fault.New(fault.Unavailable, "customers_unavailable", "customers cannot be read now").Because(err)
	}
	out := customers.Snapshot{CustomerID: customerID}
	if item == nil {
		return out, nil
	}
	var r snapshot
	if err := store.Unmarshal(item, &r); err != nil {
		return customers.Snapshot{}, fmt.Errorf("read snapshot: %w", err)
	}
	out.Version, out.Erased = r.Version, r.Erased
	for _, a := range r.Addresses {
		out.Addresses = append(out.Addresses, customers.SealedAddress{ID: a.ID, Country: a.Country, Region: a.Region, PostalPrefix: a.PostalPrefix,
			Sealed: a.Sealed})
	}
	for _, m := range r.Methods {
		out.Methods = append(out.Methods, customers.PaymentMethod{ID: m.ID, Brand: m.Brand, Last4: m.Last4, Token: m.Token})
	}
	return out, nil
}

// Put writes the snapshot unless the table has its version or a newer one, which is no failure.
func (s Snapshots) Put(ctx context.Context, in customers.Snapshot) error {
	r := snapshot{CustomerID: in.CustomerID, Version: in.Version, Erased: in.Erased}
	for _, a := range in.Addresses {
		r.Addresses = append(r.Addresses, address{a.ID, a.Country, a.Region, a.PostalPrefix, a.Sealed})
	}
	for _, m := range in.Methods {
		r.Methods = append(r.Methods, method{m.ID, m.Brand, m.Last4, m.Token})
	}
	w := store.Put(table, store.Key{PK: in.CustomerID}, r).If(store.Any(store.Absent(), store.Lt("version", in.Version)))
	if _, err := s.DB.Apply(ctx, w); err != nil {
		if _, newer := store.FailedCondition(err); !newer {
			return fmt.Errorf("put snapshot: %w", err)
		}
	}
	return nil
}
