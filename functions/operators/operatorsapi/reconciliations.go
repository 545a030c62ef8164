package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/money"
	"rialto/functions/payments"
)

// Reconciliations shows how the gateway's books compare with the payments.
type Reconciliations interface {
	Report(ctx context.Context, day, after string, limit int) (payments.Reconciliation, []payments.Difference, string, error)
}

func reconciliationRoutes(s Services) []api.Route {
	return []api.Route{
		handle(s.Audit, api.Route{ID: "showReconciliation", Method: http.MethodGet, Path: "/ops/v1/reconciliations",
			Summary: "How a day's movements at the payment gateway compare with the payments: what differs, and what of it was set right"},
			reconciliationHandlers{s.Reconciliations}.show),
	}
}

type reconciliationHandlers struct{ reports Reconciliations }

type reconciliationInput struct {
	Why
	api.Page
	Day string `query:"day" format:"date" doc:"UTC; yesterday unless it is given"`
}

func (in *reconciliationInput) about() (subject, reason string) { return in.Day, in.Reason }

type reconciliationOutput struct {
	Body struct {
		Day         string       `json:"day"`
		Compared    int          `json:"compared" doc:"Movements of the gateway's so far"`
		DoneAt      *time.Time   `json:"done_at,omitempty" doc:"Absent while the comparison is not at its end"`
		Differences []difference `json:"differences"`
		NextCursor  string       `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

type difference struct {
	Kind      payments.DifferenceKind `json:"kind" doc:"capture, refund or dispute, and unknown here, missing at the gateway, of another amount, or failed"`
	GatewayID string                  `json:"gateway_id"`
	OrderID   string                  `json:"order_id,omitempty"`
	Group     string                  `json:"group,omitempty"`
	RefundID  string                  `json:"refund_id,omitempty"`
	Gateway   *money.Amount           `json:"at_gateway,omitempty" doc:"Absent if the gateway has none"`
	Ours      *money.Amount           `json:"ours,omitempty" doc:"Absent if there is none here"`
	Taken     bool                    `json:"taken" doc:"The payment was set right by what the gateway says; if not, a person decides"`
	FoundAt   time.Time               `json:"found_at"`
}

func differenceOf(d payments.Difference) difference {
	known := func(a money.Amount) *money.Amount {
		if a.Currency == "" {
			return nil
		}
		return &a
	}
	return difference{d.Kind, d.GatewayID, d.OrderID, d.Group, d.Refund, known(d.Gateway), known(d.Ours), d.Taken, d.At}
}

func (h reconciliationHandlers) show(ctx context.Context, in *reconciliationInput) (*reconciliationOutput, error) {
	out := &reconciliationOutput{}
	b := &out.Body
	var err error
	b.Differences, b.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]payments.Difference, string, error) {
		s, list, next, err := h.reports.Report(ctx, in.Day, after, in.Limit)
		b.Day, b.Compared = s.Day, s.Compared
		if !s.DoneAt.IsZero() {
			b.DoneAt = &s.DoneAt
		}
		return list, next, err
	}, differenceOf)
	return out, err
}
