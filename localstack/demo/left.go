package demo

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"rialto/localstack/demo/shop"
)

// settling is how long stock that is shipped may be between two tables: a stream and two queues.
const settling = 30 * time.Second

// left prints what the tables and the gateway say of a sku and an order, and fails unless it balances.
func (d *demo) left(ctx context.Context, productID, sellerID, orderID string, exists bool) error {
	d.p.step("what is left", "read from the tables and from the gateway's books")
	if err := d.stock(ctx, productID, sellerID); err != nil {
		return err
	}
	holds, err := d.audit.Holds(ctx, orderID)
	if err != nil {
		return err
	}
	money, err := d.audit.MoneyOf(ctx, orderID)
	if err != nil {
		return err
	}
	is, err := d.audit.OrderExists(ctx, orderID)
	if err != nil {
		return err
	}
	cancelled, err := d.audit.Cancelled(ctx, orderID)
	if err != nil {
		return err
	}
	d.p.detail("order      %s %s", orderID, map[bool]string{true: "is placed", false: "does not exist"}[is])
	d.p.detail("holds      %s", counts(holds))
	d.p.detail("payments   intents %d, open %s, captured %s", money.Intents, minor(money.Open), minor(money.Captured))
	if is != exists || exists != (money.Open+money.Captured+cancelled > 0) {
		return errors.New("order and money do not match")
	}
	return nil
}

// stock waits for a sku's ledger to balance: shipped units are booked a moment after they left.
func (d *demo) stock(ctx context.Context, productID, sellerID string) error {
	for deadline := time.Now().Add(settling); ; {
		s, err := d.audit.Stock(ctx, productID, sellerID)
		if err != nil {
			return err
		}
		if s.Balanced() || time.Now().After(deadline) {
			mark := "balanced"
			if !s.Balanced() {
				mark = "NOT BALANCED"
			}
			d.p.detail("stock      %d received = %d available + %d held + %d committed + %d shipped: %s", s.Received+s.Returned, s.Available, s.Held,
				s.Committed, s.Shipped, mark)
			if !s.Balanced() {
				return errors.New("the stock does not balance")
			}
			return nil
		}
		if err := shop.Pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

// nothingLeft prints and checks that a shopper whose checkout failed left no order, no hold and no money.
func (d *demo) nothingLeft(ctx context.Context, s *shopper, productID, sellerID string) error {
	c, err := d.audit.LastCheckout(ctx, s.ID)
	if err != nil {
		return err
	}
	d.p.step("what is left", "of checkout %s, which is %s", c.ID, c.State)
	if err := d.stock(ctx, productID, sellerID); err != nil {
		return err
	}
	holds, err := d.audit.Holds(ctx, c.OrderID)
	if err != nil {
		return err
	}
	money, err := d.audit.MoneyOf(ctx, c.OrderID)
	if err != nil {
		return err
	}
	is, err := d.audit.OrderExists(ctx, c.OrderID)
	if err != nil {
		return err
	}
	d.p.detail("order      %s", map[bool]string{true: "EXISTS", false: "none"}[is])
	d.p.detail("holds      %s", counts(holds))
	d.p.detail("payments   intents %d, open %s, captured %s", money.Intents, minor(money.Open), minor(money.Captured))
	if is || holds["HELD"]+holds["COMMITTED"] > 0 || money.Open+money.Captured > 0 || c.State != "FAILED" {
		return errors.New("something is left of a checkout that failed")
	}
	return nil
}

func counts(m map[string]int) string {
	if len(m) == 0 {
		return "none"
	}
	var parts []string
	for k, n := range m {
		parts = append(parts, fmt.Sprintf("%d %s", n, k))
	}
	sort.Strings(parts)
	return strings.Join(parts, ", ")
}
