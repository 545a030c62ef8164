package paymentsstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/store"
)

// A notice of the gateway's that was dealt with is an item beside the payments: PK !event#<id>, SK heard. The gateway sends one again for
// three days, and by hand for thirty; it is kept for longer.
const (
	eventPrefix = "!event#"
	heardFor    = 40 * 24 * time.Hour
)

func eventKey(id string) store.Key { return store.Key{PK: eventPrefix + id, SK: "heard"} }

type heard struct {
	TTL int64 `dynamodbav:"ttl"`
}

// Heard tells whether a notice was dealt with.
func (s Store) Heard(ctx context.Context, id string) (bool, error) {
	i, err := s.DB.Get(ctx, table, eventKey(id))
	return i != nil, err
}

// KeepHeard keeps that a notice was dealt with.
func (s Store) KeepHeard(ctx context.Context, id string, now time.Time) error {
	if _, err := s.DB.Apply(ctx, store.Put(table, eventKey(id), heard{now.Add(heardFor).Unix()}).Named("heard event")); err != nil {
		return fmt.Errorf("keep heard event: %w", err)
	}
	return nil
}
