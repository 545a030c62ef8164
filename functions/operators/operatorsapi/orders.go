package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/operators"
	"rialto/functions/orders"
)

// Orders is what operators see and do of orders.
type Orders interface {
	Order(ctx context.Context, orderID string) (fulfillment.Life, error)
	History(ctx context.Context, customerID string, limit int, after orders.Position) ([]fulfillment.Life, orders.Position, error)
	Cancel(ctx context.Context, orderID string, lines []fulfillment.Line) (fulfillment.Life, error)
	Refund(ctx context.Context, key, orderID string, want operators.RefundRequest) ([]operators.Refund, error)
}

// Reships sends parcels again.
type Reships interface {
	Reship(ctx context.Context, key string, want fulfillment.Reship) (o orders.Order, replayed bool, err error)
}

// Parcels ends what holds parcels back.
type Parcels interface {
	Resolve(ctx context.Context, in fulfillment.ResolveInput) (fulfillment.Shipment, error)
}

func orderRoutes(s Services) []api.Route {
	h := orderHandlers{s.Orders, s.Parcels, s.Reships}
	const one = "/ops/v1/orders/{order_id}"
	change := []fault.Kind{fault.NotFound, fault.Conflict}
	return []api.Route{
		handle(s.Audit, api.Route{ID: "findOrder", Method: http.MethodGet, Path: one, Summary: "An order, whoever's, and what became of it",
			Errors: []fault.Kind{fault.NotFound}}, h.get),
		handle(s.Audit, api.Route{ID: "findOrdersOf", Method: http.MethodGet, Path: "/ops/v1/customers/{customer_id}/orders",
			Summary: "A customer's orders, the latest first"}, h.list),
		handle(s.Audit, api.Route{ID: "cancelAnyOrder", Method: http.MethodPost, Path: one + "/cancel",
			Summary: "Cancel an order, or units of some lines, until they are packed; the same again changes nothing",
			Errors:  change}, h.cancel),
		handle(s.Audit, api.Route{ID: "refundOrder", Method: http.MethodPost, Path: one + "/refunds", Spends: true,
			Summary: "Give money back: all that is left of what was taken, what was paid for units, or an amount. Nothing has to come back for it",
			Errors:  change}, h.refund),
		handle(s.Audit, api.Route{ID: "resolveParcel", Method: http.MethodPost, Path: one + "/shipments/{shipment_id}/resolve",
			Summary: "End what holds a parcel back whose payment failed", Errors: change}, h.resolve),
		handle(s.Audit, api.Route{ID: "reshipParcel", Method: http.MethodPost, Path: one + "/shipments/{shipment_id}/reship", Spends: true,
			Success: http.StatusCreated,
			Summary: "Send again what was lost or damaged, once, by an order that costs nothing: Rialto bears what it carried, a seller what it did",
			Errors:  change}, h.reship),
	}
}

type orderHandlers struct {
	orders  Orders
	parcels Parcels
	reships Reships
}

type orderInput struct {
	Why
	OrderID string `path:"order_id" maxLength:"64"`
}

func (in *orderInput) about() (subject, reason string) { return in.OrderID, in.Reason }

type orderOutput struct{ Body order }

// order is what operators see of one: no name, no address, no way to reach anybody.
type order struct {
	OrderID     string        `json:"order_id"`
	Status      string        `json:"status"`
	CustomerID  string        `json:"customer_id"`
	PlacedBy    string        `json:"placed_by,omitempty" doc:"The guest it was taken over from"`
	CheckoutID  string        `json:"checkout_id"`
	Marketplace string        `json:"marketplace"`
	PlacedAt    time.Time     `json:"placed_at"`
	Lines       []orderLine   `json:"lines"`
	Coupon      string        `json:"coupon,omitempty"`
	Totals      orders.Totals `json:"totals"`
	Paid        money.Amount  `json:"paid" doc:"What was taken"`
	Refunded    money.Amount  `json:"refunded" doc:"What was given back of it"`
	Cancelled   money.Amount  `json:"cancelled" doc:"What of the total will not be taken"`
	Country     string        `json:"country" doc:"Where it goes"`
	Region      string        `json:"region,omitempty"`
	Shipments   []shipment    `json:"shipments"`

	ExchangeOf *orders.ExchangeOf `json:"exchange_of,omitempty" doc:"The return in exchange for which it was placed"`
	ReshipOf   *orders.ReshipOf   `json:"reship_of,omitempty" doc:"The parcel that it sends again for nothing"`
}

type orderLine struct {
	Line      string       `json:"line"`
	ProductID string       `json:"product_id"`
	SellerID  string       `json:"seller_id"`
	Title     string       `json:"title"`
	Quantity  int64        `json:"quantity"`
	Amount    money.Amount `json:"amount"`
	Status    string       `json:"status"`
}

type shipment struct {
	ShipmentID string       `json:"shipment_id"`
	SellerID   string       `json:"seller_id"`
	Amount     money.Amount `json:"amount" doc:"What is paid for it, shipping in it"`
}

func orderOf(l fulfillment.Life) order {
	o := order{l.ID, l.Status, l.CustomerID, l.PlacedBy, l.CheckoutID, l.Marketplace, l.PlacedAt, []orderLine{}, l.Coupon, l.Totals,
		l.Paid, l.Refunded, l.Cancelled, l.Delivery.Country, l.Delivery.Region, []shipment{}, l.ExchangeOf, l.ReshipOf}
	for _, x := range l.Lines {
		o.Lines = append(o.Lines, orderLine{x.Line.Line, x.ProductID, x.SellerID, x.Title, x.Quantity, x.Amount, x.Status})
	}
	for _, g := range l.Shipments {
		o.Shipments = append(o.Shipments, shipment{fulfillment.ShipmentID(l.ID, g.Group), g.SellerID, g.Amount})
	}
	return o
}

func answer(l fulfillment.Life, err error) (*orderOutput, error) {
	if err != nil {
		return nil, err
	}
	return &orderOutput{orderOf(l)}, nil
}

func (h orderHandlers) get(ctx context.Context, in *orderInput) (*orderOutput, error) {
	return answer(h.orders.Order(ctx, in.OrderID))
}

type ordersInput struct {
	Why
	api.Page
	CustomerID string `path:"customer_id" maxLength:"64"`
}

func (in *ordersInput) about() (subject, reason string) { return in.CustomerID, in.Reason }

type ordersOutput struct {
	Body struct {
		Orders     []order `json:"orders"`
		NextCursor string  `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h orderHandlers) list(ctx context.Context, in *ordersInput) (*ordersOutput, error) {
	out := &ordersOutput{}
	var err error
	out.Body.Orders, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after orders.Position) ([]fulfillment.Life, orders.Position, error) {
		return h.orders.History(ctx, in.CustomerID, in.Limit, after)
	}, orderOf)
	return out, err
}

type cancelInput struct {
	OrderID string `path:"order_id" maxLength:"64"`
	Body    struct {
		Lines  []fulfillment.Line `json:"lines,omitempty" maxItems:"100" doc:"Only these: quantity is how many units of the line are cancelled in all; without lines all that is not packed"`
		Reason string             `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *cancelInput) about() (subject, reason string) { return in.OrderID, in.Body.Reason }

func (h orderHandlers) cancel(ctx context.Context, in *cancelInput) (*orderOutput, error) {
	return answer(h.orders.Cancel(ctx, in.OrderID, in.Body.Lines))
}

type refundInput struct {
	api.IdempotencyKey
	OrderID string `path:"order_id" maxLength:"64"`
	Body    struct {
		Lines      []fulfillment.Line `json:"lines,omitempty" maxItems:"100" doc:"What was paid for units of these; not with an amount"`
		Amount     *money.Amount      `json:"amount,omitempty" doc:"Of one parcel; without it and lines all that is left of every parcel"`
		ShipmentID string             `json:"shipment_id,omitempty" maxLength:"64" doc:"The parcel that the amount is of; of an order of one parcel it need not be said"`
		Reason     string             `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *refundInput) about() (subject, reason string) { return in.OrderID, in.Body.Reason }

type refundOutput struct {
	Body struct {
		Refunds []refund `json:"refunds" doc:"One for each parcel that something is given back of"`
	}
}

type refund struct {
	RefundID   string       `json:"refund_id"`
	ShipmentID string       `json:"shipment_id"`
	Amount     money.Amount `json:"amount"`
	State      string       `json:"state" enum:"DONE,PENDING,FAILED" doc:"DONE: the gateway has given it"`
	Code       string       `json:"code,omitempty" doc:"Why it failed there"`
}

func (h orderHandlers) refund(ctx context.Context, in *refundInput) (*refundOutput, error) {
	want := operators.RefundRequest{Lines: in.Body.Lines, ShipmentID: in.Body.ShipmentID}
	if in.Body.Amount != nil {
		want.Amount = *in.Body.Amount
	}
	list, err := h.orders.Refund(ctx, in.Key, in.OrderID, want)
	if err != nil {
		return nil, err
	}
	out := &refundOutput{}
	for _, r := range list {
		out.Body.Refunds = append(out.Body.Refunds,
			refund{r.ID, fulfillment.ShipmentID(r.OrderID, r.Group), money.Of(r.Minor, r.Currency), r.State, r.Code})
	}
	return out, nil
}

type resolveInput struct {
	OrderID    string `path:"order_id" maxLength:"64"`
	ShipmentID string `path:"shipment_id" maxLength:"64"`
	Body       struct {
		As     string `json:"as" enum:"retry,cancel,write_off" doc:"cancel where its goods are still there, write_off where its seller has sent them"`
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *resolveInput) about() (subject, reason string) { return in.OrderID, in.Body.Reason }

type resolveOutput struct {
	Body struct {
		ShipmentID string            `json:"shipment_id"`
		State      fulfillment.State `json:"state"`
	}
}

func (h orderHandlers) resolve(ctx context.Context, in *resolveInput) (*resolveOutput, error) {
	x, err := h.parcels.Resolve(ctx, fulfillment.ResolveInput{OrderID: in.OrderID, ShipmentID: in.ShipmentID, As: in.Body.As})
	if err != nil {
		return nil, err
	}
	out := &resolveOutput{}
	out.Body.ShipmentID, out.Body.State = x.ID, x.State
	return out, nil
}

type reshipInput struct {
	api.IdempotencyKey
	OrderID    string `path:"order_id" maxLength:"64"`
	ShipmentID string `path:"shipment_id" maxLength:"64"`
	Body       struct {
		Cause  string `json:"cause" enum:"lost,damaged"`
		Force  bool   `json:"force,omitempty" doc:"Though it may still come in its time, the carrier says that it came, or its money was given back"`
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *reshipInput) about() (subject, reason string) { return in.OrderID, in.Body.Reason }

type reshipOutput struct {
	api.Replayed
	Body struct {
		OrderID  string          `json:"order_id" doc:"The order that sends it again"`
		ReshipOf orders.ReshipOf `json:"reship_of"`
		Lines    []reshipLine    `json:"lines" doc:"Without units that were asked to be sent back"`
	}
}

type reshipLine struct {
	Line     string `json:"line"`
	Quantity int64  `json:"quantity"`
}

func (h orderHandlers) reship(ctx context.Context, in *reshipInput) (*reshipOutput, error) {
	o, replayed, err := h.reships.Reship(ctx, in.Key,
		fulfillment.Reship{OrderID: in.OrderID, ShipmentID: in.ShipmentID, Cause: in.Body.Cause, Force: in.Body.Force})
	if err != nil {
		return nil, err
	}
	out := &reshipOutput{Replayed: api.Replay(replayed)}
	out.Body.OrderID, out.Body.ReshipOf = o.ID, *o.ReshipOf
	for _, l := range o.Lines {
		out.Body.Lines = append(out.Body.Lines, reshipLine{l.Line, l.Quantity})
	}
	return out, nil
}
