package webhooksstore

import (
	"fmt"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/webhooks"
)

// Events turns a change of the table webhooks into WebhookTurnedOff where an endpoint was turned off. Messages are nobody's business.
func Events(c outbox.Change) ([]outbox.Event, error) {
	if store.KeyOf(c.New).SK != endpoint {
		return nil, nil
	}
	var before, after webhooks.Endpoint
	if err := store.Unmarshal(c.Old, &before); err != nil {
		return nil, fmt.Errorf("read webhook: %w", err)
	}
	if err := store.Unmarshal(c.New, &after); err != nil {
		return nil, fmt.Errorf("read webhook: %w", err)
	}
	if !after.Off() || after.OffSince.Equal(before.OffSince) {
		return nil, nil
	}
	e, err := outbox.New(webhooks.EventTurnedOff, after.SellerID, webhooks.TurnedOff{SellerID: after.SellerID, OffSince: after.OffSince.UTC()})
	return []outbox.Event{e}, err
}
