package fulfillmentapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// Returning are the use cases of shoppers who send something back.
type Returning interface {
	Request(ctx context.Context, key string, w fulfillment.ReturnRequest) (fulfillment.Return, bool, error)
	OfOrder(ctx context.Context, customerID, orderID string) ([]fulfillment.Return, error)
	Appeal(ctx context.Context, customerID, orderID, returnID, reason string) (fulfillment.Return, error)
}

// Receiving are the use cases of sellers whom something is sent back to.
type Receiving interface {
	Sent(ctx context.Context, seller, after string, limit int) ([]fulfillment.Return, string, error)
	Receive(ctx context.Context, seller, orderID, returnID string) (fulfillment.Return, error)
	Reject(ctx context.Context, seller, orderID, returnID, why string) (fulfillment.Return, error)
}

// ReturnRoutes lists the shopper's routes; r may be nil where only their description is wanted.
func ReturnRoutes(r Returning) []api.Route {
	h := returning{r}
	const path = "/api/v1/orders/{order_id}/returns"
	return []api.Route{
		api.Handle(api.Route{ID: "requestReturn", Method: http.MethodPost, Path: path,
			Summary: "Send units of a delivered parcel back, within 30 days, for their money or in exchange",
			Context: "fulfillment", Access: api.Guest,
			Spends: true, Success: http.StatusCreated, Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.request),
		api.Handle(api.Route{ID: "listReturns", Method: http.MethodGet, Path: path, Summary: "An order's returns, the latest first",
			Context: "fulfillment", Access: api.Guest,
			Errors: []fault.Kind{fault.NotFound}}, h.list),
		api.Handle(api.Route{ID: "appealReturn", Method: http.MethodPost, Path: path + "/{return_id}/appeal",
			Summary: "Ask an operator to decide about a return that was rejected, once and within 30 days; the same again changes nothing",
			Context: "fulfillment", Access: api.Guest, Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.appeal),
	}
}

// SellerReturnRoutes lists the seller's routes; t may be nil where only their description is wanted.
func SellerReturnRoutes(t Receiving) []api.Route {
	h := receiving{t}
	const one = "/seller/v1/orders/{order_id}/returns/{return_id}"
	refusals := []fault.Kind{fault.NotFound, fault.Conflict}
	return []api.Route{
		api.Handle(api.Route{ID: "listSellerReturns", Method: http.MethodGet, Path: "/seller/v1/returns",
			Summary: "What is sent back to one, the latest first", Context: "fulfillment", Access: api.Seller}, h.list),
		api.Handle(api.Route{ID: "receiveReturn", Method: http.MethodPost, Path: one + "/receive",
			Summary: "Say that a return has come: its units are in stock again and its money is given back; the same again changes nothing",
			Context: "fulfillment", Access: api.Seller,
			Errors: refusals}, h.receive),
		api.Handle(api.Route{ID: "rejectReturn", Method: http.MethodPost, Path: one + "/reject",
			Summary: "Say that a return is not taken; the same again changes nothing", Context: "fulfillment", Access: api.Seller,
			Errors: refusals}, h.reject),
	}
}

// Return is units of a parcel that are sent back.
type Return struct {
	ReturnID    string                   `json:"return_id"`
	OrderID     string                   `json:"order_id"`
	ShipmentID  string                   `json:"shipment_id"`
	State       string                   `json:"state" enum:"REQUESTED,REJECTED,APPEALED,EXPIRED,RECEIVED,REFUNDED,REFUND_FAILED"`
	Reason      string                   `json:"reason"`
	Note        string                   `json:"note,omitempty" doc:"Why it was rejected, or the refund failed; refunded_before if nothing was left to give back"`
	Appeal      *Appeal                  `json:"appeal,omitempty"`
	Exchange    *Exchange                `json:"exchange,omitempty" doc:"What is wanted for it; the return gives back what was paid all the same"`
	Amount      money.Amount             `json:"amount" doc:"What is given back: what was paid for the units with their tax, and shipping"`
	Shipping    money.Amount             `json:"shipping" doc:"What of the amount was paid for shipping: where the law gives standard delivery back, and all of the parcel comes back in its time"`
	Lines       []fulfillment.ReturnLine `json:"lines"`
	RequestedAt time.Time                `json:"requested_at"`
	UpdatedAt   time.Time                `json:"updated_at"`
}

// Appeal is what a shopper says against a rejection, and what an operator has decided.
type Appeal struct {
	Reason   string    `json:"reason"`
	At       time.Time `json:"appealed_at"`
	Decision string    `json:"decision,omitempty" enum:"granted,denied" doc:"Absent until an operator has decided"`
	Note     string    `json:"note,omitempty" doc:"Why, as the operator says"`
}

// Exchange is what a shopper wants for what is sent back.
type Exchange struct {
	ProductID string       `json:"product_id"`
	SellerID  string       `json:"seller_id"`
	UnitPrice money.Amount `json:"unit_price" doc:"When it was asked for: a checkout of the cart charges no more unasked"`
	CartID    string       `json:"cart_id" doc:"For a quote and a checkout, as those of any cart; it can be checked out once, and then is empty"`
	OrderID   string       `json:"order_id,omitempty" doc:"The order that it was bought by, some moments after that is placed"`
}

func returnOf(r fulfillment.Return) Return {
	var a *Appeal
	if x := r.Appeal; x != nil {
		a = &Appeal{x.Reason, x.At, string(x.Decision), x.Note}
	}
	var e *Exchange
	if x := r.Exchange; x != nil {
		e = &Exchange{x.ProductID, x.SellerID, x.UnitPrice, x.CartID, r.ExchangedBy}
	}
	return Return{r.ID, r.OrderID, r.ShipmentID, string(r.State), r.Reason, r.Note, a, e, r.Amount, r.Shipping(), r.Lines, r.RequestedAt, r.UpdatedAt}
}

func returnsOf(list []fulfillment.Return) []Return {
	out := make([]Return, 0, len(list))
	for _, r := range list {
		out = append(out, returnOf(r))
	}
	return out
}

type returning struct{ returns Returning }

// ReturnedOrder names an order.
type ReturnedOrder struct {
	OrderID string `path:"order_id" maxLength:"64"`
}

type requestInput struct {
	ReturnedOrder
	api.IdempotencyKey
	Body struct {
		ShipmentID string             `json:"shipment_id" maxLength:"64" doc:"The parcel that the units came in"`
		Lines      []fulfillment.Line `json:"lines" minItems:"1" maxItems:"100"`
		Reason     string             `json:"reason" minLength:"1" maxLength:"500"`
		Exchange   *Wanted            `json:"exchange,omitempty" doc:"Something instead, as many units of it: needs one line"`
	}
}

// Wanted is what is to come for what is sent back.
type Wanted struct {
	ProductID string `json:"product_id,omitempty" minLength:"1" maxLength:"64" doc:"Another variant of the product; the same again when absent"`
	SellerID  string `json:"seller_id,omitempty" minLength:"1" maxLength:"64" doc:"Who sells it; the same seller when absent"`
}

type requestOutput struct {
	api.Replayed
	Body Return
}

func (h returning) request(ctx context.Context, in *requestInput) (*requestOutput, error) {
	who, _ := auth.From(ctx)
	want := fulfillment.ReturnRequest{CustomerID: who.Subject, OrderID: in.OrderID, ShipmentID: in.Body.ShipmentID, Lines: in.Body.Lines,
		Reason: in.Body.Reason, Guest: who.Role == auth.Guest}
	if x := in.Body.Exchange; x != nil {
		want.Exchange = &fulfillment.Exchange{ProductID: x.ProductID, SellerID: x.SellerID}
	}
	r, replayed, err := h.returns.Request(ctx, in.Key, want)
	if err != nil {
		return nil, err
	}
	return &requestOutput{api.Replay(replayed), returnOf(r)}, nil
}

type returnsOutput struct {
	Body struct {
		Returns []Return `json:"returns"`
	}
}

func (h returning) list(ctx context.Context, in *ReturnedOrder) (*returnsOutput, error) {
	who, _ := auth.From(ctx)
	list, err := h.returns.OfOrder(ctx, who.Subject, in.OrderID)
	if err != nil {
		return nil, err
	}
	out := &returnsOutput{}
	out.Body.Returns = returnsOf(list)
	return out, nil
}

type appealInput struct {
	OneReturn
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Shown to the operator who decides, and to the seller"`
	}
}

func (h returning) appeal(ctx context.Context, in *appealInput) (*returnOutput, error) {
	who, _ := auth.From(ctx)
	r, err := h.returns.Appeal(ctx, who.Subject, in.OrderID, in.ReturnID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &returnOutput{returnOf(r)}, nil
}

type receiving struct{ returns Receiving }

type sentInput struct{ api.Page }

type sentOutput struct {
	Body struct {
		Returns    []Return `json:"returns"`
		NextCursor string   `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h receiving) list(ctx context.Context, in *sentInput) (*sentOutput, error) {
	who, _ := auth.From(ctx)
	out := &sentOutput{}
	var err error
	out.Body.Returns, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]fulfillment.Return, string, error) {
		return h.returns.Sent(ctx, who.SellerID, after, in.Limit)
	}, returnOf)
	return out, err
}

// OneReturn names a return.
type OneReturn struct {
	OrderID  string `path:"order_id" maxLength:"64"`
	ReturnID string `path:"return_id" pattern:"^ret_[a-z2-7]{26}$" patternDescription:"a return id"`
}

type returnOutput struct{ Body Return }

func (h receiving) receive(ctx context.Context, in *OneReturn) (*returnOutput, error) {
	who, _ := auth.From(ctx)
	r, err := h.returns.Receive(ctx, who.SellerID, in.OrderID, in.ReturnID)
	if err != nil {
		return nil, err
	}
	return &returnOutput{returnOf(r)}, nil
}

type rejectInput struct {
	OneReturn
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Shown to the shopper"`
	}
}

func (h receiving) reject(ctx context.Context, in *rejectInput) (*returnOutput, error) {
	who, _ := auth.From(ctx)
	r, err := h.returns.Reject(ctx, who.SellerID, in.OrderID, in.ReturnID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &returnOutput{returnOf(r)}, nil
}
