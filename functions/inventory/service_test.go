package inventory_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
)

func service() (*inventory.Service, inventorystore.Store) {
	s := inventorystore.Store{DB: memory.New()}
	return &inventory.Service{Store: s, Now: func() time.Time { return now }}, s
}

// The tasks as a state machine calls them. Seen to catch: a field of the plan renamed; a hold placed that could
// never be committed.
func TestTheSagasTasks(t *testing.T) {
	t.Parallel()
	svc, s := service()
	receipt := inventory.Receipt{ID: "r1", SKU: inventory.SKU{ProductID: "p", SellerID: "s"}, Centre: "us-west-1", Quantity: 3}
	if _, err := svc.Receive(ctx, inventory.Batch{Rows: []inventory.Receipt{receipt}}); err != nil {
		t.Fatal(err)
	}
	const plan = `"order_id":"ord_1","plan":{"lines":[{"line":"p#s","product_id":"p","seller_id":"s",` +
		`"picks":[{"fulfillment_center_id":"us-west-1","quantity":2}]}]}`
	var hold inventory.HoldInput
	var release inventory.ReleaseInput
	for text, in := range map[string]any{`{` + plan + `,"expires_at":"2026-11-27T08:10:00Z"}`: &hold, `{` + plan + `}`: &release} {
		if err := json.Unmarshal([]byte(text), in); err != nil {
			t.Fatal(err)
		}
	}
	available := func() int64 {
		stock, err := s.Stock(ctx, inventory.SKU{ProductID: "p", SellerID: "s"})
		if err != nil {
			t.Fatal(err)
		}
		return stock[0].Available
	}
	late := hold
	late.ExpiresAt = now
	if _, err := svc.Hold(ctx, late); fault.Code(err) != "hold_expired" {
		t.Fatal(err)
	}
	if out, err := svc.Hold(ctx, hold); err != nil || !out.Held || available() != 1 {
		t.Fatal(out, err, available())
	}
	if out, err := svc.Release(ctx, release); err != nil || out.Released != 1 || available() != 3 {
		t.Fatal(out, err, available())
	}
	if out, err := svc.Release(ctx, release); err != nil || out.Released != 0 {
		t.Fatal(out, err)
	}
	if out, err := svc.Release(ctx, inventory.ReleaseInput{OrderID: "ord_1"}); err != nil || out.Released != 0 {
		t.Fatal("an empty plan has nothing to release", out, err)
	}
	if _, err := svc.Release(ctx, inventory.ReleaseInput{Plan: release.Plan}); fault.Code(err) != "order_invalid" {
		t.Fatal(err)
	}
}

// Seen to catch: a repeated row reported as new; other contents under a booked id passed.
func TestABatchIsReportedRowByRow(t *testing.T) {
	t.Parallel()
	svc, _ := service()
	var b inventory.Batch
	const text = `{"rows":[
		{"receipt_id":"r1","product_id":"p","seller_id":"s","fulfillment_center_id":"us-west-1","quantity":5},
		{"receipt_id":"r1","product_id":"p","seller_id":"s","fulfillment_center_id":"us-west-1","quantity":5},
		{"receipt_id":"r1","product_id":"p","seller_id":"s","fulfillment_center_id":"us-west-1","quantity":6},
		{"receipt_id":"","product_id":"p#q","seller_id":"s","fulfillment_center_id":"us-west-1","quantity":0},
		{"receipt_id":"r2","product_id":"p","seller_id":"s","fulfillment_center_id":"us-west-2","quantity":1,"returned":true},
		{"receipt_id":"r3","product_id":"p","seller_id":"s","fulfillment_center_id":"us-wset-2","quantity":1},
		{"receipt_id":"r4","product_id":"p","seller_id":"s","fulfillment_center_id":"us-closed-1","quantity":1,"returned":true}]}`
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	out, err := svc.Receive(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range out.Rows {
		s := fmt.Sprint(r.ID, " ", r.Unchanged, " ", r.Code)
		for _, f := range r.Fields {
			s += " " + f.Pointer
		}
		got = append(got, s)
	}
	want := []string{"r1 false ", "r1 true ", "r1 false change_mismatch", " false change_invalid /change_id /product_id /quantity", "r2 false ",
		"r3 false unknown_centre /fulfillment_center_id", "r4 false "}
	if diff := cmp.Diff(want, got); diff != "" || out.Failed != 3 {
		t.Error(out.Failed, diff)
	}
	if _, err := svc.Receive(ctx, inventory.Batch{Rows: make([]inventory.Receipt, 101)}); fault.Code(err) != "batch_too_large" {
		t.Error(err)
	}
}
