// Package payoutsapi is the payouts' part of the seller API.
package payoutsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/money"
	"rialto/functions/payouts"
)

// Statements is the use case.
type Statements interface {
	Statement(ctx context.Context, seller, month, after string, limit int) (payouts.Statement, error)
}

// SellerRoutes lists the routes; s may be nil where only their description is wanted.
func SellerRoutes(s Statements) []api.Route {
	h := handler{s}
	return []api.Route{
		api.Handle(api.Route{ID: "listStatements", Method: http.MethodGet, Path: "/seller/v1/statements",
			Summary: "What was sold, kept, given back and paid in a month, journal by journal, the latest first", Context: "payouts", Access: api.Seller},
			h.list),
	}
}

type handler struct{ statements Statements }

type listInput struct {
	api.Page
	Month string `query:"month" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"a year and a month, as 2026-11" doc:"Default: this month, UTC"`
}

type listOutput struct{ Body Statement }

// Statement is a page of a month's journals.
type Statement struct {
	Month      string         `json:"month"`
	Owed       []money.Amount `json:"owed" doc:"What no payout covers yet, whatever the month, by currency; less than zero if more was given back"`
	Totals     []Total        `json:"totals" doc:"Of the journals of this page"`
	Journals   []Journal      `json:"journals"`
	NextCursor string         `json:"next_cursor,omitempty" doc:"Absent on the last page"`
}

// Total is what the page's journals of one currency come to. Commission and tax are less what refunds gave back.
type Total struct {
	Sales      money.Amount `json:"sales" doc:"What customers paid, tax included"`
	Discounts  money.Amount `json:"discounts" doc:"What Rialto added of coupons that customers used, less what refunds took back"`
	Lost       money.Amount `json:"goods_losses" doc:"What Rialto paid for units that it lost or damaged on their way, and sent again"`
	Commission money.Amount `json:"commission"`
	Delivery   money.Amount `json:"delivery" doc:"What Rialto kept for delivering"`
	Tax        money.Amount `json:"tax_withheld"`
	Refunds    money.Amount `json:"refunds"`
	Paid       money.Amount `json:"paid"`
	Net        money.Amount `json:"net" doc:"sales + discounts + goods_losses - commission - delivery - tax_withheld - refunds - paid"`
}

// Journal is one thing that happened to the seller's money. Its entries sum to zero.
type Journal struct {
	JournalID string          `json:"journal_id"`
	Kind      string          `json:"kind" enum:"sale,loss,refund,refund_turned_back,payout"`
	At        time.Time       `json:"at"`
	OrderID   string          `json:"order_id,omitempty"`
	Group     string          `json:"group,omitempty" doc:"The shipment's"`
	Entries   []payouts.Entry `json:"entries" doc:"Debits are positive, credits negative"`
	PayoutID  string          `json:"payout_id,omitempty" doc:"The payout that covers it"`
}

func (h handler) list(ctx context.Context, in *listInput) (*listOutput, error) {
	who, _ := auth.From(ctx)
	var after string
	if err := api.DecodeCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	s, err := h.statements.Statement(ctx, who.SellerID, in.Month, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listOutput{Statement{Month: s.Month, Owed: s.Owed, Totals: []Total{}, Journals: []Journal{}}}
	if out.Body.Owed == nil {
		out.Body.Owed = []money.Amount{}
	}
	for _, t := range s.Totals {
		of := func(minor int64) money.Amount { return money.Of(minor, t.Currency) }
		out.Body.Totals = append(out.Body.Totals, Total{of(t.Sales), of(t.Discounts), of(t.GoodsLosses), of(t.Commission), of(t.Delivery), of(t.Tax),
			of(t.Refunds), of(t.Paid), of(t.Net)})
	}
	for _, j := range s.Journals {
		out.Body.Journals = append(out.Body.Journals, Journal{j.ID, string(j.Kind), j.At, j.OrderID, j.Group, j.Entries, j.PayoutID})
	}
	out.Body.NextCursor, err = api.EncodeCursor(s.Next)
	return out, err
}
