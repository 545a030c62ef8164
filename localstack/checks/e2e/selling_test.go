package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// Two sellers list one product and share its page; one finds the price that wins the buy box and has it; the other
// ships what it sold, is owed and rated for it, and neither sees what is the other's. What it never ships is cancelled.
// Seen to catch: a buy box that an offer's change does not reach; a shipment that goes without its seller's word; an event
// that no queue is told of.
func TestTwoSellersShareAPageAndOneShips(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	r := newRivals(ctx, t)
	r.competeForTheBuyBox(ctx, t)
	orderID, shipmentID := r.sellAndShip(ctx, t)
	r.rateAndRename(ctx, t, orderID)
	r.review(ctx, t, orderID)
	// With 5.00 stars for 4.00 its offer wins the buy box back at the price that it lost it at.
	r.wins(ctx, t, r.a)
	r.isOwed(ctx, t, orderID)
	r.sendBack(ctx, t, orderID, shipmentID)
	r.hasPerformed(ctx, t)
	r.neverConfirm(ctx, t)
	var theirs statement
	call(ctx, t, r.b, http.MethodGet, "/seller/v1/statements", nil, &theirs)
	if len(theirs.Journals) != 0 || len(theirs.Owed) != 0 {
		t.Errorf("another seller's statement: %+v", theirs)
	}
}

// rivals are two sellers of one product, and somebody who buys it. The product is the first one's.
type rivals struct {
	a, b           *shop.Seller
	buyer          *shopper
	product, offer string // its id, and the path of a seller's own offer of it
}

// call is a seller's request that must succeed.
func call(ctx context.Context, t *testing.T, by *shop.Seller, method, path string, body, out any, options ...shop.Option) {
	t.Helper()
	if _, err := by.Call(ctx, method, path, body, out, options...); err != nil {
		t.Fatal(err)
	}
}

func terms(minor int64, by string) map[string]any {
	return map[string]any{"price": usd(minor), "shipping": usd(0), "condition": "new", "fulfillment": by}
}

// newRivals lists the product twice, of which the second finds the first's, and puts both sellers' offers and stock.
func newRivals(ctx context.Context, t *testing.T) *rivals {
	t.Helper()
	newSKU(ctx, t, "Shared teapot", 0) // for the category
	r := &rivals{a: mustSeller(t, shop.NewID("sel_")), b: mustSeller(t, shop.NewID("sel_")), buyer: mustShopper(ctx, t, "pm_card_visa")}
	content := map[string]any{"title": "Teapot", "gtin": gtin(), "category_id": "tests"}
	var mine, theirs struct {
		ProductID string `json:"product_id"`
		Existing  bool   `json:"existing"`
		OwnerID   string `json:"owner_id"`
		Disputes  []struct{ Field string }
	}
	call(ctx, t, r.a, http.MethodPost, "/seller/v1/products", content, &mine)
	content["title"] = "The best teapot"
	call(ctx, t, r.b, http.MethodPost, "/seller/v1/products", content, &theirs)
	if mine.Existing || !theirs.Existing || mine.ProductID != theirs.ProductID || theirs.OwnerID != r.a.ID || len(theirs.Disputes) != 1 {
		t.Fatalf("%+v %+v", mine, theirs)
	}
	r.product, r.offer = mine.ProductID, "/seller/v1/offers/"+mine.ProductID
	call(ctx, t, r.a, http.MethodPut, r.offer, terms(2000, "seller"), nil)
	call(ctx, t, r.b, http.MethodPut, r.offer, terms(2100, "rialto"), nil)
	for _, x := range []*shop.Seller{r.a, r.b} {
		invoke(ctx, t, "inventory-receive", map[string]any{"rows": []any{map[string]any{"receipt_id": "r-" + x.ID, "product_id": r.product,
			"seller_id": x.ID, "fulfillment_center_id": "us-west-2", "quantity": 9}}}, &struct{}{})
	}
	return r
}

// wins waits until the page shows a seller's offer in the buy box.
func (r *rivals) wins(ctx context.Context, t *testing.T, want *shop.Seller) {
	t.Helper()
	began := time.Now()
	until(ctx, t, "the page shows who won", 3*time.Minute, func() bool {
		var page struct {
			BuyBox *struct {
				Seller struct {
					ID string `json:"seller_id"`
				}
				InStock bool `json:"in_stock"`
			} `json:"buy_box"`
		}
		if _, err := r.buyer.Call(ctx, http.MethodGet, "/api/v1/products/"+r.product, nil, &page); err != nil {
			t.Fatal(err)
		}
		return page.BuyBox != nil && page.BuyBox.InStock && page.BuyBox.Seller.ID == want.ID
	})
	t.Logf("the buy box followed in %s", time.Since(began).Round(10*time.Millisecond))
}

// competeForTheBuyBox has the second seller ask for the price that wins, and put it.
func (r *rivals) competeForTheBuyBox(ctx context.Context, t *testing.T) {
	t.Helper()
	r.wins(ctx, t, r.a)
	var contest struct {
		Wins  bool
		ToWin *struct{ Price struct{ Amount int64 } } `json:"price_to_win"`
	}
	call(ctx, t, r.b, http.MethodGet, r.offer+"/price-to-win", nil, &contest)
	if contest.Wins || contest.ToWin == nil || contest.ToWin.Price.Amount <= 2000 || contest.ToWin.Price.Amount >= 2100 {
		t.Fatalf("%+v", contest)
	}
	call(ctx, t, r.b, http.MethodPut, r.offer, terms(contest.ToWin.Price.Amount, "rialto"), nil, shop.With("If-Match", `"1"`))
	r.wins(ctx, t, r.b)
}

// soldOrder is what a seller sees of an order.
type soldOrder struct {
	Lines     []struct{ Quantity int64 }
	Shipments []struct {
		ID     string `json:"shipment_id"`
		Status string
		Awaits bool `json:"awaits_confirmation"`
	}
}

// sellAndShip sells two of the first seller's units, which ships them; the other sees nothing of it.
func (r *rivals) sellAndShip(ctx context.Context, t *testing.T) (orderID, shipmentID string) {
	t.Helper()
	o, err := r.buyer.checkout(ctx, r.buyer.mustPut(ctx, t, sku{r.product, r.a.ID}, 2).ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	path := "/seller/v1/orders/" + o.OrderID
	var sold soldOrder
	until(ctx, t, "the seller sees the order", 3*time.Minute, func() bool {
		_, err := r.a.Call(ctx, http.MethodGet, path, nil, &sold)
		return err == nil
	})
	if len(sold.Lines) != 1 || len(sold.Shipments) != 1 || !sold.Shipments[0].Awaits {
		t.Fatalf("%+v", sold)
	}
	if answer, err := r.b.Do(ctx, http.MethodGet, path, nil); err != nil || answer.Status != http.StatusNotFound {
		t.Errorf("another seller sees the order: %d %v", answer.Status, err)
	}
	confirm := path + "/shipments/" + sold.Shipments[0].ID + "/confirm"
	word := map[string]string{"carrier": "Parcel Post", "tracking_number": "PP-12345"}
	if answer, err := r.b.Do(ctx, http.MethodPost, confirm, word); err != nil || answer.Status != http.StatusNotFound {
		t.Errorf("another seller confirms the shipment: %d %v", answer.Status, err)
	}
	for range 2 {
		call(ctx, t, r.a, http.MethodPost, confirm, word, nil)
	}
	until(ctx, t, "delivered", 4*time.Minute, func() bool {
		call(ctx, t, r.a, http.MethodGet, path, nil, &sold)
		return sold.Shipments[0].Status == "DELIVERED"
	})
	return o.OrderID, sold.Shipments[0].ID
}

// rateAndRename rates who sold, and no other, and follows the rating and a new name to the offer.
func (r *rivals) rateAndRename(ctx context.Context, t *testing.T, orderID string) {
	t.Helper()
	rate := "/api/v1/orders/" + orderID + "/ratings/"
	for seller, want := range map[string]int{r.a.ID: http.StatusCreated, r.b.ID: http.StatusNotFound} {
		if answer, err := r.buyer.Do(ctx, http.MethodPut, rate+seller, map[string]any{"stars": 5, "text": "quick"}); err != nil ||
			answer.Status != want {
			t.Errorf("rating %s: %d %v", seller, answer.Status, err)
		}
	}
	call(ctx, t, r.a, http.MethodPut, "/seller/v1/profile", map[string]string{"display_name": "Teapots & more " + r.a.ID[4:12], "country": "US"}, nil)
	until(ctx, t, "the rating and the name reach the offer", 3*time.Minute, func() bool {
		var did struct {
			Rating *struct{ Value, Count int64 }
		}
		var list struct {
			Offers []struct {
				Seller struct {
					ID   string `json:"seller_id"`
					Name string
				}
			}
		}
		call(ctx, t, r.a, http.MethodGet, "/seller/v1/performance", nil, &did)
		if _, err := r.buyer.Call(ctx, http.MethodGet, "/api/v1/products/"+r.product+"/offers", nil, &list); err != nil {
			t.Fatal(err)
		}
		named := false
		for _, o := range list.Offers {
			named = named || o.Seller.ID == r.a.ID && o.Seller.Name == "Teapots & more "+r.a.ID[4:12]
		}
		return named && did.Rating != nil && did.Rating.Value == 500 && did.Rating.Count == 1
	})
}

// review has who bought it review the product, with the badge, and follows the stars into search; who did not has none.
func (r *rivals) review(ctx context.Context, t *testing.T, orderID string) {
	t.Helper()
	own, all := "/api/v1/products/"+r.product+"/review", "/api/v1/products/"+r.product+"/reviews"
	var mine struct {
		ID       string `json:"review_id"`
		State    string
		Verified bool `json:"verified_purchase"`
	}
	word := map[string]any{"stars": 4, "title": "Pours well", "text": "The lid is loose.", "author": "A tea drinker", "order_id": orderID}
	if _, err := r.buyer.Call(ctx, http.MethodPut, own, word, &mine); err != nil || !mine.Verified || mine.State != "PUBLISHED" {
		t.Fatalf("%+v %v", mine, err)
	}
	other := mustShopper(ctx, t, "pm_card_visa")
	if answer, err := other.Do(ctx, http.MethodPut, own, word); err != nil || answer.Status != http.StatusNotFound {
		t.Errorf("another's order makes a review verified: %d %v", answer.Status, err)
	}
	vote := all + "/" + mine.ID + "/vote"
	if answer, err := r.buyer.Do(ctx, http.MethodPut, vote, map[string]any{"helpful": true}); err != nil || answer.Problem().Code != "own_review" {
		t.Errorf("one's own vote: %d %v", answer.Status, err)
	}
	for range 2 {
		if _, err := other.Call(ctx, http.MethodPut, vote, map[string]any{"helpful": true}, nil); err != nil {
			t.Fatal(err)
		}
	}
	var list struct {
		Summary struct{ Rating, Reviews int64 }
		Reviews []struct {
			ID       string `json:"review_id"`
			Verified bool   `json:"verified_purchase"`
			Helpful  int64  `json:"helpful_votes"`
		}
	}
	until(ctx, t, "the review is listed with its vote", 3*time.Minute, func() bool {
		if _, err := (&shop.Client{Base: shop.ShopperURL}).Call(ctx, http.MethodGet, all, nil, &list); err != nil {
			t.Fatal(err)
		}
		return len(list.Reviews) == 1 && list.Reviews[0].Helpful == 1
	})
	if list.Summary.Rating != 400 || list.Summary.Reviews != 1 || !list.Reviews[0].Verified {
		t.Errorf("%+v", list)
	}
}

// statement is what a seller is owed, and why.
type statement struct {
	Owed     []struct{ Amount int64 }
	Journals []struct {
		Kind    string
		OrderID string `json:"order_id"`
		Entries []struct {
			Account string
			Amount  struct{ Amount int64 }
		}
	}
}

// isOwed checks that the sale is booked and its journals balance.
func (r *rivals) isOwed(ctx context.Context, t *testing.T, orderID string) {
	t.Helper()
	var got statement
	until(ctx, t, "the sale is booked", 4*time.Minute, func() bool {
		call(ctx, t, r.a, http.MethodGet, "/seller/v1/statements", nil, &got)
		return len(got.Journals) > 0
	})
	var sum int64
	for _, j := range got.Journals {
		for _, e := range j.Entries {
			sum += e.Amount.Amount
		}
	}
	if first := got.Journals[len(got.Journals)-1]; first.Kind != "sale" || first.OrderID != orderID || len(first.Entries) < 3 ||
		sum != 0 {
		t.Errorf("%+v", got)
	}
}

func (r *rivals) hasPerformed(ctx context.Context, t *testing.T) {
	t.Helper()
	var did struct{ Orders, Confirmed, Late int64 }
	call(ctx, t, r.a, http.MethodGet, "/seller/v1/performance", nil, &did)
	if did.Orders != 1 || did.Confirmed != 1 || did.Late != 0 {
		t.Errorf("%+v", did)
	}
}

// neverConfirm sells one more that its seller never confirms; it is cancelled, by an operator at once.
func (r *rivals) neverConfirm(ctx context.Context, t *testing.T) {
	t.Helper()
	var sold soldOrder
	never, err := r.buyer.checkout(ctx, r.buyer.mustPut(ctx, t, sku{r.product, r.a.ID}, 1).ID, shop.NewKey())
	if err != nil || never.Status != "placed" {
		t.Fatalf("%+v %v", never, err)
	}
	until(ctx, t, "the seller sees the second order", 3*time.Minute, func() bool {
		_, err := r.a.Call(ctx, http.MethodGet, "/seller/v1/orders/"+never.OrderID, nil, &sold)
		return err == nil && len(sold.Shipments) == 1
	})
	var due struct{ Due, Cancelled int }
	if invoke(ctx, t, "fulfillment-overdue", map[string]string{"order_id": never.OrderID, "shipment_id": sold.Shipments[0].ID},
		&due); due.Cancelled != 1 {
		t.Fatalf("%+v", due)
	}
	until(ctx, t, "its units and its money are free", 4*time.Minute, func() bool {
		money, err := auditor.MoneyOf(ctx, never.OrderID)
		if err != nil || money.Authorized == 0 || money.Captured != 0 {
			t.Fatalf("%+v %v", money, err)
		}
		st, err := auditor.Stock(ctx, r.product, r.a.ID)
		if err != nil {
			t.Fatal(err)
		}
		return money.Open == 0 && st.Balanced() && st.Committed == 0 && st.Available == 8
	})
	var track struct{ Status string }
	if _, err := r.buyer.Call(ctx, http.MethodGet, "/api/v1/orders/"+never.OrderID+"/tracking", nil, &track); err != nil ||
		track.Status != "CANCELLED" {
		t.Errorf("%+v %v", track, err)
	}
	if cancelled, err := auditor.Cancelled(ctx, never.OrderID); err != nil || cancelled < 2000 {
		t.Errorf("%d %v", cancelled, err)
	}
	var defects struct {
		Cancelled int64
		Rate      int64 `json:"defect_rate_bp"`
	}
	if call(ctx, t, r.a, http.MethodGet, "/seller/v1/performance", nil, &defects); defects.Cancelled != 1 || defects.Rate != 5000 {
		t.Errorf("%+v", defects)
	}
}

// back is a return as both sides see it.
type back struct {
	ID     string `json:"return_id"`
	State  string
	Amount struct{ Amount int64 }
}

// sendBack returns one of the two units of a delivered parcel, and follows its money and the unit. Seen to catch: an
// event that no queue is told of.
func (r *rivals) sendBack(ctx context.Context, t *testing.T, orderID, shipmentID string) {
	t.Helper()
	asked := r.askToReturn(ctx, t, orderID, shipmentID)
	for range 2 {
		call(ctx, t, r.a, http.MethodPost, "/seller/v1/orders/"+orderID+"/returns/"+asked.ID+"/receive", map[string]any{}, nil)
	}
	began := time.Now()
	until(ctx, t, "the money is given back and booked", 4*time.Minute, func() bool { return r.isRefunded(ctx, t, orderID, asked) })
	t.Logf("%d cents came back in %s", asked.Amount.Amount, time.Since(began).Round(10*time.Millisecond))
	until(ctx, t, "the unit is back", 3*time.Minute, func() bool { return balanced(ctx, t, sku{r.product, r.a.ID}).Available == 8 })
	var list struct{ Returns []back }
	if _, err := r.a.Call(ctx, http.MethodGet, "/seller/v1/returns", nil, &list); err != nil || len(list.Returns) != 1 ||
		list.Returns[0].ID != asked.ID {
		t.Errorf("%+v %v", list, err)
	}
}

// askToReturn asks twice with one key, and then for more than there is.
func (r *rivals) askToReturn(ctx context.Context, t *testing.T, orderID, shipmentID string) back {
	t.Helper()
	path, line := "/api/v1/orders/"+orderID+"/returns", r.product+"#"+r.a.ID
	body := map[string]any{"shipment_id": shipmentID, "reason": "one is enough", "lines": []any{map[string]any{"line": line, "quantity": 1}}}
	var asked, again back
	key := shop.Key(shop.NewKey())
	for _, into := range []*back{&asked, &again} {
		if _, err := r.buyer.Call(ctx, http.MethodPost, path, body, into, key); err != nil {
			t.Fatal(err)
		}
	}
	if asked.State != "REQUESTED" || asked.Amount.Amount < 2000 || again.ID != asked.ID {
		t.Errorf("%+v %+v", asked, again)
	}
	body["lines"] = []any{map[string]any{"line": line, "quantity": 2}}
	if answer, err := r.buyer.Do(ctx, http.MethodPost, path, body, shop.Key(shop.NewKey())); err != nil ||
		answer.Status != http.StatusUnprocessableEntity {
		t.Errorf("a unit is sent back twice: %d %v", answer.Status, err)
	}
	return asked
}

// isRefunded tells whether the order and the return say that the money came back, and the seller's journals, which
// balance, that it is booked.
func (r *rivals) isRefunded(ctx context.Context, t *testing.T, orderID string, asked back) bool {
	t.Helper()
	var order struct{ Refunded struct{ Amount int64 } }
	var sent struct{ Returns []back }
	var got statement
	path := "/api/v1/orders/" + orderID
	for at, into := range map[string]any{path: &order, path + "/returns": &sent} {
		if _, err := r.buyer.Call(ctx, http.MethodGet, at, nil, into); err != nil {
			t.Fatal(err)
		}
	}
	call(ctx, t, r.a, http.MethodGet, "/seller/v1/statements", nil, &got)
	booked := false
	for _, j := range got.Journals {
		var sum int64
		for _, e := range j.Entries {
			sum += e.Amount.Amount
		}
		if booked = booked || j.Kind == "refund"; sum != 0 {
			t.Fatalf("%+v", j)
		}
	}
	return order.Refunded.Amount == asked.Amount.Amount && sent.Returns[0].State == "REFUNDED" && booked
}

// A seller's own system is told of an order to ship: the message waits with what became of it, and is sent again when its seller says so.
// No system listens here, since nothing of this machine is on the public internet.
func TestASellersSystemIsTold(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k, s := newSKU(ctx, t, "Webhook lamp", 5), mustShopper(ctx, t, "pm_card_visa")
	seller, err := shop.NewSeller(k.seller)
	if err != nil {
		t.Fatal(err)
	}
	check(ctx, t, seller.Client, bad{"an address of this machine", http.MethodPut, "/seller/v1/webhook", map[string]string{"url": "https://127.0.0.1/"},
		nil, 422, "webhook_address"})
	var put struct {
		On            bool
		Secret, Email string
	}
	if _, err := seller.Call(ctx, http.MethodPut, "/seller/v1/webhook", map[string]string{"url": "https://seller.invalid/hooks",
		"email": "it@seller.example"}, &put); err != nil {
		t.Fatal(err)
	}
	if !put.On || put.Email != "it@seller.example" || !strings.HasPrefix(put.Secret, "whsec_") {
		t.Fatalf("%+v", put)
	}
	placed, err := s.checkout(ctx, s.mustPut(ctx, t, k, 2).ID, shop.NewKey())
	if err != nil || placed.Status != "placed" {
		t.Fatal(placed, err)
	}
	var list struct {
		Deliveries []struct {
			ID       string `json:"delivery_id"`
			Type     string
			OrderID  string `json:"order_id"`
			State    string
			Attempts int
			Body     struct {
				Data struct{ Lines []struct{ Quantity int } }
			}
		}
	}
	until(ctx, t, "the order is told, and not taken", time.Minute, func() bool {
		if _, err := seller.Call(ctx, http.MethodGet, "/seller/v1/webhook/deliveries", nil, &list); err != nil {
			t.Fatal(err)
		}
		return len(list.Deliveries) == 1 && list.Deliveries[0].Attempts == 1
	})
	d := list.Deliveries[0]
	if d.Type != "order.placed" || d.OrderID != placed.OrderID || d.State != "PENDING" || len(d.Body.Data.Lines) != 1 ||
		d.Body.Data.Lines[0].Quantity != 2 {
		t.Fatalf("%+v", d)
	}
	if _, err := seller.Call(ctx, http.MethodPost, "/seller/v1/webhook/deliveries/"+d.ID+"/replay", nil, nil); err != nil {
		t.Fatal(err)
	}
}
