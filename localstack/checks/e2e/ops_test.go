package e2e

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/contract"
	"rialto/localstack/demo/shop"
	"rialto/localstack/standins/issuer"
)

// newOperator is a client of the operators' API.
func newOperator(t *testing.T) *shop.Client {
	t.Helper()
	token, err := shop.Mint(issuer.Claims{}.AsOperator("operator of " + t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return &shop.Client{Base: shop.OpsURL, Token: token}
}

// principals are one of each kind that calls.
func principals(ctx context.Context, t *testing.T) map[string]string {
	t.Helper()
	customer, err := shop.Customer(shop.NewID("cus_"))
	if err != nil {
		t.Fatal(err)
	}
	seller, err := shop.NewSeller(shop.NewID("sel_"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"none": "", "guest": newGuest(ctx, t).Token, "customer": customer.Token, "seller": seller.Token,
		"operator": newOperator(t).Token}
}

// Every route of the three APIs lets those in that it is for, and nobody else. Access is decided before anything of a request is read,
// so that each request here has a parameter that no route knows: whoever is let in is told so, and nothing is done. Seen to catch: an
// operator's token at a seller's route; a role that two audiences share.
func TestEveryRouteLetsInWhomItIsFor(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	lets := map[string][]string{"guest": {"guest", "customer"}, "customer": {"customer"}, "seller": {"seller"}, "operator": {"operator"}}
	who := principals(ctx, t)
	for base, routes := range map[string][]contract.RouteInfo{
		shop.ShopperURL: contract.ShopperRoutes(), shop.SellerURL: contract.SellerRoutes(), shop.OpsURL: contract.OpsRoutes(),
	} {
		for _, r := range routes {
			if r.Access == "public" {
				continue // it looks at no token
			}
			path := strings.NewReplacer("{", "", "}", "").Replace(r.Path) + "?nobody_knows=1&reason=asked&placement=home" // and what some must be given
			var body any
			if r.Method == http.MethodPost || r.Method == http.MethodPut {
				body = "{}"
			}
			for name, token := range who {
				a, err := (&shop.Client{Base: base, Token: token}).Do(ctx, r.Method, path, body)
				if err != nil {
					t.Fatal(err)
				}
				want := []int{http.StatusForbidden}
				switch {
				case name == "none":
					want = []int{http.StatusUnauthorized}
				case slices.Contains(lets[r.Access], name):
					want = []int{http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusTooManyRequests}
				}
				if !slices.Contains(want, a.Status) {
					t.Errorf("%s at %s %s, which is for a %s: %d %s, want %v", name, r.Method, r.Path, r.Access, a.Status, a.Problem().Code, want)
				}
			}
		}
	}
}

// logged is what the audit log has about a subject, the latest first.
func logged(ctx context.Context, t *testing.T, by *shop.Client, subject string) (lines []string) {
	t.Helper()
	var page struct {
		Entries []struct{ Operator, Call, Reason, Outcome string }
	}
	if _, err := by.Call(ctx, http.MethodGet, "/ops/v1/audit?limit=100&subject="+subject, nil, &page); err != nil {
		t.Fatal(err)
	}
	for _, e := range page.Entries {
		if e.Call != "listAudit" {
			lines = append(lines, strings.Join([]string{e.Operator, e.Call, e.Reason, e.Outcome}, "|"))
		}
	}
	return lines
}

// An operator finds whoever's order, and every look is in the audit log, before and after.
func TestAnOperatorFindsAnOrder(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k, s, o := newSKU(ctx, t, "Audited lamp", 5), mustShopper(ctx, t, "pm_card_visa"), newOperator(t)
	placed, err := s.checkout(ctx, s.mustPut(ctx, t, k, 2).ID, shop.NewKey())
	if err != nil || placed.Status != "placed" {
		t.Fatal(placed, err)
	}
	var found struct {
		OrderID    string `json:"order_id"`
		CustomerID string `json:"customer_id"`
		Lines      []struct{ Quantity int64 }
	}
	if _, err := o.Call(ctx, http.MethodGet, "/ops/v1/orders/"+placed.OrderID+"?reason=asked+by+phone", nil, &found); err != nil {
		t.Fatal(err)
	}
	if found.OrderID != placed.OrderID || !strings.HasPrefix(found.CustomerID, "cus_") || len(found.Lines) != 1 || found.Lines[0].Quantity != 2 {
		t.Errorf("%+v", found)
	}
	none := shop.NewID("ord_")
	check(ctx, t, o, bad{"an order that does not exist", get, "/ops/v1/orders/" + none, nil, nil, 404, "order_not_found"})
	me := "operator of " + t.Name()
	for subject, want := range map[string][]string{
		placed.OrderID: {me + "|findOrder|asked by phone|done", me + "|findOrder|asked by phone|"},
		none:           {me + "|findOrder||order_not_found", me + "|findOrder||"},
	} {
		until(ctx, t, "the audit log has both lines", 30*time.Second, func() bool { return slices.Equal(logged(ctx, t, o, subject), want) })
	}
}

// An operator gives money back, in parts and then all that is left, once a key: the shopper's order says so, and the gateway's books. Seen
// to catch: a refund that the gateway's notice of it booked a second time.
func TestAnOperatorRefunds(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	s, k, orderID, _ := delivered(ctx, t, "Broken lamp", "pm_card_visa")
	o, path := newOperator(t), "/ops/v1/orders/"+orderID+"/refunds"
	paid := s.balance(ctx, t, orderID).Paid.Amount
	var answered struct {
		Refunds []struct {
			ID     string `json:"refund_id"`
			Amount struct{ Amount int64 }
			State  string
		}
	}
	half := map[string]any{"amount": usd(500), "reason": "arrived scratched"}
	key := shop.Key(shop.NewKey())
	for range 2 {
		if _, err := o.Call(ctx, post, path, half, &answered, key); err != nil || len(answered.Refunds) != 1 || answered.Refunds[0].Amount.Amount != 500 ||
			answered.Refunds[0].State != "DONE" {
			t.Fatalf("%+v %v", answered, err)
		}
	}
	check(ctx, t, o, bad{"another refund under a key", post, path, map[string]any{"amount": usd(501), "reason": "x"}, []shop.Option{key}, 422,
		"idempotency_key_reused"})
	check(ctx, t, o, bad{"more than is left", post, path, map[string]any{"amount": usd(paid), "reason": "x"}, []shop.Option{shop.Key(shop.NewKey())},
		409, "refund_too_large"})
	if _, err := o.Call(ctx, post, path, map[string]any{"reason": "it was broken"}, &answered, shop.Key(shop.NewKey())); err != nil ||
		len(answered.Refunds) != 1 || answered.Refunds[0].Amount.Amount != paid-500 {
		t.Fatalf("%+v %v", answered, err)
	}
	check(ctx, t, o, bad{"when nothing is left", post, path, map[string]any{"reason": "x"}, []shop.Option{shop.Key(shop.NewKey())}, 409, "nothing_left"})
	if l := s.balance(ctx, t, orderID); l.Refunded.Amount != paid {
		t.Errorf("%+v", l)
	}
	if money, err := auditor.MoneyOf(ctx, orderID); err != nil || money.Refunded != paid || money.Captured != paid {
		t.Errorf("%+v %v", money, err)
	}
	refundedInTheLake(ctx, t, k.product, min(500, paid-500), max(500, paid-500))
	lines := logged(ctx, t, o, orderID)
	if n := slices.Index(lines, "operator of "+t.Name()+"|refundOrder|arrived scratched|done"); n < 0 || len(lines) != 12 {
		t.Errorf("%d lines: %v", len(lines), lines)
	}
}

// balance is how an order's money stands, as its shopper sees it.
func (s *shopper) balance(ctx context.Context, t *testing.T, orderID string) (l life) {
	t.Helper()
	served(ctx, t, s.Client, get, "/api/v1/orders/"+orderID, nil, &l)
	return l
}

// What an operator does besides: cancels what its customer may cancel, finds and opens a customer, gives a seller a plan, makes and stops
// a coupon.
func TestAnOperatorHelps(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	o, b := newOperator(t), buyOne(ctx, t)
	var found life
	served(ctx, t, o, post, "/ops/v1/orders/"+b.order+"/cancel", map[string]any{"reason": "asked by phone"}, &found)
	if l := b.life(ctx, t); l.Status != "cancelled" || found.Status != "cancelled" {
		t.Errorf("%+v %+v", l, found)
	}
	check(ctx, t, o, bad{"to give back what was not taken", post, "/ops/v1/orders/" + b.order + "/refunds", map[string]any{"reason": "x"},
		[]shop.Option{shop.Key(shop.NewKey())}, 409, "payment_not_captured"})

	me := map[string]any{"name": "Ada Ops", "email": strings.ToLower(shop.NewID("ada")) + "@example.com"}
	served(ctx, t, b.buyer.Client, put, "/api/v1/me", me, nil)
	var ids struct {
		CustomerIDs []string `json:"customer_ids"`
	}
	served(ctx, t, o, post, "/ops/v1/customers/lookup", map[string]any{"email": me["email"], "reason": "a call"}, &ids)
	if len(ids.CustomerIDs) != 1 {
		t.Fatalf("%+v", ids)
	}
	one := "/ops/v1/customers/" + ids.CustomerIDs[0]
	check(ctx, t, o, bad{"a look without a reason", get, one, nil, nil, 400, "missing_parameter"})
	var opened struct{ Name, Email string }
	served(ctx, t, o, get, one+"?reason=a+call", nil, &opened)
	var list struct{ Orders []life }
	served(ctx, t, o, get, one+"/orders", nil, &list)
	if opened.Name != me["name"] || opened.Email != me["email"] || len(list.Orders) != 1 || list.Orders[0].Status != "cancelled" {
		t.Errorf("%+v %+v", opened, list)
	}
	for _, line := range logged(ctx, t, o, ids.CustomerIDs[0]) {
		if strings.Contains(line, "@") {
			t.Errorf("an address is in the audit log: %s", line)
		}
	}

	coupon := "/ops/v1/marketplaces/US/coupons/" + shop.NewID("ops-")[:20]
	now := time.Now().UTC()
	served(ctx, t, o, put, coupon, map[string]any{"kind": "percent", "basis_points": 1000, "valid_from": now.Add(-time.Hour),
		"valid_until": now.Add(time.Hour), "budget": 5, "reason": "a summer"}, nil)
	var stopped struct {
		Until time.Time `json:"valid_until"`
	}
	served(ctx, t, o, post, coupon+"/stop", map[string]any{"reason": "the summer is over"}, &stopped)
	if stopped.Until.After(now.Add(time.Minute)) {
		t.Errorf("%+v", stopped)
	}
}

// Nothing of a blocked seller can be bought, what is in a cart neither, until the seller may go on. Seen to catch: a block that no offer
// hears of.
func TestABlockedSellerSellsNothing(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	o, k, s := newOperator(t), newSKU(ctx, t, "Blocked lamp", 5), mustShopper(ctx, t, "pm_card_visa")
	c := s.mustPut(ctx, t, k, 1)
	block := func(word string, sells int) {
		t.Helper()
		served(ctx, t, o, post, "/ops/v1/sellers/"+k.seller+"/"+word, map[string]any{"reason": "sells what is not its own"}, nil)
		until(ctx, t, word, time.Minute, func() bool {
			var list struct{ Offers []struct{} }
			served(ctx, t, s.Client, get, "/api/v1/products/"+k.product+"/offers", nil, &list)
			return len(list.Offers) == sells
		})
	}
	block("block", 0)
	if a, err := s.Do(ctx, post, "/api/v1/orders/checkout", s.Order(c.ID), shop.Key(shop.NewKey())); err != nil || a.Status != http.StatusConflict {
		t.Errorf("%d %s %v", a.Status, a.Body, err)
	}
	block("unblock", 1)
	if placed, err := s.checkout(ctx, c.ID, shop.NewKey()); err != nil || placed.Status != "placed" {
		t.Errorf("%+v %v", placed, err)
	}
}

// What happens at the gateway and is nobody's here is found when its day is compared, and an operator sees it.
func TestTheGatewaysBooksAreCompared(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	var taken struct {
		Charge  string `json:"latest_charge"`
		Created int64
	}
	atGateway(ctx, t, "/v1/payment_intents", url.Values{"amount": {"731"}, "currency": {"jpy"}, "payment_method": {"pm_card_visa"},
		"confirm": {"true"}, "payment_method_types[]": {"card"}}, &taken)
	day := time.Unix(taken.Created, 0).UTC().Format(time.DateOnly)
	invoke(ctx, t, "payments-reconcile", map[string]string{"day": day}, nil)
	o, found := newOperator(t), false
	for cursor, first := "", true; first || cursor != ""; first = false {
		var page struct {
			Differences []struct {
				Kind    string
				ID      string `json:"gateway_id"`
				Gateway struct {
					Amount   int64
					Currency string
				} `json:"at_gateway"`
				Taken bool
			}
			Next string `json:"next_cursor"`
		}
		path := "/ops/v1/reconciliations?limit=100&day=" + day
		if cursor != "" {
			path += "&cursor=" + url.QueryEscape(cursor)
		}
		if _, err := o.Call(ctx, http.MethodGet, path, nil, &page); err != nil {
			t.Fatal(err)
		}
		for _, d := range page.Differences {
			if d.ID == taken.Charge {
				found = d.Kind == "capture_unknown" && d.Gateway.Amount == 731 && d.Gateway.Currency == "JPY" && !d.Taken
			}
		}
		cursor = page.Next
	}
	if !found {
		t.Fatalf("the charge %s of %s is not reported", taken.Charge, day)
	}
}
