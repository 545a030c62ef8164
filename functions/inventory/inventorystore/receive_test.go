package inventorystore

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: the receipt written without its condition (units booked twenty times).
func TestAReceiptIsBookedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := Store{DB: db}
		r := inventory.Receipt{ID: "r1", SKU: shoe, Centre: "c1", Quantity: 7}
		var booked atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				did, err := s.Receive(ctx, r)
				for err != nil && fault.Of(err).Kind.Transient() {
					did, err = s.Receive(ctx, r)
				}
				if err != nil {
					t.Error(err)
				} else if did {
					booked.Add(1)
				}
			})
		}
		all.Wait()
		other := r
		other.Quantity = 8
		_, err := s.Receive(ctx, other)
		mustCode(t, err, "change_mismatch")
		if _, err := s.Receive(ctx, inventory.Receipt{ID: "r2", SKU: shoe, Centre: "c1", Quantity: 2, Returned: true}); err != nil {
			t.Fatal(err)
		}
		stock, err := s.Stock(ctx, shoe, sock)
		want := []inventory.Stock{{SKU: shoe, Centre: "c1", Available: 9, Received: 7, Returned: 2, Version: 2}}
		if diff := cmp.Diff(want, stock); err != nil || diff != "" || booked.Load() != 1 {
			t.Error(booked.Load(), err, diff)
		}
	})
}

// Seen to catch: the receipt written without its condition.
func TestALostAnswerBooksNothingTwice(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := Store{DB: db}
	db.After = lose(errLost, 1)
	r := inventory.Receipt{ID: "r1", SKU: shoe, Centre: "c1", Quantity: 7}
	if _, err := s.Receive(ctx, r); fault.Code(err) != "internal" {
		t.Fatal(err)
	}
	if booked, err := s.Receive(ctx, r); booked || err != nil {
		t.Fatal(booked, err)
	}
	if left := balanced(t, s, nil, shoe); left["shoe c1"] != 7 {
		t.Error(left)
	}
}

func TestStockIsReadBySkuAndCentre(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c2", 1}, pick{shoe, "c1", 2}, pick{sock, "c1", 3})
		stock, err := s.Stock(ctx, sock, inventory.SKU{ProductID: "none", SellerID: "s"}, shoe)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range stock {
			got = append(got, x.ProductID+" "+x.Centre)
		}
		if diff := cmp.Diff([]string{"sock c1", "shoe c1", "shoe c2"}, got); diff != "" || inventory.Available(stock, shoe) != 3 {
			t.Error(diff, inventory.Available(stock, shoe))
		}
	})
}
