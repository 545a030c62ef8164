package clickstreamstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/internal/store"
)

const table = "consents"

// Consents keeps what customers agreed to in the table consents: PK customer_id.
type Consents struct {
	DB  store.DB
	Now func() time.Time
}

type consent struct {
	Analytics       bool  `dynamodbav:"analytics"`
	Personalization bool  `dynamodbav:"personalization"`
	AgreedAt        int64 `dynamodbav:"agreed_at"`
}

// Get implements clickstream.Consents.
func (c Consents) Get(ctx context.Context, customerID string) (clickstream.Consent, error) {
	i, err := c.DB.Get(ctx, table, store.Key{PK: customerID})
	if err != nil || i == nil {
		return clickstream.Consent{}, err
	}
	var r consent
	if err := store.Unmarshal(i, &r); err != nil {
		return clickstream.Consent{}, fmt.Errorf("read consent: %w", err)
	}
	return clickstream.Consent{Analytics: r.Analytics, Personalization: r.Personalization}, nil
}

// Put implements clickstream.Consents.
func (c Consents) Put(ctx context.Context, customerID string, agreed clickstream.Consent) error {
	r := consent{agreed.Analytics, agreed.Personalization, c.Now().UnixMilli()}
	if _, err := c.DB.Apply(ctx, store.Put(table, store.Key{PK: customerID}, r)); err != nil {
		return fmt.Errorf("keep consent: %w", err)
	}
	return nil
}

// Delete implements clickstream.Consents.
func (c Consents) Delete(ctx context.Context, customerID string) error {
	if _, err := c.DB.Apply(ctx, store.Delete(table, store.Key{PK: customerID})); err != nil {
		return fmt.Errorf("delete consent: %w", err)
	}
	return nil
}
