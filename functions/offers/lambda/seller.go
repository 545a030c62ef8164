package main

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/offers"
)

// part is a message of our own: where to go on among a seller's offers.
type part struct {
	SellerID string `json:"seller_id"`
	After    string `json:"after"`
}

// follow returns the handler of offers-seller. An event that changes what is known of a seller has its offers follow, a
// part an invocation, so that a seller of millions holds up nobody.
func follow(s *offers.Service, own *chunkqueue.Queue) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		p, wanted, err := learn(ctx, s, []byte(m.Body))
		if err != nil || !wanted {
			return err
		}
		if p.After, err = s.Follow(ctx, p.SellerID, p.After); err != nil || p.After == "" {
			return err
		}
		return chunkqueue.Send(ctx, own, p)
	})
}

// learn reads a message: where to go on, or an event, which is kept; it tells whether the offers are to follow.
func learn(ctx context.Context, s *offers.Service, body []byte) (p part, wanted bool, err error) {
	if json.Unmarshal(body, &p) == nil && p.SellerID != "" {
		return p, true, nil
	}
	e, err := outbox.Decode(body)
	if err != nil {
		return p, false, err
	}
	switch e.Name {
	case "SellerRated":
		var d offers.SellerRated
		if err := e.Into(&d); err != nil {
			return p, false, err
		}
		wanted, err = s.Rated(ctx, d)
		return part{SellerID: d.SellerID}, wanted, err
	case "SellerChanged":
		var d offers.SellerChanged
		if err := e.Into(&d); err != nil {
			return p, false, err
		}
		wanted, err = s.Named(ctx, d)
		return part{SellerID: d.SellerID}, wanted, err
	}
	return p, false, fault.New(fault.Malformed, "unknown_event", "this function does not take %s", e.Name)
}
