package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

// The routes of an invented context, with everything that a context may use.

type testLine struct {
	ProductID string   `json:"product_id" pattern:"^prd_[a-z2-7]{4}$" patternDescription:"a product id"`
	Quantity  int      `json:"quantity" minimum:"1" maximum:"99"`
	Kind      string   `json:"kind,omitempty" enum:"new,used"`
	Email     string   `json:"email,omitempty" format:"email"`
	Tags      []string `json:"tags,omitempty" maxItems:"2" maxLength:"3"`
	Small     int8     `json:"small,omitempty"`
	SellerID  *string  `json:"seller_id,omitempty" minLength:"1"`
}

type testOrder struct {
	Lines []testLine        `json:"lines" minItems:"1" maxItems:"3"`
	Note  string            `json:"note,omitempty" maxLength:"20"`
	Extra map[string]string `json:"extra,omitempty"`
	When  *time.Time        `json:"when,omitempty"`
	Total int64             `json:"total,omitempty"`
	Gift  bool              `json:"gift,omitempty"`
}

type (
	placeInput struct {
		IdempotencyKey
		Marketplace
		Body testOrder
	}
	placeOutput struct {
		Status int
		Location
		RetryAfter
		Replayed
		Body testOrder
	}
	getInput struct {
		OrderID string `path:"order_id" pattern:"^ord_[a-z2-7]{4}$"`
		Page
		Open bool     `query:"open"`
		Sort []string `query:"sort,explode" enum:"new,old"`
	}
	getOutput struct {
		ETag
		Body struct {
			ID     string `json:"id"`
			Market string `json:"market,omitempty"`
			Next   string `json:"next_cursor,omitempty"`
		}
	}
	changeInput struct {
		OrderID string `path:"order_id"`
		IfMatch
		OptionalIdempotencyKey
		Body *struct {
			Note string `json:"note"`
		}
	}
)

var errTestDeclined = fault.New(fault.Declined, "payment_declined", "the bank refused the payment")

func testRoutes() []Route {
	place := func(_ context.Context, in *placeInput) (*placeOutput, error) {
		switch in.Body.Note {
		case "declined":
			return nil, errTestDeclined.Because(errors.New("secret of the bank"))
		case "broken":
			return nil, errors.New("secret of ours")
		case "busy":
			return nil, fault.New(fault.Throttled, "too_many_checkouts", "try again")
		case "away":
			return nil, fault.New(fault.Unavailable, "no_answer", "try again").After(1500 * time.Millisecond)
		case "panic":
			panic("secret in a panic")
		case "open":
			return &placeOutput{Status: http.StatusAccepted, Location: Location{"/api/v1/checkouts/1"}, RetryAfter: After(2 * time.Second), Body: in.Body}, nil
		case "replay":
			return &placeOutput{Replayed: Replay(true), Body: in.Body}, nil
		}
		return &placeOutput{Body: in.Body}, nil
	}
	get := func(_ context.Context, in *getInput) (*getOutput, error) {
		out := &getOutput{ETag: ETagOf(3)}
		out.Body.ID = in.OrderID
		return out, nil
	}
	change := func(_ context.Context, in *changeInput) (*struct{}, error) {
		_, _, err := in.Version()
		return nil, err
	}
	nothing := func(context.Context, *struct{ Marketplace }) (*struct{}, error) { return nil, nil }
	return []Route{
		Handle(Route{ID: "placeOrder", Method: "POST", Path: "/api/v1/orders", Summary: "Place", Context: "orders", Access: Guest,
			Spends: true, Success: 201, Also: []int{202}, Errors: []fault.Kind{fault.Declined, fault.Conflict}}, place),
		Handle(Route{ID: "getOrder", Method: "GET", Path: "/api/v1/orders/{order_id}", Summary: "Get", Context: "orders", Access: Public,
			Errors: []fault.Kind{fault.NotFound}}, get),
		Handle(Route{ID: "changeOrder", Method: "PUT", Path: "/api/v1/orders/{order_id}", Summary: "Change", Context: "orders", Access: Customer,
			Errors: []fault.Kind{fault.Stale}}, change),
		Handle(Route{ID: "searchOrders", Method: "GET", Path: "/api/v1/orders/search", Summary: "Search", Context: "orders", Access: Public}, nothing),
		Handle(Route{ID: "findAny", Method: "GET", Path: "/ops/v1/orders/{order_id}", Summary: "Find", Context: "operators", Access: Operator},
			func(context.Context, *struct {
				OrderID string `path:"order_id"`
			}) (*struct{}, error) {
				return nil, nil
			}),
		Handle(Route{ID: "dropOffer", Method: "DELETE", Path: "/seller/v1/offers/{product_id}", Summary: "Drop", Context: "offers", Access: Seller},
			func(context.Context, *struct {
				ID string `path:"product_id"`
			}) (*struct{}, error) {
				return nil, nil
			}),
	}
}

var testNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func testIdentity(role auth.Role) auth.Identity {
	i := auth.Identity{Subject: "cus_1", Role: role, ExpiresAt: testNow.Add(time.Minute)}
	if role == auth.Seller {
		i.SellerID = "sel_1"
	}
	return i
}

// testCall is a request to the routes above; by default it is a good one.
type testCall struct {
	method, target, body string
	header               map[string][]string
	role                 auth.Role // "" for nobody
	expired              bool
	nameless             bool // a seller's token that names no seller
}

func (c testCall) do(t *testing.T) *httptest.ResponseRecorder {
	t.Helper()
	if c.method == "" {
		c.method, c.target = "POST", "/api/v1/orders"
	}
	r := httptest.NewRequest(c.method, "http://rialto.test/", strings.NewReader(c.body))
	path, query, _ := strings.Cut(c.target, "?")
	r.URL.Path, r.URL.RawQuery = path, query
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.method == "POST" {
		r.Header.Set("Idempotency-Key", "key-12345")
	}
	for k, v := range c.header {
		r.Header[http.CanonicalHeaderKey(k)] = v
	}
	ctx := WithTraceID(r.Context(), "1-trace")
	if c.role != "" {
		who := testIdentity(c.role)
		if c.expired {
			who.ExpiresAt = testNow
		}
		if c.nameless {
			who.SellerID = ""
		}
		ctx = auth.With(ctx, who)
	}
	w := httptest.NewRecorder()
	Handler(testRoutes(), Clock(func() time.Time { return testNow })).ServeHTTP(w, r.WithContext(ctx))
	return w
}
