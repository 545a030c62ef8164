package customersstore

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

func TestADatabaseThatIsAwayIsToBeTriedAgain(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://rialto:hunter2@127.0.0.1:1/rialto?sslmode=disable", "postgres://rialto:hunter2@:x:/", "", "postgres"} {
		s := NewSQL(func(context.Context) (string, error) {
			if url == "" {
				return "", errTest
			}
			return url, nil
		})
		_, err := s.Get(t.Context(), "cus_a")
		if f := fault.Of(err); f.Kind != fault.Unavailable || f.RetryAfter == 0 || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]fault.Kind{"57P01": fault.Unavailable, "40P01": fault.Unavailable, "25006": fault.Unavailable,
		"42P01": fault.Internal, "23505": fault.Internal} {
		if got := fault.Of(translate(&pgconn.PgError{Code: code})).Kind; got != want {
			t.Errorf("%s is kind %d", code, got)
		}
	}
	if err := translate(pgx.ErrNoRows); !errors.Is(err, customers.ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

func TestAnOlderSnapshotNeverReplacesANewerOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s, ctx := Snapshots{DB: db}, t.Context()
		at := func(version int64, token string) customers.Snapshot {
			return customers.Snapshot{CustomerID: "cus_a", Version: version,
				Addresses: []customers.SealedAddress{{ID: "adr_1", Country: "US", Region: "CA", PostalPrefix: "941", Sealed: []byte{1, 0}}},
				Methods:   []customers.PaymentMethod{{ID: "pmt_1", Brand: "visa", Last4: "4242", Token: token}}}
		}
		holds := func(want customers.Snapshot) {
			t.Helper()
			if got, err := s.Get(ctx, "cus_a"); err != nil || cmp.Diff(want, got, cmpopts.EquateEmpty()) != "" {
				t.Fatal(err, cmp.Diff(want, got))
			}
		}
		holds(customers.Snapshot{CustomerID: "cus_a"})
		for _, c := range []struct{ give, want customers.Snapshot }{
			{at(2, "pm_2"), at(2, "pm_2")},
			{at(1, "pm_1"), at(2, "pm_2")},
			{at(2, "pm_x"), at(2, "pm_2")},
			{at(10, "pm_10"), at(10, "pm_10")},
			{at(9, "pm_9"), at(10, "pm_10")},
			{customers.Snapshot{CustomerID: "cus_a", Version: 11}, customers.Snapshot{CustomerID: "cus_a", Version: 11}},
			{at(10, "pm_10"), customers.Snapshot{CustomerID: "cus_a", Version: 11}},
		} {
			if err := s.Put(ctx, c.give); err != nil {
				t.Fatal(err)
			}
			holds(c.want)
		}
	})
}
