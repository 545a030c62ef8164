package customersstore

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"rialto/functions/customers"
)

// Get implements customers.Store.
func (s *SQL) Get(ctx context.Context, id string) (h customers.CustomerRecord, err error) {
	err = s.as(ctx, actor{customer: id}, func(tx pgx.Tx) error {
		h, err = read(ctx, tx, id, "")
		return err
	})
	return h, err
}

// Create implements customers.Store.
func (s *SQL) Create(ctx context.Context, id string, wrapped []byte, now time.Time) (h customers.CustomerRecord, err error) {
	err = s.as(ctx, actor{customer: id}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO customers (customer_id, wrapped_key, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			id, wrapped, now); err != nil {
			return err
		}
		h, err = read(ctx, tx, id, "")
		return err
	})
	return h, err
}

// Update implements customers.Store. The customer's row is locked first, so changes of one customer take turns.
func (s *SQL) Update(ctx context.Context, id string, change func(*customers.CustomerRecord) error) (h customers.CustomerRecord, err error) {
	err = s.as(ctx, actor{customer: id}, func(tx pgx.Tx) error {
		was, err := read(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		h = was.Clone()
		if err := change(&h); err != nil {
			return err
		}
		if h.Equal(was) {
			return nil
		}
		h.Version = was.Version + 1
		return write(ctx, tx, was, h)
	})
	if err != nil {
		return customers.CustomerRecord{}, err
	}
	return h, nil
}

// ByEmail implements customers.Store.
func (s *SQL) ByEmail(ctx context.Context, hash []byte) (found []string, err error) {
	err = s.as(ctx, actor{email: hex.EncodeToString(hash)}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT customer_id FROM customers WHERE email_hash = $1 ORDER BY customer_id COLLATE "C"`, hash)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return found, err
}

// SharedKey implements customers.Store.
func (s *SQL) SharedKey(ctx context.Context, name string, wrapped []byte) (key []byte, err error) {
	err = s.as(ctx, actor{}, func(tx pgx.Tx) error {
		if wrapped != nil {
			if _, err := tx.Exec(ctx, `INSERT INTO shared_keys (name, wrapped_key) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, wrapped); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, `SELECT wrapped_key FROM shared_keys WHERE name = $1`, name)
		if err != nil {
			return err
		}
		keys, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if len(keys) == 1 {
			key = keys[0]
		}
		return err
	})
	return key, err
}

func read(ctx context.Context, tx pgx.Tx, id, lock string) (customers.CustomerRecord, error) {
	h := customers.CustomerRecord{CustomerID: id}
	var erased *time.Time
	err := tx.QueryRow(ctx, `SELECT wrapped_key, profile, email_hash, version, created_at, erased_at FROM customers WHERE customer_id = $1 `+lock, id).
		Scan(&h.WrappedKey, &h.Profile, &h.EmailHash, &h.Version, &h.CreatedAt, &erased)
	if err != nil {
		return customers.CustomerRecord{}, err
	}
	h.CreatedAt = h.CreatedAt.UTC()
	if erased != nil {
		h.ErasedAt = erased.UTC()
	}
	rows, err := tx.Query(ctx,
		`SELECT address_id, country, region, postal_prefix, sealed, created_at FROM addresses WHERE customer_id = $1 ORDER BY position`, id)
	if err != nil {
		return customers.CustomerRecord{}, err
	}
	if h.Addresses, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (a customers.SealedAddress, err error) {
		err = r.Scan(&a.ID, &a.Country, &a.Region, &a.PostalPrefix, &a.Sealed, &a.CreatedAt)
		a.CreatedAt = a.CreatedAt.UTC()
		return a, err
	}); err != nil {
		return customers.CustomerRecord{}, err
	}
	rows, err = tx.Query(ctx, `SELECT payment_method_id, sealed, created_at FROM payment_methods WHERE customer_id = $1 ORDER BY position`, id)
	if err != nil {
		return customers.CustomerRecord{}, err
	}
	h.Methods, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (m customers.SealedMethod, err error) {
		err = r.Scan(&m.ID, &m.Sealed, &m.CreatedAt)
		m.CreatedAt = m.CreatedAt.UTC()
		return m, err
	})
	return h, err
}

// write stores how h differs from was, in one round trip.
func write(ctx context.Context, tx pgx.Tx, was, h customers.CustomerRecord) error {
	var erased *time.Time
	if h.Erased() {
		erased = &h.ErasedAt
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE customers SET wrapped_key = $2, profile = $3, email_hash = $4, version = $5, erased_at = $6 WHERE customer_id = $1`,
		h.CustomerID, h.WrappedKey, h.Profile, h.EmailHash, h.Version, erased)
	for _, a := range was.Addresses {
		if !slices.ContainsFunc(h.Addresses, func(x customers.SealedAddress) bool { return x.ID == a.ID }) {
			b.Queue(`DELETE FROM addresses WHERE customer_id = $1 AND address_id = $2`, h.CustomerID, a.ID)
		}
	}
	for _, a := range h.Addresses {
		if !slices.ContainsFunc(was.Addresses, func(x customers.SealedAddress) bool { return x.ID == a.ID }) {
			b.Queue(`INSERT INTO addresses (customer_id, address_id, country, region, postal_prefix, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				h.CustomerID, a.ID, a.Country, a.Region, a.PostalPrefix, a.Sealed, a.CreatedAt)
		}
	}
	for _, m := range was.Methods {
		if !slices.ContainsFunc(h.Methods, func(x customers.SealedMethod) bool { return x.ID == m.ID }) {
			b.Queue(`DELETE FROM payment_methods WHERE customer_id = $1 AND payment_method_id = $2`, h.CustomerID, m.ID)
		}
	}
	for _, m := range h.Methods {
		if !slices.ContainsFunc(was.Methods, func(x customers.SealedMethod) bool { return x.ID == m.ID }) {
			b.Queue(`INSERT INTO payment_methods (customer_id, payment_method_id, sealed, created_at) VALUES ($1, $2, $3, $4)`,
				h.CustomerID, m.ID, m.Sealed, m.CreatedAt)
		}
	}
	return tx.SendBatch(ctx, b).Close()
}
