package main

import (
	"context"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/offers"
)

// decide settles the buy boxes that an event may concern: its marketplace's, or for stock, which serves all of a
// seller's marketplaces, each of those.
func decide(s *offers.Service) func(context.Context, outbox.Event) error {
	return func(ctx context.Context, e outbox.Event) error {
		switch e.Name {
		case "OfferChanged":
			var d offers.OfferChanged
			if err := e.Into(&d); err != nil {
				return err
			}
			return s.Settle(ctx, d.ProductID, d.Marketplace)
		case "StockBandChanged":
			var d struct {
				ProductID string `json:"product_id"`
				SellerID  string `json:"seller_id"`
			}
			if err := e.Into(&d); err != nil {
				return err
			}
			return s.SettleSeller(ctx, d.ProductID, d.SellerID)
		}
		return fault.New(fault.Malformed, "unknown_event", "this function does not take %s", e.Name)
	}
}
