package snapshotstore

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rialto/functions/customers"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

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
