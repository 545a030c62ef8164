package checkoutstore

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
)

// record is a checkout as it is stored. Times are Unix milliseconds, so that conditions compare them; the draft
// and the request are JSON, since nothing in them is looked up. Every change of an item is charged by all of its
// size, twice in the pivot: so hashes are bytes, effects are terse, and the draft is there only while it is needed.
type record struct {
	CustomerID string               `dynamodbav:"customer_id"`
	OrderID    string               `dynamodbav:"order_id"`
	Epoch      int64                `dynamodbav:"epoch"`
	Run        string               `dynamodbav:"run,omitempty"`
	State      string               `dynamodbav:"state"`
	Hash       []byte               `dynamodbav:"request_hash"`
	Request    []byte               `dynamodbav:"request"`
	Effects    []byte               `dynamodbav:"effects,omitempty"`
	DraftHash  []byte               `dynamodbav:"draft_hash,omitempty"`
	Draft      []byte               `dynamodbav:"draft,omitempty"`
	CreatedAt  int64                `dynamodbav:"created_at"`
	DueAt      string               `dynamodbav:"due_at,omitempty"`
	DueBucket  string               `dynamodbav:"due_bucket,omitempty"`
	ExpiresAt  int64                `dynamodbav:"expires_at,omitempty"`
	NextAction *checkout.NextAction `dynamodbav:"next_action,omitempty"`
	Failure    *checkout.Failure    `dynamodbav:"failure,omitempty"`
	Total      *money.Amount        `dynamodbav:"total,omitempty"`
}

// sortable is UTC with milliseconds, so that text sorts as time.
const sortable = "2006-01-02T15:04:05.000Z"

func (s Store) toRecord(r checkout.Record) (record, error) {
	request, err := json.Marshal(r.Request)
	if err != nil {
		return record{}, fmt.Errorf("write request: %w", err)
	}
	hash, err := hex.DecodeString(r.Hash)
	if err != nil {
		return record{}, fmt.Errorf("write hash: %w", err)
	}
	return record{CustomerID: r.CustomerID, OrderID: r.OrderID, Epoch: r.Epoch, State: string(r.State), Hash: hash, Request: request,
		CreatedAt: r.CreatedAt.UnixMilli(), DueAt: r.DueAt.UTC().Format(sortable), DueBucket: checkout.DueBucket(r.ID, r.DueAt, s.Buckets)}, nil
}

func fromItem(i store.Item) (checkout.Record, error) {
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		return checkout.Record{}, fmt.Errorf("read checkout: %w", err)
	}
	var pk struct {
		PK string `dynamodbav:"pk"`
	}
	if err := store.Unmarshal(i, &pk); err != nil {
		return checkout.Record{}, fmt.Errorf("read checkout: %w", err)
	}
	out := checkout.Record{Ref: checkout.Ref{ID: pk.PK, CustomerID: r.CustomerID, OrderID: r.OrderID, Epoch: r.Epoch, Run: r.Run},
		State: checkout.State(r.State), Hash: hex.EncodeToString(r.Hash), CreatedAt: time.UnixMilli(r.CreatedAt).UTC(),
		NextAction: r.NextAction, Failure: r.Failure, ClosedTotal: r.Total}
	if err := json.Unmarshal(r.Request, &out.Request); err != nil {
		return out, fmt.Errorf("read request: %w", err)
	}
	if len(r.Effects) > 0 {
		e, err := fromEffects(r.Effects)
		if err != nil {
			return out, err
		}
		out.Effects = &e
	}
	if len(r.Draft) > 0 {
		out.Draft = &checkout.Draft{}
		if err := json.Unmarshal(r.Draft, out.Draft); err != nil {
			return out, fmt.Errorf("read draft: %w", err)
		}
	}
	if r.ExpiresAt > 0 {
		out.ExpiresAt = time.UnixMilli(r.ExpiresAt).UTC()
	}
	if r.DueAt != "" {
		due, err := time.Parse(sortable, r.DueAt)
		if err != nil {
			return out, fmt.Errorf("read due time: %w", err)
		}
		out.DueAt = due
	}
	return out, nil
}
