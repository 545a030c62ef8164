// Package invoicesapi is the invoices' part of the shopper API.
package invoicesapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/invoices"
)

// Service is the use case.
type Service interface {
	OfOrder(ctx context.Context, customerID, orderID string) ([]invoices.Shown, error)
}

// Routes lists the routes; s may be nil where only their description is wanted.
func Routes(s Service) []api.Route {
	h := handler{s}
	return []api.Route{
		api.Handle(api.Route{ID: "listInvoices", Method: http.MethodGet, Path: "/api/v1/orders/{order_id}/invoices",
			Summary: "An order's invoices or receipts, one a parcel once it is paid, and credit notes, each as a PDF at a signed address",
			Context: "invoices", Access: api.Guest, Errors: []fault.Kind{fault.NotFound}}, h.list),
	}
}

type handler struct{ invoices Service }

type listInput struct {
	OrderID string `path:"order_id" maxLength:"64"`
}

type listOutput struct {
	Body struct {
		Invoices []Document `json:"invoices"`
	}
}

// Document is an invoice, a receipt or a credit note.
type Document struct {
	Number     string       `json:"number" doc:"Of its seller's, without gaps in its series"`
	Kind       string       `json:"kind" enum:"invoice,receipt,credit_note"`
	RefersTo   string       `json:"refers_to,omitempty" doc:"Of a credit note: the number of the invoice"`
	IssuedAt   time.Time    `json:"issued_at"`
	SellerID   string       `json:"seller_id"`
	SellerName string       `json:"seller_name"`
	Total      money.Amount `json:"total" doc:"Tax in it; of a credit note, what was given back"`
	Taxes      []RateTax    `json:"taxes"`
	URL        string       `json:"url" doc:"Of the PDF; anybody who has it may get it until it expires"`
	ExpiresAt  time.Time    `json:"url_expires_at"`
}

// RateTax is what is taxed at one rate.
type RateTax struct {
	Rate int64        `json:"rate_bp" doc:"Basis points; -1 for shipping of goods of several rates"`
	Net  money.Amount `json:"net"`
	Tax  money.Amount `json:"tax"`
}

func (h handler) list(ctx context.Context, in *listInput) (*listOutput, error) {
	who, _ := auth.From(ctx)
	list, err := h.invoices.OfOrder(ctx, who.Subject, in.OrderID)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Invoices = []Document{}
	for _, d := range list {
		x := Document{d.Number, string(d.Kind), d.RefersTo, d.IssuedAt, d.Seller.ID, d.Seller.Name, d.Total, []RateTax{}, d.At.URL, d.At.Expires}
		for _, t := range d.Taxes {
			if t.Mixed {
				t.Rate = -1
			}
			x.Taxes = append(x.Taxes, RateTax{t.Rate, t.Net, t.Tax})
		}
		out.Body.Invoices = append(out.Body.Invoices, x)
	}
	return out, nil
}
