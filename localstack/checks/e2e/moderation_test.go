package e2e

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// A page that an operator took down is seen, found and bought by nobody, whatever is in a cart; and all of it is back once it is restored.
func TestAPageIsTakenDownAndRestored(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	word := "zq7" + shop.NewID("")[:10] // by its digit a name, which is not asked by meaning
	o, k, s := newOperator(t), newSKU(ctx, t, "Lamp "+word, 5), mustShopper(ctx, t, "pm_card_visa")
	page := "/api/v1/products/" + k.product
	found := func(want int64) {
		t.Helper()
		until(ctx, t, "search follows", time.Minute, func() bool {
			return searchFor(ctx, t, url.Values{"q": {word}, "in_stock": {"true"}}).Total == want
		})
	}
	c := s.mustPut(ctx, t, k, 1)
	found(1)
	served(ctx, t, o, post, "/ops/v1/products/"+k.product+"/takedown", map[string]any{"reason": "it is recalled"}, nil)
	check(ctx, t, s.Client, bad{"a page that was taken down", get, page, nil, nil, 404, "product_not_found"})
	check(ctx, t, s.Client, bad{"to buy what is in the cart", post, "/api/v1/orders/checkout", s.Order(c.ID),
		[]shop.Option{shop.Key(shop.NewKey())}, 409, "offer_unavailable"})
	var shown cart
	served(ctx, t, s.Client, get, "/api/v1/cart", nil, &shown)
	if len(shown.Lines) != 1 || shown.Lines[0].Status != "gone" || shown.Breakdown.Total.Amount != 0 {
		t.Errorf("%+v", shown)
	}
	found(0)
	served(ctx, t, o, post, "/ops/v1/products/"+k.product+"/restore", map[string]any{"reason": "it was another"}, nil)
	served(ctx, t, s.Client, get, page, nil, nil)
	found(1)
	if placed, err := s.checkout(ctx, c.ID, shop.NewKey()); err != nil || placed.Status != "placed" {
		t.Errorf("%+v %v", placed, err)
	}
}

// An image that an operator took down is on no page and at no address; its seller reads why, and may send it again. It can be restored.
func TestAnImageIsTakenDown(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	p, o := newIllustrated(ctx, t), newOperator(t)
	good := p.send(ctx, t, "image/png", grayPNG(t))
	if good.State != "ACCEPTED" {
		t.Fatalf("%+v", good)
	}
	at := func() int {
		t.Helper()
		res, err := http.Get(good.URL)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	until(ctx, t, "the page shows it", time.Minute, func() bool { return slices.Equal(p.images(ctx, t), []string{good.URL}) })
	if got := at(); got != http.StatusOK {
		t.Fatalf("%s: %d", good.URL, got)
	}
	takedown := "/ops/v1/products/" + p.product + "/images/takedown"
	check(ctx, t, o, bad{"an image that is not there", post, takedown, map[string]any{"image": good.URL + "x", "reason": "x"}, nil, 404,
		"image_not_found"})
	for range 2 {
		served(ctx, t, o, post, takedown, map[string]any{"image": good.URL, "reason": "it shows a person"}, nil)
	}
	if got := p.images(ctx, t); len(got) != 0 {
		t.Errorf("the page shows %v", got)
	}
	if got := at(); got != http.StatusNotFound && got != http.StatusForbidden { // which of both a bucket says depends on who may list it
		t.Errorf("%s: %d", good.URL, got)
	}
	var own struct {
		Images []struct {
			State  string
			Reason struct{ Code, Message string }
		}
	}
	call(ctx, t, p.seller, get, p.path(), nil, &own)
	if len(own.Images) != 1 || own.Images[0].State != "TAKEN_DOWN" || own.Images[0].Reason.Message != "it shows a person" {
		t.Errorf("%+v", own)
	}
	restore := "/ops/v1/products/" + p.product + "/images/restore"
	for range 2 {
		served(ctx, t, o, post, restore, map[string]any{"image": good.URL, "reason": "it shows a statue"}, nil)
	}
	if got := at(); got != http.StatusOK || !slices.Equal(p.images(ctx, t), []string{good.URL}) {
		t.Errorf("%s, restored: %d, and the page shows %v", good.URL, got, p.images(ctx, t))
	}
	served(ctx, t, o, post, takedown, map[string]any{"image": good.URL, "reason": "it shows a person"}, nil)
	call(ctx, t, p.seller, http.MethodDelete, p.path()+"/"+good.ID, nil, nil)
	check(ctx, t, o, bad{"an image that its seller deleted", post, restore, map[string]any{"image": good.URL, "reason": "x"}, nil, 404,
		"image_not_found"})
	if again := p.send(ctx, t, "image/png", grayPNG(t)); again.State != "ACCEPTED" || again.URL == good.URL {
		t.Errorf("%+v", again)
	}
}

// reviewsOf is what anybody sees of a product's reviews.
type reviewsOf struct {
	Summary struct{ Rating, Reviews int64 }
	Reviews []struct {
		ID     string `json:"review_id"`
		Answer *struct {
			Seller string `json:"seller_id"`
			Text   string
		}
	}
}

// reviewed has somebody review a product, and returns who, and what the review is called.
func reviewed(ctx context.Context, t *testing.T, k sku) (by *shopper, id string) {
	t.Helper()
	by = mustShopper(ctx, t, "pm_card_visa")
	var mine struct {
		ID    string `json:"review_id"`
		State string
	}
	served(ctx, t, by.Client, put, "/api/v1/products/"+k.product+"/review", map[string]any{"stars": 2, "text": "It flickers."}, &mine)
	if mine.State != "PUBLISHED" {
		t.Fatalf("%+v", mine)
	}
	return by, mine.ID
}

// reads waits until a product's reviews are as they should be.
func (k sku) reads(ctx context.Context, t *testing.T, what string, ok func(reviewsOf) bool) {
	t.Helper()
	until(ctx, t, what, time.Minute, func() bool {
		var list reviewsOf
		served(ctx, t, &shop.Client{Base: shop.ShopperURL}, get, "/api/v1/products/"+k.product+"/reviews", nil, &list)
		return ok(list)
	})
}

// A review that an operator took down is shown to nobody but who wrote it, with why, and counts no more, until it is restored.
func TestAReviewIsTakenDownAndRestored(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	o, k := newOperator(t), newSKU(ctx, t, "Flickering lamp", 0)
	by, id := reviewed(ctx, t, k)
	one, own := "/ops/v1/products/"+k.product+"/reviews/"+id, "/api/v1/products/"+k.product+"/review"
	shown := func(l reviewsOf) bool {
		return len(l.Reviews) == 1 && l.Summary.Reviews == 1 && l.Summary.Rating == 200
	}
	var mine struct{ State, Reason string }
	k.reads(ctx, t, "the review is shown", shown)
	served(ctx, t, o, post, one+"/takedown", map[string]any{"reason": "it is about a person"}, nil)
	k.reads(ctx, t, "the review is gone", func(l reviewsOf) bool { return len(l.Reviews) == 0 && l.Summary.Reviews == 0 })
	if served(ctx, t, by.Client, get, own, nil, &mine); mine.State != "REJECTED" || mine.Reason != "it is about a person" {
		t.Errorf("%+v", mine)
	}
	if a, err := by.Do(ctx, put, own, map[string]any{"stars": 1, "text": "It still flickers."}); err != nil || a.Problem().Code != "review_rejected" {
		t.Errorf("%d %s %v", a.Status, a.Body, err)
	}
	served(ctx, t, o, post, one+"/restore", map[string]any{"reason": "it is not"}, nil)
	k.reads(ctx, t, "the review is back", shown)
	check(ctx, t, o, bad{"a review of another product", post, "/ops/v1/products/" + shop.NewID("prd_") + "/reviews/" + id + "/takedown",
		map[string]any{"reason": "x"}, nil, 404, "review_not_found"})
}

// Of many unverified reviews of one day those after the first few wait, shown to nobody, until an operator has looked at them.
func TestAReviewWaitsForAnOperator(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	o, k := newOperator(t), newSKU(ctx, t, "Lamp of many words", 0)
	var mine struct {
		ID    string `json:"review_id"`
		State string
	}
	shown := int64(0)
	for mine.State != "PENDING" {
		if mine.State == "PUBLISHED" {
			shown++
		}
		if shown > 10 { // five a day, and five more if midnight is between
			t.Fatalf("%d unverified reviews are shown", shown)
		}
		by, err := shop.Customer(shop.NewID("cus_"))
		if err != nil {
			t.Fatal(err)
		}
		served(ctx, t, by, put, "/api/v1/products/"+k.product+"/review", map[string]any{"stars": 5, "text": "Buy it!"}, &mine)
	}
	k.reads(ctx, t, "the others are shown", func(l reviewsOf) bool { return l.Summary.Reviews == shown && len(l.Reviews) == int(shown) })
	waits := func() (found bool) {
		t.Helper()
		for cursor, first := "", true; first || cursor != ""; first = false {
			var page struct {
				Reviews []struct {
					ID string `json:"review_id"`
				}
				Next string `json:"next_cursor"`
			}
			path := "/ops/v1/reviews"
			if cursor != "" {
				path += "?cursor=" + url.QueryEscape(cursor)
			}
			served(ctx, t, o, get, path, nil, &page)
			for _, r := range page.Reviews {
				found = found || r.ID == mine.ID
			}
			cursor = page.Next
		}
		return found
	}
	until(ctx, t, "an operator sees it wait", time.Minute, waits)
	served(ctx, t, o, post, "/ops/v1/products/"+k.product+"/reviews/"+mine.ID+"/restore", map[string]any{"reason": "a person wrote it"}, nil)
	k.reads(ctx, t, "it is shown with the others", func(l reviewsOf) bool { return l.Summary.Reviews == shown+1 })
	until(ctx, t, "it waits no more", time.Minute, func() bool { return !waits() })
}

// The owner of a page answers a review; anybody sees that, until it is taken back. No other seller answers.
func TestTheOwnerOfAPageAnswersAReview(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Answered lamp", 0)
	_, id := reviewed(ctx, t, k)
	path := "/seller/v1/products/" + k.product + "/reviews/" + id + "/answer"
	check(ctx, t, mustSeller(t, shop.NewID("sel_")).Client, bad{"another seller", put, path, map[string]any{"text": "Buy mine."}, nil, 403,
		"not_your_page"})
	for _, text := range []string{"Tighten the bulb.", "We send you another."} {
		call(ctx, t, mustSeller(t, k.seller), put, path, map[string]any{"text": text}, nil)
		k.reads(ctx, t, "the answer is shown", func(l reviewsOf) bool {
			return len(l.Reviews) == 1 && l.Reviews[0].Answer != nil && l.Reviews[0].Answer.Text == text && l.Reviews[0].Answer.Seller == k.seller
		})
	}
	call(ctx, t, mustSeller(t, k.seller), http.MethodDelete, path, nil, nil)
	k.reads(ctx, t, "the answer is gone", func(l reviewsOf) bool { return len(l.Reviews) == 1 && l.Reviews[0].Answer == nil })
}

// What a seller does not take back an operator decides: granted, the money is given back as if it had been taken; denied, it is not,
// for good.
func TestAnAppealIsDecided(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	s, k, orderID, _ := delivered(ctx, t, "Appealed lamp", "pm_card_visa")
	o, seller, path := newOperator(t), mustSeller(t, k.seller), "/api/v1/orders/"+orderID+"/returns"
	var track struct {
		Shipments []struct {
			ID string `json:"shipment_id"`
		}
	}
	served(ctx, t, s.Client, get, "/api/v1/orders/"+orderID+"/tracking", nil, &track)
	decide := func(decision, state string) back {
		t.Helper()
		var r, decided back
		if _, err := s.Call(ctx, post, path, map[string]any{"shipment_id": track.Shipments[0].ID, "reason": "too bright",
			"lines": []any{map[string]any{"line": k.product + "#" + k.seller, "quantity": 1}}}, &r, shop.Key(shop.NewKey())); err != nil {
			t.Fatal(err)
		}
		call(ctx, t, seller, post, "/seller/v1/orders/"+orderID+"/returns/"+r.ID+"/reject", map[string]any{"reason": "it was used"}, nil)
		word := map[string]any{"decision": decision, "reason": "the photos say so"}
		check(ctx, t, o, bad{"what is not appealed", post, "/ops/v1/orders/" + orderID + "/returns/" + r.ID + "/appeal", word, nil, 409,
			"appeal_decided"})
		served(ctx, t, s.Client, post, path+"/"+r.ID+"/appeal", map[string]any{"reason": "it was not"}, &r)
		if r.State != "APPEALED" {
			t.Fatalf("%+v", r)
		}
		if served(ctx, t, o, post, "/ops/v1/orders/"+orderID+"/returns/"+r.ID+"/appeal", word, &decided); decided.State != state {
			t.Fatalf("%+v", decided)
		}
		return r
	}
	denied := decide("denied", "REJECTED")
	check(ctx, t, s.Client, bad{"a second appeal", post, path + "/" + denied.ID + "/appeal", map[string]any{"reason": "once more"}, nil, 409,
		"return_not_appealable"})
	granted := decide("granted", "RECEIVED")
	states := map[string]string{}
	until(ctx, t, "the granted return is refunded", time.Minute, func() bool {
		var list struct{ Returns []back }
		served(ctx, t, s.Client, get, path, nil, &list)
		for _, r := range list.Returns {
			states[r.ID] = r.State
		}
		return states[granted.ID] == "REFUNDED"
	})
	if l := s.balance(ctx, t, orderID); l.Refunded != granted.Amount || states[denied.ID] != "REJECTED" {
		t.Errorf("%+v %v", l, states)
	}
}
