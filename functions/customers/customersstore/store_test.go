package customersstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"rialto/functions/customers"
)

// Postgres names the variable that holds the URL of a database to run the suite on. Its role may create
// schemas and is no superuser: row-level security does not bind superusers.
const Postgres = "RIALTO_TEST_POSTGRES"

var testNow = time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)

// each runs test on the fake and on an empty schema of a real database. open returns another client of it.
func each(t *testing.T, test func(t *testing.T, open func() customers.Store)) {
	t.Run("fake", func(t *testing.T) {
		t.Parallel()
		m := NewMemory()
		test(t, func() customers.Store { return m })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := schema(t)
		test(t, func() customers.Store { return open(t, url) })
	})
}

func open(t *testing.T, url URL) *SQL {
	s := NewSQL(url)
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// schema returns the way to a new schema, up to date.
func schema(t *testing.T) URL {
	t.Helper()
	url := os.Getenv(Postgres)
	if url == "" {
		t.Skip("needs PostgreSQL: make test starts it and sets " + Postgres)
	}
	at := func(url string) URL { return func(context.Context) (string, error) { return url, nil } }
	random := make([]byte, 6)
	_, _ = rand.Read(random)
	name := "test_" + hex.EncodeToString(random)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var free bool
	if err := conn.QueryRow(t.Context(), `SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`).Scan(&free); err != nil || free {
		t.Fatalf("%s: the role is above row-level security, or %v", Postgres, err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = conn.Exec(context.Background(), "DROP SCHEMA "+name+" CASCADE")
		_ = conn.Close(context.Background())
	})
	url += map[bool]string{true: "&", false: "?"}[strings.Contains(url, "?")] + "search_path=" + name
	for range 2 { // the second finds nothing to do
		if v, err := Migrate(t.Context(), at(url), nil); err != nil || v != 2 {
			t.Fatalf("migrated to %d: %v", v, err)
		}
	}
	return at(url)
}

func TestAHoldingIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, open func() customers.Store) {
		s, ctx := open(), t.Context()
		if _, err := s.Get(ctx, "cus_a"); !errors.Is(err, customers.ErrUnknown) {
			t.Fatalf("got %v", err)
		}
		if _, err := s.Update(ctx, "cus_a", func(*customers.CustomerRecord) error { return nil }); !errors.Is(err, customers.ErrUnknown) {
			t.Fatalf("got %v", err)
		}
		first, err := s.Create(ctx, "cus_a", []byte("wrapped"), testNow)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.Create(ctx, "cus_a", []byte("other"), testNow.Add(time.Hour)); err != nil || cmp.Diff(first, again) != "" {
			t.Fatalf("created twice: %v %s", err, cmp.Diff(first, again))
		}
		want := customers.CustomerRecord{CustomerID: "cus_a", WrappedKey: []byte("wrapped"), Profile: []byte{0, 1}, EmailHash: []byte{2}, Version: 2,
			CreatedAt: testNow,
			Addresses: []customers.SealedAddress{{ID: "z", Country: "US", Region: "CA", PostalPrefix: "941", Sealed: []byte{3}, CreatedAt: testNow},
				{ID: "a", Country: "DE", Sealed: []byte{4}, CreatedAt: testNow}},
			Methods: []customers.SealedMethod{{ID: "m", Sealed: []byte{5}, CreatedAt: testNow}}}
		update(t, s, func(h *customers.CustomerRecord) {
			h.Profile, h.EmailHash, h.Addresses, h.Methods = want.Profile, want.EmailHash, want.Addresses, want.Methods
		})
		holds(t, s, want)
		update(t, s, func(*customers.CustomerRecord) {})
		holds(t, s, want) // nothing changed, so the version stands
		if _, err := s.Update(ctx, "cus_a", func(h *customers.CustomerRecord) error { h.Addresses = nil; return errTest }); !errors.Is(err, errTest) {
			t.Fatalf("got %v", err)
		}
		holds(t, s, want)
		update(t, s, func(h *customers.CustomerRecord) { h.Addresses = h.Addresses[1:]; h.Methods = nil })
		want.Addresses, want.Methods, want.Version = want.Addresses[1:], nil, 3
		holds(t, s, want)
		update(t, s, func(h *customers.CustomerRecord) { h.Erase(testNow) })
		holds(t, s, customers.CustomerRecord{CustomerID: "cus_a", Version: 4, CreatedAt: testNow, ErasedAt: testNow})
	})
}

var errTest = errors.New("no")

func update(t *testing.T, s customers.Store, change func(*customers.CustomerRecord)) {
	t.Helper()
	if _, err := s.Update(t.Context(), "cus_a", func(h *customers.CustomerRecord) error { change(h); return nil }); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, s customers.Store, want customers.CustomerRecord) {
	t.Helper()
	got, err := s.Get(t.Context(), want.CustomerID)
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" || err != nil {
		t.Fatal(err, d)
	}
}

func TestEmailsAndSharedKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, open func() customers.Store) {
		s, ctx := open(), t.Context()
		for _, id := range []string{"cus_b", "cus_a", "cus_c"} {
			if _, err := s.Create(ctx, id, []byte("k"), testNow); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Update(ctx, id, func(h *customers.CustomerRecord) error { h.EmailHash = []byte(id[:5]); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Update(ctx, "cus_a", func(h *customers.CustomerRecord) error { h.EmailHash = []byte("cus_b"); return nil }); err != nil {
			t.Fatal(err)
		}
		for hash, want := range map[string][]string{"cus_b": {"cus_a", "cus_b"}, "cus_c": {"cus_c"}, "cus_a": nil, "": nil} {
			if got, err := s.ByEmail(ctx, []byte(hash)); err != nil || cmp.Diff(want, got, cmpopts.EquateEmpty()) != "" {
				t.Errorf("%s: %v %v", hash, got, err)
			}
		}
		for i, c := range []struct{ give, want string }{{"", ""}, {"one", "one"}, {"two", "one"}, {"", "one"}} {
			var give []byte
			if c.give != "" {
				give = []byte(c.give)
			}
			if got, err := s.SharedKey(ctx, "k", give); err != nil || string(got) != c.want {
				t.Errorf("%d: %s %v", i, got, err)
			}
		}
	})
}

func TestChangesOfOneCustomerTakeTurns(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, open func() customers.Store) {
		if _, err := open().Create(t.Context(), "cus_a", []byte("k"), testNow); err != nil {
			t.Fatal(err)
		}
		const clients, room = 20, 7
		var added [clients]bool
		var g errgroup.Group
		for i := range clients {
			s := open()
			g.Go(func() error {
				_, err := s.Update(t.Context(), "cus_a", func(h *customers.CustomerRecord) error {
					if added[i] = len(h.Addresses) < room; added[i] {
						h.Addresses = append(h.Addresses, customers.SealedAddress{ID: fmt.Sprint(i), Sealed: []byte{1}, CreatedAt: testNow})
					}
					return nil
				})
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		h, err := open().Get(t.Context(), "cus_a")
		won := 0
		for _, a := range added {
			if a {
				won++
			}
		}
		if err != nil || len(h.Addresses) != room || won != room || h.Version != 1+room {
			t.Fatalf("%d won, %d are there, version %d, %v", won, len(h.Addresses), h.Version, err)
		}
	})
}

// twoCustomers returns a database of cus_a and cus_b, each with one row of each table.
func twoCustomers(t *testing.T) *SQL {
	t.Helper()
	s, ctx := open(t, schema(t)), t.Context()
	for _, id := range []string{"cus_a", "cus_b"} {
		if _, err := s.Create(ctx, id, []byte("key of "+id), testNow); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Update(ctx, id, func(h *customers.CustomerRecord) error {
			h.EmailHash = []byte(id)
			h.Addresses = []customers.SealedAddress{{ID: "adr", Sealed: []byte(id), CreatedAt: testNow}}
			h.Methods = []customers.SealedMethod{{ID: "pmt", Sealed: []byte(id), CreatedAt: testNow}}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// The statements here have no WHERE: what keeps customers apart is the database.
func TestRowLevelSecurity(t *testing.T) {
	t.Parallel()
	s, ctx := twoCustomers(t), t.Context()
	for _, c := range []struct {
		who  actor
		want map[string][]string // rows by table
	}{
		{actor{customer: "cus_a"}, map[string][]string{"customers": {"cus_a"}, "addresses": {"cus_a"}, "payment_methods": {"cus_a"}}},
		{actor{}, map[string][]string{}},
		{actor{customer: "cus_%"}, map[string][]string{}},
		{actor{email: hex.EncodeToString([]byte("cus_b"))}, map[string][]string{"customers": {"cus_b"}}},
	} {
		for _, table := range []string{"customers", "addresses", "payment_methods"} {
			err := s.as(ctx, c.who, func(tx pgx.Tx) error {
				rows, err := tx.Query(ctx, "SELECT customer_id FROM "+table)
				if err != nil {
					return err
				}
				got, err := pgx.CollectRows(rows, pgx.RowTo[string])
				if d := cmp.Diff(c.want[table], got, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("%s as %+v: %s", table, c.who, d)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRowLevelSecurityOfWrites(t *testing.T) {
	t.Parallel()
	s, ctx := twoCustomers(t), t.Context()
	for _, statement := range []string{
		"UPDATE customers SET version = 9", "DELETE FROM addresses", "UPDATE payment_methods SET sealed = 'x'",
	} {
		if err := s.as(ctx, actor{customer: "cus_a"}, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, statement)
			if tag.RowsAffected() != 1 {
				t.Errorf("%s touched %d rows", statement, tag.RowsAffected())
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	err := s.as(ctx, actor{customer: "cus_a"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx,
			"INSERT INTO addresses (customer_id, address_id, country, region, postal_prefix, sealed, created_at) VALUES ('cus_b', 'x', '', '', '', '', now())")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("a row was given to another: %v", err)
	}
	if h, err := s.Get(ctx, "cus_b"); err != nil || h.Version != 2 || len(h.Addresses) != 1 || !bytes.Equal(h.Methods[0].Sealed, []byte("cus_b")) {
		t.Errorf("another's rows changed: %+v %v", h, err)
	}
	// The name ends with its transaction: on the same connection, outside one, nothing is seen.
	var n int
	if err := s.conn.QueryRow(ctx, "SELECT count(*) FROM customers").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows without a name, %v", n, err)
	}
}

func TestALostConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	s := open(t, schema(t))
	if _, err := s.Create(t.Context(), "cus_a", []byte("k"), testNow); err != nil {
		t.Fatal(err)
	}
	if err := s.conn.PgConn().Conn().Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "cus_a"); err != nil {
		t.Fatal(err)
	}
}
