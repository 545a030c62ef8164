// Package operatorsapi is the API of operators.
package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/operators"
)

// Audit writes calls down and shows what was written.
type Audit interface {
	Do(ctx context.Context, c operators.Call, do func(context.Context) error) error
	Entries(ctx context.Context, subject, day, after string, limit int) ([]operators.Entry, string, error)
}

// Services are the use cases that the routes need.
type Services struct {
	Audit     Audit
	Orders    Orders
	Parcels   Parcels
	Reships   Reships
	Customers Customers
	Sellers   Sellers
	Ledger    Ledger
	Reviews   Reviews
	Coupons   Coupons
	Pages     Pages
	Images    Images
	Appeals   Appeals

	Reconciliations Reconciliations
	Campaigns       Campaigns
}

// Routes is the table; without services it serves for the document.
func Routes(s Services) []api.Route {
	var all []api.Route
	for _, part := range [][]api.Route{auditRoutes(s), orderRoutes(s), customerRoutes(s), sellerRoutes(s), reviewRoutes(s), couponRoutes(s),
		pageRoutes(s), appealRoutes(s), reconciliationRoutes(s), campaignRoutes(s)} {
		all = append(all, part...)
	}
	return all
}

// stated is an input that says what the audit log is told of its call.
type stated[I any] interface {
	*I
	about() (subject, reason string)
}

// handle is api.Handle for an operator's route: what it does, it does within the audit. There is no other way to a route here.
func handle[I, O any, P stated[I]](a Audit, r api.Route, f func(context.Context, *I) (*O, error)) api.Route {
	r.Context, r.Access = "operators", api.Operator
	return api.Handle(r, func(ctx context.Context, in *I) (out *O, err error) {
		who, _ := auth.From(ctx)
		c := operators.Call{Name: r.ID, Operator: who.Subject}
		c.Subject, c.Reason = P(in).about()
		err = a.Do(ctx, c, func(ctx context.Context) (err error) { out, err = f(ctx, in); return err })
		return out, err
	})
}

// Why is the reason of a call that changes nothing.
type Why struct {
	Reason string `query:"reason" maxLength:"500" doc:"Why, for the audit log"`
}

func auditRoutes(s Services) []api.Route {
	return []api.Route{
		handle(s.Audit, api.Route{ID: "listAudit", Method: http.MethodGet, Path: "/ops/v1/audit",
			Summary: "The audit log, the latest first: of a day, or about a subject"}, audit{s.Audit}.list),
	}
}

type audit struct{ audit Audit }

type auditInput struct {
	Why
	api.Page
	Subject string `query:"subject" maxLength:"64" doc:"An id: of an order, a customer, a seller, …"`
	Day     string `query:"day" format:"date" doc:"UTC; today unless it is given. Not with a subject"`
}

func (in *auditInput) about() (subject, reason string) { return in.Subject, in.Reason }

type auditOutput struct {
	Body struct {
		Entries    []entry `json:"entries" doc:"A call has two: from before anything was done, and after, with its outcome"`
		NextCursor string  `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

type entry struct {
	CallID   string    `json:"call_id"`
	At       time.Time `json:"at"`
	Operator string    `json:"operator"`
	Call     string    `json:"call" doc:"The operationId"`
	Subject  string    `json:"subject,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Outcome  string    `json:"outcome,omitempty" doc:"done, or the code of the failure; absent before"`
}

func (h audit) list(ctx context.Context, in *auditInput) (*auditOutput, error) {
	out := &auditOutput{}
	var err error
	out.Body.Entries, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]operators.Entry, string, error) {
		return h.audit.Entries(ctx, in.Subject, in.Day, after, in.Limit)
	}, func(e operators.Entry) entry {
		return entry{e.ID, e.At, e.Operator, e.Name, e.Subject, e.Reason, e.Outcome}
	})
	return out, err
}
