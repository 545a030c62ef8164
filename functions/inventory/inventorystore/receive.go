package inventorystore

import (
	"context"
	"fmt"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

const receiptName = "receipt"

// Receive books a receipt once: its units and its record are one transaction, so a repetition finds the record
// and returns false. Errors: receipt_mismatch if the id was booked with other contents, receipt_invalid,
// transient ones.
func (s Store) Receive(ctx context.Context, r inventory.Receipt) (booked bool, err error) {
	if err := r.Check(); err != nil {
		return false, err
	}
	ledger := "received"
	if r.Returned {
		ledger = "returned"
	}
	env, c, shard := s.env(), counter(r.SKU, r.Centre), 0
	if env.Known(c) {
		if shard, err = env.Home(ctx, c); err != nil {
			return false, fmt.Errorf("book receipt: %w", err)
		}
	}
	var refused *store.Refused
	for range moves {
		stock := c.Put(shards.Draw{Shard: shard, Quantity: r.Quantity}).Add(ledger, r.Quantity)
		if shard == 0 {
			stock = stock.Set("product_id", r.ProductID).Set("seller_id", r.SellerID).Set("centre", r.Centre)
		}
		err = s.DB.Transact(ctx, store.Put(inventoryTable, receiptKey(r.ID), r).If(store.Absent()).Named(receiptName), stock)
		if err == nil {
			if shard > 0 {
				s.came(ctx, c)
			}
			return true, nil
		}
		var ok bool
		if refused, ok = store.AsRefused(err); !ok {
			return false, fmt.Errorf("book receipt: %w", err)
		}
		if reason, there := refused.Failed(receiptName); there {
			return false, sameReceipt(r, reason.Found)
		}
		if refused.Transient() {
			return false, contended(refused)
		}
		if shard, err = env.Home(ctx, c); err != nil { // there is a layout, or that shard was closed
			return false, fmt.Errorf("book receipt: %w", err)
		}
	}
	return false, contended(refused)
}

func sameReceipt(r inventory.Receipt, found store.Item) error {
	var before inventory.Receipt
	if err := store.Unmarshal(found, &before); err != nil {
		return fmt.Errorf("read receipt: %w", err)
	}
	if before != r {
		return inventory.ErrReceipt
	}
	return nil
}
