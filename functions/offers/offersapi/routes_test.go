package offersapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/ids"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/offers"
	"rialto/functions/offers/offersapi"
	"rialto/functions/offers/offersstore"
)

var (
	noon    = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	product = ids.Derive(ids.Product, "boots")
	unknown = ids.Derive(ids.Product, "unknown")
	mine    = auth.Identity{Subject: "user", Role: auth.Seller, SellerID: ids.Derive(ids.Seller, "mine"), ExpiresAt: noon.Add(time.Hour)}
	theirs  = auth.Identity{Subject: "other", Role: auth.Seller, SellerID: ids.Derive(ids.Seller, "theirs"), ExpiresAt: noon.Add(time.Hour)}
)

const terms = `{"price":{"amount":1000,"currency":"USD"},"shipping":{"amount":99,"currency":"USD"},"condition":"new","fulfillment":"rialto"}`

type every struct{}

func (every) Exists(_ context.Context, id string) (bool, error) { return id != unknown, nil }

func (every) Barred(context.Context, ...string) (map[string]error, error) {
	return map[string]error{unknown: offers.ErrProductNotFound}, nil
}

// freeUnits is free units, by seller.
type freeUnits map[string]int64

func (s freeUnits) Stock(_ context.Context, skus ...inventory.SKU) ([]inventory.Stock, error) {
	var out []inventory.Stock
	for _, k := range skus {
		out = append(out, inventory.Stock{SKU: k, Centre: "us-west-1", Available: s[k.SellerID]})
	}
	return out, nil
}

type front struct {
	http.Handler
	book *offersstore.Store
}

func newFront() front {
	book := &offersstore.Store{DB: memory.New()}
	s := &offers.Service{Store: book, Stock: freeUnits{mine.SellerID: 3, theirs.SellerID: 9}, Products: every{}, Now: func() time.Time { return noon }}
	routes := slices.Concat(offersapi.Routes(s), offersapi.SellerRoutes(s))
	return front{api.Handler(routes, api.Clock(func() time.Time { return noon })), book}
}

// ask sends a request as who (nobody, if it has no role).
func (f front) ask(t *testing.T, who auth.Identity, method, path, body string, header ...string) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if who.Role != "" {
		r = r.WithContext(auth.With(r.Context(), who))
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil && w.Code != http.StatusNoContent {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return w, m
}

func TestASellersOwnOffer(t *testing.T) {
	t.Parallel()
	f := newFront()
	path := "/seller/v1/offers/" + product
	if w, m := f.ask(t, mine, "GET", path, ""); w.Code != 404 || m["code"] != "offer_not_found" {
		t.Fatal(w.Code, m)
	}
	w, m := f.ask(t, mine, "PUT", path, terms)
	if w.Code != 201 || w.Header().Get("ETag") != `"1"` || m["seller_id"] != mine.SellerID || m["version"] != 1.0 || m["paused"] != false ||
		m["updated_at"] != "2026-11-27T12:00:00Z" {
		t.Fatal(w.Code, w.Header(), m)
	}
	if w, m := f.ask(t, mine, "PUT", path, terms); w.Code != 200 || w.Header().Get("ETag") != `"1"` {
		t.Error("the same again", w.Code, m)
	}
	cheaper := strings.Replace(terms, "1000", "900", 1)
	if w, m := f.ask(t, mine, "PUT", path, cheaper); w.Code != 422 || m["code"] != "precondition_required" || pointer(m) != "header.If-Match" {
		t.Error(w.Code, m)
	}
	if w, m := f.ask(t, mine, "PUT", path, cheaper, "If-Match", `"2"`); w.Code != 412 || m["code"] != "version_mismatch" {
		t.Error(w.Code, m)
	}
	if w, m := f.ask(t, mine, "PUT", path, cheaper, "If-Match", `W/"1"`); w.Code != 200 || w.Header().Get("ETag") != `"2"` ||
		m["price"].(map[string]any)["amount"] != 900.0 {
		t.Error(w.Code, m)
	}
	if w, m := f.ask(t, mine, "GET", path, ""); w.Code != 200 || w.Header().Get("ETag") != `"2"` || m["offer_id"] != offer(mine).ID() {
		t.Error(w.Code, m)
	}
	// Another seller sees and touches nothing of it.
	if w, m := f.ask(t, theirs, "GET", path, ""); w.Code != 404 {
		t.Error(w.Code, m)
	}
	if w, m := f.ask(t, theirs, "PUT", path, terms, "If-Match", `"2"`); w.Code != 412 {
		t.Error(w.Code, m)
	}
	if w, m := f.ask(t, theirs, "PUT", path, terms); w.Code != 201 || m["seller_id"] != theirs.SellerID {
		t.Error(w.Code, m)
	}
	if o, err := f.book.Get(context.Background(), offer(mine)); err != nil || o.Version != 2 || o.Price.Minor != 900 {
		t.Error(o, err)
	}
	for i, status := range []int{412, 204, 404} {
		if w, m := f.ask(t, mine, "DELETE", path, "", "If-Match", []string{`"1"`, `"2"`, `"2"`}[i]); w.Code != status {
			t.Error("DELETE", w.Code, m)
		}
	}
	if w, m := f.ask(t, theirs, "GET", path, ""); w.Code != 200 {
		t.Error("another seller's offer went too", w.Code, m)
	}
}

func offer(who auth.Identity) offers.Key {
	return offers.Key{ProductID: product, Marketplace: "US", SellerID: who.SellerID}
}

func pointer(m map[string]any) any {
	list, _ := m["errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	return list[0].(map[string]any)["pointer"]
}

func TestBadChanges(t *testing.T) {
	t.Parallel()
	path := "/seller/v1/offers/" + product
	with := func(old, new string) string { return strings.Replace(terms, old, new, 1) }
	for name, c := range map[string]struct {
		path, body string
		header     []string
		status     int
		code       string
		pointer    string
	}{
		"no product":        {"/seller/v1/offers/" + unknown, terms, nil, 404, "product_not_found", ""},
		"id":                {"/seller/v1/offers/prd_!winner", terms, nil, 422, "invalid_request", "path.product_id"},
		"no body":           {path, "", nil, 400, "missing_body", ""},
		"no JSON":           {path, "{", nil, 400, "malformed_body", ""},
		"nothing":           {path, "{}", nil, 422, "invalid_request", "/condition"},
		"seller in body":    {path, with(`{"price"`, `{"seller_id":"`+theirs.SellerID+`","price"`), nil, 422, "unknown_field", "/seller_id"},
		"free":              {path, with("1000", "0"), nil, 422, "invalid_offer", "/price/amount"},
		"too dear":          {path, with("1000", "1000000001"), nil, 422, "invalid_offer", "/price/amount"},
		"fraction":          {path, with("1000", "10.5"), nil, 422, "invalid_request", "/price/amount"},
		"negative shipping": {path, with("99", "-1"), nil, 422, "invalid_offer", "/shipping/amount"},
		"currency":          {path, with("USD", "EUR"), nil, 422, "invalid_offer", "/price/currency"},
		"other market":      {path, terms, []string{"X-Marketplace", "JP"}, 422, "invalid_offer", "/price/currency"},
		"no market":         {path, terms, []string{"X-Marketplace", "XX"}, 422, "unknown_marketplace", "header.X-Marketplace"},
		"condition":         {path, with(`"new"`, `"mint"`), nil, 422, "invalid_request", "/condition"},
		"fulfillment":       {path, with(`"rialto"`, `"drone"`), nil, 422, "invalid_request", "/fulfillment"},
		"no fulfillment":    {path, with(`,"fulfillment":"rialto"`, ""), nil, 422, "invalid_offer", "/fulfillment"},
		"spelled as before": {path, with(`"fulfillment":"rialto"`, `"fulfilment":"drone"`), nil, 422, "invalid_request", "/fulfilment"},
		"paused":            {path, with(`{"price"`, `{"paused":"no","price"`), nil, 422, "invalid_request", "/paused"},
		"days of Rialto":    {path, with(`{"price"`, `{"delivery_days":3,"price"`), nil, 422, "invalid_offer", "/delivery_days"},
		"days":              {path, with(`"rialto"`, `"seller","delivery_days":31`), nil, 422, "invalid_request", "/delivery_days"},
		"limit":             {path, with(`{"price"`, `{"max_per_order":1000,"price"`), nil, 422, "invalid_request", "/max_per_order"},
		"sku":               {path, with(`{"price"`, `{"sku":" x","price"`), nil, 422, "invalid_offer", "/sku"},
		"long sku":          {path, with(`{"price"`, `{"sku":"`+strings.Repeat("x", 65)+`","price"`), nil, 422, "invalid_request", "/sku"},
		"If-Match":          {path, terms, []string{"If-Match", "2"}, 422, "invalid_if_match", "header.If-Match"},
		"no such version":   {path, terms, []string{"If-Match", `"1"`}, 412, "version_mismatch", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, m := newFront().ask(t, mine, "PUT", c.path, c.body, c.header...)
			if w.Code != c.status || m["code"] != c.code || pointer(m) != c.pointer {
				t.Errorf("%d %v", w.Code, m)
			}
		})
	}
}

func TestOnlySellersReachSellerRoutes(t *testing.T) {
	t.Parallel()
	expired := mine
	expired.ExpiresAt = noon
	for status, list := range map[int][]auth.Identity{
		401: {{}, expired},
		403: {{Subject: "cus_1", Role: auth.Customer, ExpiresAt: noon.Add(1)}, {Subject: "cus_1", Role: auth.Guest, ExpiresAt: noon.Add(1)},
			{Subject: "x", Role: auth.Seller, ExpiresAt: noon.Add(1)}},
	} {
		for _, who := range list {
			for _, method := range []string{"GET", "PUT"} {
				if w, m := newFront().ask(t, who, method, "/seller/v1/offers/"+product, terms); w.Code != status {
					t.Errorf("%s as %v: %d %v", method, who, w.Code, m)
				}
			}
		}
	}
}

func TestASellersOffersAreListed(t *testing.T) {
	t.Parallel()
	f := newFront()
	shoes := ids.Derive(ids.Product, "shoes")
	named := func(sku string) string { return strings.Replace(terms, `{"price"`, `{"sku":"`+sku+`","price"`, 1) }
	f.ask(t, mine, "PUT", "/seller/v1/offers/"+product, named("B-1"))
	f.ask(t, mine, "PUT", "/seller/v1/offers/"+shoes, named("S-1"))
	f.ask(t, theirs, "PUT", "/seller/v1/offers/"+shoes, named("B-1"))
	seen := map[any]bool{}
	path := "/seller/v1/offers?limit=1"
	for range 3 {
		w, m := f.ask(t, mine, "GET", path, "")
		for _, o := range m["offers"].([]any) {
			if o := o.(map[string]any); w.Code == 200 && o["seller_id"] == mine.SellerID && o["delivery_days"] == 2.0 {
				seen[o["sku"]] = true
			}
		}
		next, more := m["next_cursor"].(string)
		if !more {
			break
		}
		path = "/seller/v1/offers?limit=1&cursor=" + next
	}
	if !seen["B-1"] || !seen["S-1"] || len(seen) != 2 {
		t.Error(seen)
	}
	for sku, n := range map[string]int{"B-1": 1, "B-2": 0} {
		if w, m := f.ask(t, mine, "GET", "/seller/v1/offers?sku="+sku, ""); w.Code != 200 || len(m["offers"].([]any)) != n {
			t.Error(sku, w.Code, m)
		}
	}
	if w, m := f.ask(t, mine, "GET", "/seller/v1/offers", "", "X-Marketplace", "DE"); w.Code != 200 || len(m["offers"].([]any)) != 0 {
		t.Error(w.Code, m)
	}
	if w, m := f.ask(t, mine, "PUT", "/seller/v1/offers/"+ids.Derive(ids.Product, "hat"), named("B-1")); w.Code != 409 || m["code"] != "sku_taken" ||
		pointer(m) != "/sku" {
		t.Error(w.Code, m)
	}
	for path, code := range map[string]string{"/seller/v1/offers?limit=0": "invalid_request", "/seller/v1/offers?cursor=x": "invalid_cursor"} {
		if w, m := f.ask(t, mine, "GET", path, ""); w.Code != 422 || m["code"] != code {
			t.Error(path, w.Code, m)
		}
	}
}

func TestPausing(t *testing.T) {
	t.Parallel()
	f := newFront()
	path := "/seller/v1/offers/" + product
	f.ask(t, mine, "PUT", path, terms)
	for _, c := range []struct {
		who         auth.Identity
		turn, match string
		status      int
		tag         string
	}{
		{theirs, "pause", "", 404, ""},
		{mine, "pause", `"7"`, 412, ""},
		{mine, "pause", "x", 422, ""},
		{mine, "resume", "", 200, `"1"`},
		{mine, "pause", "", 200, `"2"`},
		{mine, "pause", `"1"`, 200, `"2"`}, // it stands as wanted
		{mine, "resume", `"2"`, 200, `"3"`},
	} {
		w, m := f.ask(t, c.who, "POST", path+"/"+c.turn, "", "If-Match", c.match)
		if w.Code != c.status || w.Header().Get("ETag") != c.tag || c.tag != "" && m["paused"] != (c.turn == "pause") {
			t.Errorf("%+v: %d %v", c, w.Code, m)
		}
	}
}

func TestPriceToWin(t *testing.T) {
	t.Parallel()
	f := newFront()
	path := "/seller/v1/offers/" + product
	if w, m := f.ask(t, mine, "GET", path+"/price-to-win", ""); w.Code != 404 || m["code"] != "offer_not_found" {
		t.Fatal(w.Code, m)
	}
	f.ask(t, mine, "PUT", path, terms)
	if w, m := f.ask(t, mine, "GET", path+"/price-to-win", ""); w.Code != 200 || m["wins"] != true || m["reason"] != "no_rival" {
		t.Fatal(w.Code, m)
	}
	f.ask(t, theirs, "PUT", path, strings.Replace(terms, "1000", "900", 1))
	w, m := f.ask(t, mine, "GET", path+"/price-to-win", "")
	at := m["price_to_win"].(map[string]any)
	price := at["price"].(map[string]any)["amount"].(float64)
	rival := m["winner"].(map[string]any)
	if w.Code != 200 || m["wins"] != false || m["reason"] != nil || rival["seller"].(map[string]any)["seller_id"] != theirs.SellerID ||
		len(m["own"].(map[string]any)["factors"].([]any)) != 5 || at["landed"].(map[string]any)["amount"] != price+99 {
		t.Fatal(w.Code, m)
	}
	for more, wins := range []bool{true, false} { // what it says is so
		terms := strings.Replace(terms, "1000", strconv.Itoa(int(price)+more), 1)
		_, o := f.ask(t, mine, "GET", path, "")
		if w, m := f.ask(t, mine, "PUT", path, terms, "If-Match", fmt.Sprintf(`"%v"`, o["version"])); w.Code != 200 {
			t.Fatal(w.Code, m)
		}
		if _, m := f.ask(t, mine, "GET", path+"/price-to-win", ""); m["wins"] != wins {
			t.Error(price, more, m)
		}
	}
	f.ask(t, mine, "POST", path+"/pause", "")
	if w, m := f.ask(t, mine, "GET", path+"/price-to-win", ""); w.Code != 200 || m["reason"] != "paused" || m["price_to_win"] != nil {
		t.Error(w.Code, m)
	}
}

func TestOffersOfAProduct(t *testing.T) {
	t.Parallel()
	f := newFront()
	ctx, path := context.Background(), "/api/v1/products/"+product+"/offers"
	f.ask(t, mine, "PUT", "/seller/v1/offers/"+product, terms)
	f.ask(t, theirs, "PUT", "/seller/v1/offers/"+product, strings.NewReplacer("1000", "900", "99", "0").Replace(terms))
	best, err := f.book.Get(ctx, offer(mine))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.book.SaveBuyBox(ctx, offers.BuyBox{ProductID: product, Marketplace: "US", Offer: best, InStock: true, Version: 1}, 0); err != nil {
		t.Fatal(err)
	}
	w, m := f.ask(t, auth.Identity{}, "GET", path, "")
	list, _ := json.Marshal(m["offers"])
	want := `[{"buy_box":false,"condition":"new",` +
		`"delivery":{"countries":["US"],"free":true,"fulfilled_by":"rialto","shipping":{"amount":0,"currency":"USD"}},` +
		`"landed":{"amount":900,"currency":"USD"},"offer_id":"` + offer(theirs).ID() + `","price":{"amount":900,"currency":"USD"},"seller":{"name":"` +
		theirs.SellerID + `","seller_id":"` + theirs.SellerID + `"}},` +
		`{"buy_box":true,"condition":"new",` +
		`"delivery":{"countries":["US"],"free":false,"fulfilled_by":"rialto","shipping":{"amount":99,"currency":"USD"}},"in_stock":true,` +
		`"landed":{"amount":1099,"currency":"USD"},"offer_id":"` + offer(mine).ID() + `","price":{"amount":1000,"currency":"USD"},"seller":{"name":"` +
		mine.SellerID + `","seller_id":"` + mine.SellerID + `"}}]`
	if w.Code != 200 || string(list) != want || w.Header().Get("Vary") != "X-Marketplace" {
		t.Errorf("%d\n got %s\nwant %s", w.Code, list, want)
	}
	if w, m := f.ask(t, auth.Identity{}, "GET", path, "", "X-Marketplace", "DE"); w.Code != 200 || len(m["offers"].([]any)) != 0 ||
		m["marketplace"] != "DE" {
		t.Error(w.Code, m)
	}
	for path, want := range map[string]string{"/api/v1/products/" + unknown +
		"/offers": "product_not_found", "/api/v1/products/x/offers": "invalid_request", path + "?page=1": "unknown_parameter"} {
		if _, m := f.ask(t, auth.Identity{}, "GET", path, ""); m["code"] != want {
			t.Error(path, m)
		}
	}
}

func TestTheDocumentsNeedNoService(t *testing.T) {
	t.Parallel()
	for _, routes := range [][]api.Route{offersapi.Routes(nil), offersapi.SellerRoutes(nil)} {
		if _, err := api.Document("x", "1", routes); err != nil {
			t.Error(err)
		}
	}
}

// A time without an offset is the marketplace's. Seen to catch: one that is taken for UTC.
func TestASaleByTheClockOfTheMarketplace(t *testing.T) {
	t.Parallel()
	f, path := newFront(), "/seller/v1/offers/"+product
	body := func(starts, ends string) string {
		return `{"price":{"amount":1000,"currency":"JPY"},"shipping":{"amount":0,"currency":"JPY"},"condition":"new","fulfillment":"rialto",` +
			`"sale":{"price":{"amount":800,"currency":"JPY"},"starts_at":"` + starts + `","ends_at":"` + ends + `"}}`
	}
	w, m := f.ask(t, mine, "PUT", path, body("2026-12-01T00:00", "2026-12-02T00:00:00+09:00"), "X-Marketplace", "JP")
	sale, _ := m["sale"].(map[string]any)
	if w.Code != 201 || sale["starts_at"] != "2026-11-30T15:00:00Z" || sale["ends_at"] != "2026-12-01T15:00:00Z" {
		t.Error(w.Code, m)
	}
	for _, bad := range []string{"tomorrow", "2026-12-01T00:00:00.5Z", ""} {
		if w, m := f.ask(t, mine, "PUT", path, body(bad, "2026-12-02"), "X-Marketplace", "JP"); w.Code != 422 || pointer(m) != "/sale/starts_at" {
			t.Error(bad, w.Code, m)
		}
	}
}
