package main

import (
	"context"
	"strings"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/offers"
)

// A change is about a product in one marketplace (an offer), or about a seller's stock of it in all.
const (
	inMarket = "market"
	ofSeller = "seller"
)

// subject says what an event makes to be decided anew.
func subject(e outbox.Event) (string, error) {
	switch e.Name {
	case "OfferChanged":
		var d offers.OfferChanged
		if err := e.Into(&d); err != nil {
			return "", err
		}
		return strings.Join([]string{inMarket, d.ProductID, d.Marketplace}, "#"), nil
	case "StockBandChanged":
		var d struct {
			ProductID string `json:"product_id"`
			SellerID  string `json:"seller_id"`
		}
		if err := e.Into(&d); err != nil {
			return "", err
		}
		return strings.Join([]string{ofSeller, d.ProductID, d.SellerID}, "#"), nil
	}
	return "", fault.New(fault.Malformed, "unknown_event", "this function does not take %s", e.Name)
}

func settle(s *offers.Service) func(context.Context, string) error {
	return func(ctx context.Context, subject string) error {
		what, rest, _ := strings.Cut(subject, "#")
		product, where, _ := strings.Cut(rest, "#")
		if what == inMarket {
			return s.Settle(ctx, product, where)
		}
		return s.SettleSeller(ctx, product, where)
	}
}
