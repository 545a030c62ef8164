package demo

import (
	"context"
	"errors"
	"fmt"

	"rialto/localstack/demo/shop"
)

// declined ends with 402, the stock free and nothing authorized.
func (d *demo) declined(ctx context.Context) error {
	return d.refused(ctx, "pm_card_visa_chargeDeclined", 402, "payment_declined")
}

func (d *demo) refused(ctx context.Context, method string, wantStatus int, wantCode string) error {
	s, err := d.shopper(ctx, method)
	if err != nil {
		return err
	}
	c, err := s.put(ctx, d.found.ID, d.found.BuyBox.Seller.ID, 1)
	if err != nil {
		return err
	}
	a, _, err := s.checkout(ctx, c.ID)
	if err != nil {
		return err
	}
	p := a.Problem()
	d.p.step("POST /orders/checkout", "%d %s: %s", a.Status, p.Code, p.Detail)
	if a.Status != wantStatus || p.Code != wantCode {
		return fmt.Errorf("wanted %d %s", wantStatus, wantCode)
	}
	return d.nothingLeft(ctx, s, d.found.ID, d.found.BuyBox.Seller.ID)
}

// soldOut lets two shoppers want the last units; one gets them.
func (d *demo) soldOut(ctx context.Context) error {
	productID, sellerID, units, err := d.scarce(ctx)
	if err != nil {
		return err
	}
	d.p.step("the seller's last units", "%d of %s", units, productID)
	var buyers []*shopper
	var carts []cart
	for range 2 {
		s, err := d.shopper(ctx, "pm_card_visa")
		if err != nil {
			return err
		}
		c, err := s.put(ctx, productID, sellerID, units)
		if err != nil {
			return err
		}
		buyers, carts = append(buyers, s), append(carts, c)
	}
	d.p.step("POST /cart/items", "two shoppers put %d units each into their carts", units)
	_, st, err := buyers[0].checkout(ctx, carts[0].ID)
	if err != nil {
		return err
	}
	if st.Status != "placed" {
		return fmt.Errorf("the first shopper's checkout ended as %s", st.Status)
	}
	d.p.step("POST /orders/checkout", "the first: 201 %s", st.OrderID)
	a, _, err := buyers[1].checkout(ctx, carts[1].ID)
	if err != nil {
		return err
	}
	d.p.step("POST /orders/checkout", "the second: %d %s: %s", a.Status, a.Problem().Code, a.Problem().Detail)
	if a.Status != 409 || a.Problem().Code != "item_unavailable" {
		return errors.New("wanted 409 item_unavailable")
	}
	if err := d.left(ctx, productID, sellerID, st.OrderID, true); err != nil {
		return err
	}
	return d.nothingLeft(ctx, buyers[1], productID, sellerID)
}

// scarce returns the sku with the fewest units. Its seller gets one more first, so that there is one.
func (d *demo) scarce(ctx context.Context) (productID, sellerID string, units int64, err error) {
	productID, sellerID, center, err := d.audit.Scarcest(ctx)
	if err != nil {
		return "", "", 0, err
	}
	row := map[string]any{"receipt_id": "demo-" + shop.NewKey(), "product_id": productID, "seller_id": sellerID, "fulfillment_center_id": center,
		"quantity": 1}
	if err := d.stage.Invoke(ctx, "inventory-receive", map[string]any{"rows": []any{row}}, nil); err != nil {
		return "", "", 0, err
	}
	stock, err := d.audit.Stock(ctx, productID, sellerID)
	return productID, sellerID, stock.Available, err
}

// lostAnswer ends well: the confirm took effect, its answer was lost, and the saga found out instead of paying
// twice.
func (d *demo) lostAnswer(ctx context.Context) error {
	s, err := d.shopper(ctx, "pm_rialto_lost_answer")
	if err != nil {
		return err
	}
	c, err := s.put(ctx, d.found.ID, d.found.BuyBox.Seller.ID, 1)
	if err != nil {
		return err
	}
	a, st, err := s.checkout(ctx, c.ID)
	if err != nil {
		return err
	}
	if st.Status != "placed" {
		return fmt.Errorf("checkout ended as %d %s %s", a.Status, st.Status, a.Problem().Code)
	}
	d.p.step("POST /orders/checkout", "%d %s %s, total %s", a.Status, st.Status, st.OrderID, money(*st.Total))
	return d.left(ctx, d.found.ID, d.found.BuyBox.Seller.ID, st.OrderID, true)
}
