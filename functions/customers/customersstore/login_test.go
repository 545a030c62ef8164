package customersstore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rialto/functions/customers"
)

// What functions log in as does all that the store asks for, and nothing else. Seen to catch: a right to delete customers; one to read
// the migrations' table; a role whose second migration fails because it is there.
func TestALoginMayWhatTheStoreAsksFor(t *testing.T) {
	t.Parallel()
	url := os.Getenv(Postgres)
	if url == "" {
		t.Skip("needs PostgreSQL: make test starts it and sets " + Postgres)
	}
	random := make([]byte, 6)
	_, _ = rand.Read(random)
	name, ctx := "test_"+hex.EncodeToString(random), t.Context()
	as := func(user string) string { // the local server asks for no passwords
		own := strings.Replace(url, "//rialto@", "//"+user+"@", 1)
		return own + map[bool]string{true: "&", false: "?"}[strings.Contains(own, "?")] + "search_path=" + name
	}
	at := func(url string) URL { return func(context.Context) (string, error) { return url, nil } }
	owner, err := pgx.Connect(ctx, as("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = owner.Exec(context.Background(), "DROP SCHEMA "+name+" CASCADE")
		_, _ = owner.Exec(context.Background(), "DROP ROLE "+name)
		_ = owner.Close(context.Background())
	})
	for _, password := range []string{"it's 100% \\secret", "another"} {
		if _, err := Migrate(ctx, at(as("postgres")), &Login{name, password}); err != nil {
			t.Fatal(err)
		}
	}
	mayUse(t, open(t, at(as(name))))
}

// mayUse tries what the store does, and what it does not.
func mayUse(t *testing.T, s *SQL) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.Create(ctx, "cus_a", []byte("key"), testNow); err != nil {
		t.Fatal(err)
	}
	for _, addresses := range [][]customers.SealedAddress{{{ID: "adr", Sealed: []byte("x"), CreatedAt: testNow}}, nil} {
		if _, err := s.Update(ctx, "cus_a", func(h *customers.CustomerRecord) error {
			h.EmailHash, h.Addresses = []byte("hash"), addresses
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	found, err := s.ByEmail(ctx, []byte("hash"))
	if _, keyErr := s.SharedKey(ctx, "mac", []byte("key")); err != nil || len(found) != 1 || keyErr != nil {
		t.Errorf("found %v: %v %v", found, err, keyErr)
	}
	for _, statement := range []string{"DELETE FROM customers", "UPDATE addresses SET sealed = NULL", "TRUNCATE customers", "DROP TABLE addresses",
		"UPDATE shared_keys SET wrapped_key = NULL", "SELECT * FROM goose_db_version", "CREATE TABLE x (y int)",
		"ALTER TABLE customers DISABLE ROW LEVEL SECURITY"} {
		err := s.as(ctx, actor{customer: "cus_a"}, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, statement)
			return err
		})
		if pg := (*pgconn.PgError)(nil); !errors.As(err, &pg) || pg.Code != "42501" { // insufficient_privilege
			t.Errorf("%s: %v", statement, err)
		}
	}
	rows := -1
	if err := s.as(ctx, actor{customer: "cus_b"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM customers").Scan(&rows)
	}); err != nil || rows != 0 {
		t.Errorf("another customer sees %d rows: %v", rows, err)
	}
}
