package inventorystore

import (
	"strings"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// Commit returns the writes that make an order's holds COMMITTED, one a hold, for the transaction that places
// the order. Each refuses unless its hold is HELD and expires after now.
func Commit(orderID string, plan inventory.Plan, now time.Time) []store.Write {
	var ws []store.Write
	for _, h := range plan.Holds(orderID, 0) {
		ws = append(ws, store.Update(holds, holdKey(h)).Set("state", inventory.Committed).
			If(store.Eq("state", inventory.Held), store.Gt("expires_at", now.UnixMilli())).Named(holdName(h)))
	}
	return ws
}

// CommitRefusal says why a transaction with Commit's writes was refused, nil if not because of them:
// hold_committed, hold_released, hold_missing or, for a hold that is still there, hold_expired.
func CommitRefusal(r *store.Refused) error {
	for _, reason := range r.Reasons {
		if !strings.HasPrefix(reason.Write, holdPrefix) || reason.Cause != store.ConditionFailed {
			continue
		}
		h, err := readHold(reason.Found)
		if err != nil {
			return fault.New(fault.Internal, "hold_unreadable", "a hold cannot be read").Because(err)
		}
		if _, err := h.State.On(inventory.Commit); err != nil {
			return err
		}
		return inventory.ErrExpired
	}
	return nil
}
