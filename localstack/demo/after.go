package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rialto/functions/contract"
	"rialto/localstack/demo/shop"
	"rialto/localstack/standins/issuer"
)

// sendBack returns one of the units that the first journey bought, which its seller receives, and sees the money and the unit back.
func (d *demo) sendBack(ctx context.Context) error {
	s, order, seller := d.buyer, "/api/v1/orders/"+d.order, d.found.BuyBox.Seller.ID
	var sent struct {
		Shipments []struct {
			ID string `json:"shipment_id"`
		}
	}
	if _, err := s.Call(ctx, http.MethodGet, order+"/tracking", nil, &sent); err != nil {
		return err
	}
	type back struct {
		ID     string `json:"return_id"`
		State  string
		Amount amount
	}
	var asked back
	line := map[string]any{"line": d.found.ID + "#" + seller, "quantity": 1}
	body := map[string]any{"shipment_id": sent.Shipments[0].ID, "reason": "one is enough", "lines": []any{line}}
	if _, err := s.Call(ctx, http.MethodPost, order+"/returns", body, &asked, shop.Key(shop.NewKey())); err != nil {
		return err
	}
	d.p.step("POST …/returns", "%s: one unit, %s with its tax", asked.State, money(asked.Amount))
	receiver, err := shop.NewSeller(seller)
	if err != nil {
		return err
	}
	path := "/seller/v1/orders/" + d.order + "/returns/" + asked.ID + "/receive"
	if _, err := receiver.Call(ctx, http.MethodPost, path, map[string]any{}, nil); err != nil {
		return err
	}
	d.p.step("POST …/returns/{return_id}/receive", "by the seller")
	var o struct{ Paid, Refunded amount }
	if err := d.await(ctx, "the money to come back", "payments-refund", func() (bool, error) {
		_, err := s.Call(ctx, http.MethodGet, order, nil, &o)
		return o.Refunded.Amount == asked.Amount.Amount, err
	}); err != nil {
		return err
	}
	d.p.step("GET /orders/{order_id}", "paid %s, given back %s", money(o.Paid), money(o.Refunded))
	return d.left(ctx, d.found.ID, seller, d.order, true)
}

// review says what the first journey's shopper thinks, with the badge of who bought it.
func (d *demo) review(ctx context.Context) error {
	path := "/api/v1/products/" + d.found.ID + "/review"
	body := map[string]any{"stars": 4, "title": "Does what it should", "text": "One was enough.", "author": "A demo shopper", "order_id": d.order}
	if _, err := d.buyer.Call(ctx, http.MethodPut, path, body, nil); err != nil {
		return err
	}
	var list struct {
		Summary struct{ Rating, Reviews int64 }
		Reviews []struct {
			Stars    int64
			Title    string
			Verified bool `json:"verified_purchase"`
		}
	}
	visitor := &shop.Client{Base: shop.ShopperURL}
	if err := d.await(ctx, "the review to be shown", "reviews-api", func() (bool, error) {
		_, err := visitor.Call(ctx, http.MethodGet, path+"s", nil, &list)
		return len(list.Reviews) > 0, err
	}); err != nil {
		return err
	}
	first := list.Reviews[0]
	d.p.step("GET /products/{product_id}/reviews", "%d with a mean of %s: %d stars, %q, verified purchase: %t", list.Summary.Reviews,
		minor(list.Summary.Rating), first.Stars, first.Title, first.Verified)
	if !first.Verified {
		return errors.New("the review has no badge, though its order was delivered")
	}
	return nil
}

// helped has an operator give five dollars back for the trouble, which stands in the audit log.
func (d *demo) helped(ctx context.Context) error {
	token, err := shop.Mint(issuer.Claims{}.AsOperator("demo"))
	if err != nil {
		return err
	}
	o := &shop.Client{Base: shop.OpsURL, Token: token}
	const reason = "the parcel came late"
	var paid struct {
		Refunds []struct {
			ID     string `json:"refund_id"`
			Amount amount
		}
	}
	path, body := "/ops/v1/orders/"+d.order+"/refunds", map[string]any{"reason": reason, "amount": amount{500, "USD"}}
	if _, err := o.Call(ctx, http.MethodPost, path, body, &paid, shop.Key(shop.NewKey())); err != nil {
		return err
	}
	if len(paid.Refunds) != 1 || paid.Refunds[0].Amount.Amount != 500 {
		return fmt.Errorf("wanted one refund of 5.00 USD: %+v", paid)
	}
	d.p.step("POST /ops/v1/orders/…/refunds", "%s: %s", money(paid.Refunds[0].Amount), reason)
	var log struct {
		Entries []struct{ Operator, Call, Reason, Outcome string }
	}
	if _, err := o.Call(ctx, http.MethodGet, "/ops/v1/audit?subject="+d.order, nil, &log); err != nil {
		return err
	}
	d.p.step("GET /ops/v1/audit", "what stands about the order")
	for _, e := range log.Entries {
		if e.Call == "refundOrder" {
			d.p.detail("%s  %s  %q  %s", e.Operator, e.Call, e.Reason, cmp.Or(e.Outcome, "asked"))
		}
	}
	var order struct{ Refunded amount }
	return d.await(ctx, "the order to show what an operator gave back", "payments-goodwill", func() (bool, error) {
		_, err := d.buyer.Call(ctx, http.MethodGet, "/api/v1/orders/"+d.order, nil, &order)
		return order.Refunded.Amount >= 500, err
	})
}

// disputed buys with a card whose holder complains to the bank as soon as it is charged; evidence wins the money back.
func (d *demo) disputed(ctx context.Context) error {
	seller := d.found.BuyBox.Seller.ID
	s, err := d.shopper(ctx, "pm_card_createDispute")
	if err != nil {
		return err
	}
	c, err := s.put(ctx, d.found.ID, seller, 1)
	if err != nil {
		return err
	}
	_, st, err := s.checkout(ctx, c.ID)
	if err != nil || st.Status != "placed" {
		return fmt.Errorf("checkout ended as %s: %w", st.Status, err)
	}
	d.p.step("POST /orders/checkout", "placed %s, total %s", st.OrderID, money(*st.Total))
	if err := d.ship(ctx, seller, st.OrderID); err != nil {
		return err
	}
	booked := func(what string, ok func(map[string]int64) bool) error {
		return d.await(ctx, what, "payments-notice", func() (bool, error) {
			of, err := d.audit.Booked(ctx, st.OrderID, "dispute")
			return ok(of), err
		})
	}
	if err := booked("the dispute to be booked", func(of map[string]int64) bool { return of["disputed"] == st.Total.Amount }); err != nil {
		return err
	}
	d.p.step("POST /webhooks/v1/gateway", "charge.dispute.created, signed: %s is held by the bank, and booked so", money(*st.Total))
	id, err := d.audit.Dispute(ctx, st.OrderID)
	if err != nil {
		return err
	}
	gateway := shop.Client{Base: contract.LocalPaymentsURL, Token: "sk_test_demo"}
	evidence := url.Values{"evidence[uncategorized_text]": {"winning_evidence"}}.Encode()
	if _, err := gateway.Call(ctx, http.MethodPost, "/v1/disputes/"+id, evidence, nil,
		shop.With("Content-Type", "application/x-www-form-urlencoded")); err != nil {
		return err
	}
	if err := booked("the dispute to be won", func(of map[string]int64) bool { return of["disputed"] == 0 }); err != nil {
		return err
	}
	d.p.step("POST /webhooks/v1/gateway", "charge.dispute.closed: won with evidence, nothing is held any more")
	return nil
}

// await asks until something has happened, for a minute.
func (d *demo) await(ctx context.Context, what, service string, done func() (bool, error)) error {
	for deadline := time.Now().Add(time.Minute); ; {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited a minute for %s; make logs SERVICE=%s says why", what, service)
		}
		if err := shop.Pause(ctx, 250*time.Millisecond); err != nil {
			return err
		}
	}
}
