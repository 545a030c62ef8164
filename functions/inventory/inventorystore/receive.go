package inventorystore

import (
	"context"
	"fmt"

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
	err = s.DB.Transact(ctx,
		store.Put(inventoryTable, receiptKey(r.ID), r).If(store.Absent()).Named(receiptName),
		store.Update(inventoryTable, stockKey(r.SKU, r.Centre)).Add("available", r.Quantity).Add(ledger, r.Quantity).Add("version", 1).
			Set("product_id", r.ProductID).Set("seller_id", r.SellerID).Set("centre", r.Centre).Named(stockName))
	if err == nil {
		return true, nil
	}
	refused, ok := store.AsRefused(err)
	if !ok {
		return false, fmt.Errorf("book receipt: %w", err)
	}
	if reason, there := refused.Failed(receiptName); there {
		var before inventory.Receipt
		if err := store.Unmarshal(reason.Found, &before); err != nil {
			return false, fmt.Errorf("read receipt: %w", err)
		}
		if before != r {
			return false, inventory.ErrReceipt
		}
		return false, nil
	}
	if refused.Transient() {
		return false, contended(refused)
	}
	return false, fmt.Errorf("book receipt: %w", err)
}
