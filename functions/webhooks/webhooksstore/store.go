// Package webhooksstore keeps the table webhooks: PK seller_id, SK endpoint, or a message's id, which sorts by time. A message goes after 30
// days.
package webhooksstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/webhooks"
)

const (
	table    = "webhooks"
	endpoint = "endpoint"
	prefix   = "msg_" // begins the ids of messages
	keptFor  = 30 * 24 * time.Hour
)

// Store is the only code that knows these keys.
type Store struct{ DB store.DB }

func key(sellerID, sort string) store.Key { return store.Key{PK: sellerID, SK: sort} }

type message struct {
	webhooks.Message
	TTL int64 `dynamodbav:"ttl"`
}

func kept(m webhooks.Message) message { return message{m, m.CreatedAt.Add(keptFor).Unix()} }

// Endpoint implements webhooks.Store.
func (s Store) Endpoint(ctx context.Context, sellerID string) (e webhooks.Endpoint, found bool, err error) {
	found, err = s.get(ctx, key(sellerID, endpoint), &e)
	return e, found, err
}

// Message implements webhooks.Store.
func (s Store) Message(ctx context.Context, r webhooks.Ref) (m webhooks.Message, found bool, err error) {
	if r.ID == endpoint {
		return m, false, nil
	}
	found, err = s.get(ctx, key(r.SellerID, r.ID), &m)
	return m, found, err
}

func (s Store) get(ctx context.Context, k store.Key, into any) (bool, error) {
	i, err := s.DB.Get(ctx, table, k)
	if err == nil && i != nil {
		err = store.Unmarshal(i, into)
	}
	if err != nil {
		return false, fmt.Errorf("get webhook: %w", err)
	}
	return i != nil, nil
}

// unchanged is the condition that what is stored has a version still.
func unchanged(version int64) store.Cond {
	if version == 0 {
		return store.Absent()
	}
	return store.Eq("version", version)
}

// SaveEndpoint implements webhooks.Store.
func (s Store) SaveEndpoint(ctx context.Context, e webhooks.Endpoint) (bool, error) {
	before := unchanged(e.Version)
	e.Version++
	return s.apply(ctx, store.Put(table, key(e.SellerID, endpoint), e).If(before).Named("endpoint"))
}

// RemoveEndpoint implements webhooks.Store.
func (s Store) RemoveEndpoint(ctx context.Context, sellerID string) error {
	_, err := s.apply(ctx, store.Delete(table, key(sellerID, endpoint)).Named("endpoint"))
	return err
}

// SaveMessage implements webhooks.Store.
func (s Store) SaveMessage(ctx context.Context, m webhooks.Message) (bool, error) {
	before := unchanged(m.Version)
	m.Version++
	return s.apply(ctx, store.Put(table, key(m.SellerID, m.ID), kept(m)).If(before).Named("message"))
}

// Add implements webhooks.Store.
func (s Store) Add(ctx context.Context, m webhooks.Message) (webhooks.Message, error) {
	ok, err := s.SaveMessage(ctx, m)
	if err != nil || ok {
		return m, err
	}
	now, _, err := s.Message(ctx, webhooks.Ref{SellerID: m.SellerID, ID: m.ID})
	return now, err
}

func (s Store) apply(ctx context.Context, w store.Write) (bool, error) {
	_, err := s.DB.Apply(ctx, w)
	if _, refused := store.FailedCondition(err); refused {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("write webhook: %w", err)
	}
	return true, nil
}

// Messages implements webhooks.Store.
func (s Store) Messages(ctx context.Context, sellerID, after string, limit int) (list []webhooks.Message, next string, err error) {
	q := store.Query{Table: table, Hash: sellerID, SortAttr: "sk", Prefix: prefix, Limit: limit, Reverse: true}
	if after != "" {
		q.After, _ = store.Marshal(map[string]string{"pk": sellerID, "sk": after}) // a map of texts always marshals
	}
	p, err := s.DB.Query(ctx, q)
	if err == nil {
		err = store.UnmarshalAll(p.Items, &list)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list webhooks: %w", err)
	}
	if p.Next != nil && len(list) > 0 {
		next = list[len(list)-1].ID
	}
	return list, next, nil
}
