package inventorystore

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

var (
	ctx   = context.Background()
	now   = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	later = now.Add(10 * time.Minute)

	shoe = inventory.SKU{ProductID: "shoe", SellerID: "s"}
	sock = inventory.SKU{ProductID: "sock", SellerID: "s"}
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what fails is injected
	os.Exit(m.Run())
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// pick is one pick of a plan that stands on one line.
type pick struct {
	sku    inventory.SKU
	centre string
	n      int64
}

func planOf(picks ...pick) inventory.Plan {
	var p inventory.Plan
	place := map[inventory.SKU]int{}
	for _, x := range picks {
		i, ok := place[x.sku]
		if !ok {
			i = len(p.Lines)
			place[x.sku] = i
			p.Lines = append(p.Lines, inventory.PlannedLine{Line: x.sku.String(), ProductID: x.sku.ProductID, SellerID: x.sku.SellerID})
		}
		p.Lines[i].Picks = append(p.Lines[i].Picks, inventory.Pick{Centre: x.centre, Quantity: x.n})
	}
	return p
}

// storeOf returns the store of an environment that does not wait.
func storeOf(db store.DB) Store {
	s := New(shards.New(db, func() time.Time { return now }, rand.New(rand.NewPCG(1, 2)).Float64))
	s.Env.Pause = func(context.Context, int) error { return nil }
	return s
}

// stocked returns a store in which each pick's units were received.
func stocked(t *testing.T, db store.DB, picks ...pick) Store {
	t.Helper()
	s := Store{DB: db}
	for i, p := range picks {
		r := inventory.Receipt{ID: fmt.Sprint("r", i), SKU: p.sku, Centre: p.centre, Quantity: p.n}
		if booked, err := s.Receive(ctx, r); !booked || err != nil {
			t.Fatal(booked, err)
		}
	}
	return s
}

// balanced checks the ledger of everything and returns the available units by sku and centre.
func balanced(t failer, s Store, orders []string, skus ...inventory.SKU) map[string]int64 {
	t.Helper()
	var all []inventory.Hold
	for _, o := range orders {
		all = append(all, holdsOf(t, s, o)...)
	}
	stock, err := s.Stock(ctx, skus...)
	if err != nil {
		t.Fatalf("%v", err)
	}
	out := map[string]int64{}
	for _, x := range stock {
		count, err := s.Count(ctx, x.SKU, x.Centre)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if err := inventory.BalanceAll(count.Shards, all); err != nil {
			t.Fatalf("%v", err)
		}
		out[x.ProductID+" "+x.Centre] = count.Available()
	}
	return out
}

func holdsOf(t failer, s Store, order string) []inventory.Hold {
	t.Helper()
	var out []inventory.Hold
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: holds, Hash: order}) {
		if err != nil {
			t.Fatalf("%v", err)
		}
		h, err := readHold(i)
		if err != nil {
			t.Fatalf("%v", err)
		}
		out = append(out, h)
	}
	return out
}

// states returns how many of an order's holds are in each state.
func states(t failer, s Store, order string) map[inventory.State]int {
	t.Helper()
	out := map[inventory.State]int{}
	for _, h := range holdsOf(t, s, order) {
		out[h.State]++
	}
	return out
}

// commit is the pivot as far as holds are concerned: the order is written with them or not at all.
func commit(s Store, order string, plan inventory.Plan, at time.Time) error {
	writes := append(Commit(order, plan, at), store.Put("orders", store.Key{PK: order}, struct{}{}).If(store.Absent()).Named("order"))
	err := s.DB.Transact(ctx, writes...)
	if r, ok := store.AsRefused(err); ok {
		if f := CommitRefusal(r); f != nil {
			return f
		}
	}
	return err
}

func mustCode(t failer, err error, code string) {
	t.Helper()
	if fault.Code(err) != code {
		t.Fatalf("got %v, not %q", err, code)
	}
}
