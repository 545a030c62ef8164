package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rialto/localstack/demo/shop"
)

// coupon lets two shoppers have a coupon in their carts that may be used once; one gets it, and the other is told.
func (d *demo) coupon(ctx context.Context) error {
	code := strings.ToUpper(strings.TrimPrefix(shop.NewID("X"), "X"))
	now := time.Now().UTC()
	if err := d.stage.Invoke(ctx, "promotions-import", map[string]any{"coupons": []any{map[string]any{"marketplace": "US", "code": code,
		"kind": "percent", "basis_points": 1_000, "valid_from": now.Add(-time.Hour), "valid_until": now.Add(time.Hour), "budget": 1}}},
		nil); err != nil {
		return err
	}
	d.p.step("an operator's coupon", "10%% off for one use in all: %s", code)
	productID, sellerID := d.found.ID, d.found.BuyBox.Seller.ID
	var buyers []*shopper
	var carts []cart
	for range 2 {
		s, err := d.shopper(ctx, "pm_card_visa")
		if err != nil {
			return err
		}
		if _, err := s.put(ctx, productID, sellerID, 1); err != nil {
			return err
		}
		var c cart
		if _, err := s.Call(ctx, http.MethodPost, "/api/v1/cart/coupons", map[string]string{"code": code}, &c, shop.Key(shop.NewKey())); err != nil {
			return err
		}
		buyers, carts = append(buyers, s), append(carts, c)
	}
	b := carts[0].Breakdown
	d.p.step("POST /cart/coupons", "two shoppers: items %s, discount %s, before tax %s", money(b.Items), money(b.Discount), money(b.Total))
	_, st, err := buyers[0].checkout(ctx, carts[0].ID)
	if err != nil {
		return err
	}
	if st.Status != "placed" {
		return fmt.Errorf("the first shopper's checkout ended as %s", st.Status)
	}
	d.p.step("POST /orders/checkout", "the first: 201 %s, total %s", st.OrderID, money(*st.Total))
	a, _, err := buyers[1].checkout(ctx, carts[1].ID)
	if err != nil {
		return err
	}
	d.p.step("POST /orders/checkout", "the second: %d %s: %s", a.Status, a.Problem().Code, a.Problem().Detail)
	if a.Status != http.StatusConflict || a.Problem().Code != "coupon_exhausted" {
		return errors.New("wanted 409 coupon_exhausted")
	}
	if err := d.nothingLeft(ctx, buyers[1], productID, sellerID); err != nil {
		return err
	}
	left, err := d.audit.Coupon(ctx, "US", code)
	if err != nil {
		return err
	}
	d.p.detail("coupon     %d granted = %d available + %d held + %d committed", left.Granted, left.Available, left.Held, left.Committed)
	if !left.Balanced() || left.Committed != 1 {
		return errors.New("the coupon does not balance")
	}
	return nil
}
