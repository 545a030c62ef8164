package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// Appeals decides what shoppers say against the rejection of returns.
type Appeals interface {
	Appeals(ctx context.Context, after string, limit int) ([]fulfillment.Return, string, error)
	DecideAppeal(ctx context.Context, orderID, returnID string, d fulfillment.AppealDecision, note string) (fulfillment.Return, error)
}

func appealRoutes(s Services) []api.Route {
	h := appealHandlers{s.Appeals}
	return []api.Route{
		handle(s.Audit, api.Route{ID: "listAppeals", Method: http.MethodGet, Path: "/ops/v1/appeals",
			Summary: "Returns whose rejection is appealed and not decided, the oldest appeal first"}, h.list),
		handle(s.Audit, api.Route{ID: "decideAppeal", Method: http.MethodPost, Path: "/ops/v1/orders/{order_id}/returns/{return_id}/appeal",
			Summary: "Grant an appeal, which gives the return's money back, or deny it for good", Errors: []fault.Kind{fault.NotFound, fault.Conflict}},
			h.decide),
	}
}

type appealHandlers struct{ appeals Appeals }

type appealsInput struct {
	Why
	api.Page
}

func (in *appealsInput) about() (subject, reason string) { return "", in.Reason }

type appealsOutput struct {
	Body struct {
		Appeals    []appeal `json:"appeals"`
		NextCursor string   `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

type appeal struct {
	OrderID    string                     `json:"order_id"`
	ReturnID   string                     `json:"return_id"`
	SellerID   string                     `json:"seller_id"`
	State      fulfillment.ReturnState    `json:"state"`
	Amount     money.Amount               `json:"amount" doc:"What would be given back"`
	Reason     string                     `json:"reason" doc:"Why the goods were sent back"`
	Rejected   string                     `json:"rejected_because"`
	Appealed   string                     `json:"appealed_because"`
	AppealedAt time.Time                  `json:"appealed_at"`
	Decision   fulfillment.AppealDecision `json:"decision,omitempty"`
}

func appealOf(r fulfillment.Return) appeal {
	a := appeal{OrderID: r.OrderID, ReturnID: r.ID, SellerID: r.SellerID, State: r.State, Amount: r.Amount, Reason: r.Reason}
	if r.Appeal != nil {
		a.Rejected, a.Appealed, a.AppealedAt, a.Decision = r.Appeal.Against, r.Appeal.Reason, r.Appeal.At, r.Appeal.Decision
	}
	return a
}

func (h appealHandlers) list(ctx context.Context, in *appealsInput) (*appealsOutput, error) {
	out := &appealsOutput{}
	var err error
	out.Body.Appeals, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]fulfillment.Return, string, error) {
		return h.appeals.Appeals(ctx, after, in.Limit)
	}, appealOf)
	return out, err
}

type decideInput struct {
	OrderID  string `path:"order_id" maxLength:"64"`
	ReturnID string `path:"return_id" maxLength:"64"`
	Body     struct {
		Decision fulfillment.AppealDecision `json:"decision" enum:"granted,denied"`
		Reason   string                     `json:"reason" maxLength:"500" doc:"Why, for the audit log, the shopper and the seller"`
	}
}

func (in *decideInput) about() (subject, reason string) { return in.ReturnID, in.Body.Reason }

type decideOutput struct{ Body appeal }

func (h appealHandlers) decide(ctx context.Context, in *decideInput) (*decideOutput, error) {
	r, err := h.appeals.DecideAppeal(ctx, in.OrderID, in.ReturnID, in.Body.Decision, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &decideOutput{appealOf(r)}, nil
}
