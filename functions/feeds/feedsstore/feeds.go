package feedsstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rialto/functions/feeds"
	"rialto/functions/internal/store"
)

// record is a stored feed.
type record struct {
	feeds.Feed
	CreatedAt string `dynamodbav:"created_at"` // for the index
	TTL       int64  `dynamodbav:"ttl"`
}

// made is what an idempotency key made, or a file was last sent as.
type made struct {
	FeedID string `dynamodbav:"made_feed_id"`
	At     int64  `dynamodbav:"at"` // ms
	TTL    int64  `dynamodbav:"ttl"`
}

// Create makes a feed under an idempotency key, or returns the one that the key made.
func (s Store) Create(ctx context.Context, f feeds.Feed, key string) (feeds.Feed, bool, error) {
	ttl := f.CreatedAt.Add(feeds.KeepFor).Unix()
	err := s.DB.Transact(ctx,
		store.Put(feedsTable, madeKey(f.SellerID, key), made{f.ID, f.CreatedAt.UnixMilli(), ttl}).If(store.Absent()).Named("key"),
		store.Put(feedsTable, feedKey(f.ID), record{f, f.CreatedAt.UTC().Format(store.Sortable), ttl}).If(store.Absent()).Named("feed"))
	if err == nil {
		return f, false, nil
	}
	refused, ok := store.AsRefused(err)
	if !ok {
		return f, false, fmt.Errorf("create feed: %w", err)
	}
	reason, before := refused.Failed("key")
	if !before {
		return f, false, refusal("create feed", err)
	}
	var m made
	if err := store.Unmarshal(reason.Found, &m); err != nil {
		return f, false, fmt.Errorf("read key: %w", err)
	}
	f, err = s.Feed(ctx, m.FeedID)
	return f, true, err
}

// Feed returns a feed, or feed_not_found.
func (s Store) Feed(ctx context.Context, feedID string) (feeds.Feed, error) {
	i, err := s.DB.Get(ctx, feedsTable, feedKey(feedID))
	if err != nil {
		return feeds.Feed{}, fmt.Errorf("get feed: %w", err)
	}
	if i == nil {
		return feeds.Feed{}, feeds.ErrFeedNotFound
	}
	return feedOf(i)
}

func feedOf(i store.Item) (feeds.Feed, error) {
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		return feeds.Feed{}, fmt.Errorf("read feed: %w", err)
	}
	f := r.Feed
	for _, t := range []*time.Time{&f.CreatedAt, &f.BegunAt, &f.MovedAt, &f.OverAt} {
		*t = t.UTC()
	}
	return f, nil
}

// List returns a page of a seller's feeds, the newest first.
func (s Store) List(ctx context.Context, sellerID string, limit int, after feeds.Position) ([]feeds.Feed, feeds.Position, error) {
	q := store.Query{Table: feedsTable, Index: bySeller, HashAttr: "seller_id", SortAttr: "created_at", Hash: sellerID, Limit: limit, Reverse: true}
	if after != (feeds.Position{}) {
		i, err := store.Marshal(map[string]string{"pk": after.FeedID, "sk": feedSK, "seller_id": sellerID, "created_at": after.CreatedAt})
		if err != nil {
			return nil, feeds.Position{}, err
		}
		q.After = i
	}
	page, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, feeds.Position{}, fmt.Errorf("list feeds: %w", err)
	}
	var out []feeds.Feed
	for _, i := range page.Items {
		f, err := feedOf(i)
		if err != nil {
			return nil, feeds.Position{}, err
		}
		out = append(out, f)
	}
	if page.Next == nil || len(out) == 0 {
		return out, feeds.Position{}, nil
	}
	last := out[len(out)-1]
	return out, feeds.Position{FeedID: last.ID, CreatedAt: last.CreatedAt.Format(store.Sortable)}, nil
}

// Begin takes a feed from CREATED to PROCESSING, with the file that came. Errors: feed_moved.
func (s Store) Begin(ctx context.Context, feedID, etag string, bytes int64, now time.Time) (feeds.Feed, error) {
	return s.change(ctx, store.Update(feedsTable, feedKey(feedID)).Set("state", feeds.Processing).Set("etag", etag).Set("bytes", bytes).
		Set("begun", now.UTC()).Set("moved", now.UTC()).If(store.Eq("state", feeds.Created)))
}

func (s Store) change(ctx context.Context, w store.Write) (feeds.Feed, error) {
	i, err := s.DB.Apply(ctx, w.Named("feed"))
	if _, failed := store.FailedCondition(err); failed {
		return feeds.Feed{}, feeds.ErrState
	}
	if err != nil {
		return feeds.Feed{}, refusal("change feed", err)
	}
	return feedOf(i)
}

// Claim remembers that a feed came with that file, unless another did since then; it returns that one.
func (s Store) Claim(ctx context.Context, f feeds.Feed, since, now time.Time) (string, error) {
	_, err := s.DB.Apply(ctx, store.Put(feedsTable, fileKey(f.SellerID, f.ETag), made{f.ID, now.UnixMilli(), now.Add(feeds.KeepFor).Unix()}).
		If(store.Any(store.Absent(), store.Lt("at", since.UnixMilli()), store.Eq("made_feed_id", f.ID))).Named("file"))
	found, failed := store.FailedCondition(err)
	if !failed {
		return "", refusal("claim file", err)
	}
	var m made
	if err := store.Unmarshal(found, &m); err != nil {
		return "", fmt.Errorf("read file: %w", err)
	}
	return m.FeedID, nil
}

// Ignore notes the encoding that a file is read in, and the columns that are not read.
func (s Store) Ignore(ctx context.Context, feedID, encoding string, columns []string) error {
	_, err := s.change(ctx, store.Update(feedsTable, feedKey(feedID)).Set("encoding", encoding).Set("ignored", columns).If(store.Exists()))
	return err
}

// Advance notes how far a file is cut, unless somebody was farther, and returns the feed as it is.
func (s Store) Advance(ctx context.Context, feedID string, position, chunks int64, all bool, now time.Time) (feeds.Feed, error) {
	w := store.Update(feedsTable, feedKey(feedID)).Set("position", position).Set("chunks", chunks).Set("moved", now.UTC()).Remove("reason").
		If(store.Eq("state", feeds.Processing), store.Le("position", position), store.Eq("split", false))
	if all {
		w = w.Set("split", true)
	}
	f, err := s.change(ctx, w)
	if errors.Is(err, feeds.ErrState) {
		return s.Feed(ctx, feedID)
	}
	return f, err
}

// Fail ends a feed that is not over.
func (s Store) Fail(ctx context.Context, feedID string, why feeds.Reason, now time.Time) error {
	_, err := s.change(ctx, store.Update(feedsTable, feedKey(feedID)).
		Set("state", feeds.Failed).Set("reason", why).Set("moved", now.UTC()).Set("over", now.UTC()).
		If(store.Any(store.Eq("state", feeds.Created), store.Eq("state", feeds.Processing))))
	return unlessMoved(err)
}

// Note leaves a reason at a feed that is not over.
func (s Store) Note(ctx context.Context, feedID string, why feeds.Reason) error {
	_, err := s.change(ctx, store.Update(feedsTable, feedKey(feedID)).Set("reason", why).If(store.Eq("state", feeds.Processing)))
	return unlessMoved(err)
}

// Finish ends a feed, again if chunks were counted anew, unless it failed.
func (s Store) Finish(ctx context.Context, feedID string, as feeds.State, refused []feeds.Group, now time.Time) error {
	_, err := s.change(ctx, store.Update(feedsTable, feedKey(feedID)).Set("state", as).Set("groups", refused).Set("moved", now.UTC()).Set("over",
		now.UTC()).Remove("reason").
		If(store.Exists(), store.Ne("state", feeds.Failed)))
	return unlessMoved(err)
}

func unlessMoved(err error) error {
	if errors.Is(err, feeds.ErrState) {
		return nil
	}
	return err
}
