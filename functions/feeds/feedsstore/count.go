package feedsstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/feeds"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

// attempts bounds how often a count is tried again because others counted the same chunks meanwhile.
const attempts = 4

// counted is a stored Mark.
type counted struct {
	feeds.Mark
	TTL int64 `dynamodbav:"ttl"`
}

// Count adds chunks to their feed in one transaction, each once. A chunk that was given up and has come again is
// counted in the place of what it was. It returns the feed as it is then, and whether anything was added. At most 25
// marks.
func (s Store) Count(ctx context.Context, feedID string, marks []feeds.Mark, now time.Time) (feeds.Feed, bool, error) {
	for range attempts {
		writes, err := s.counts(ctx, feedID, marks, now)
		if err != nil {
			return feeds.Feed{}, false, err
		}
		if len(writes) > 0 {
			err = s.DB.Transact(ctx, writes...)
			if r, ok := store.AsRefused(err); ok && !r.Transient() {
				continue // somebody counted one of them
			}
			if err != nil {
				return feeds.Feed{}, false, refusal("count", err)
			}
		}
		f, err := s.Feed(ctx, feedID)
		return f, len(writes) > 0, err
	}
	return feeds.Feed{}, false, fault.New(fault.Unavailable, "feed_contended", "others are counting the same chunks just now")
}

// counts are the writes that count what is not counted yet; none if all is.
func (s Store) counts(ctx context.Context, feedID string, marks []feeds.Mark, now time.Time) ([]store.Write, error) {
	gets := make([]store.Get, len(marks))
	for i, m := range marks {
		gets[i] = store.Get{Table: feedsTable, Key: chunkKey(feedID, m.Number)}
	}
	found, err := s.DB.GetMany(ctx, gets...)
	if err != nil {
		return nil, fmt.Errorf("get chunks: %w", err)
	}
	var writes []store.Write
	var sum feeds.Tally
	fresh := int64(0)
	for i, m := range marks {
		w := store.Put(feedsTable, gets[i].Key, counted{m, now.Add(feeds.KeepFor).Unix()}).Named("chunk")
		if found[i] == nil {
			writes, sum, fresh = append(writes, w.If(store.Absent())), sum.Add(m.Tally), fresh+1
			continue
		}
		var before counted
		if err := store.Unmarshal(found[i], &before); err != nil {
			return nil, fmt.Errorf("read chunk: %w", err)
		}
		if m.Dead < before.Dead {
			writes, sum = append(writes, w.If(store.Eq("dead", before.Dead))), sum.Add(m.Tally).Sub(before.Tally)
		}
	}
	if len(writes) == 0 {
		return nil, nil
	}
	return append(writes, store.Update(feedsTable, feedKey(feedID)).Add("counted_chunks", fresh).Add("rows", sum.Rows).Add("written", sum.Written).
		Add("unchanged", sum.Unchanged).Add("refused", sum.Refused).Add("dead", sum.Dead).Set("moved", now.UTC()).If(store.Exists()).Named("feed")), nil
}

// CountedChunks tells which of some chunks, 100 at most, are counted.
func (s Store) CountedChunks(ctx context.Context, feedID string, numbers []int64) (map[int64]bool, error) {
	gets := make([]store.Get, len(numbers))
	for i, n := range numbers {
		gets[i] = store.Get{Table: feedsTable, Key: chunkKey(feedID, n)}
	}
	found, err := s.DB.GetMany(ctx, gets...)
	if err != nil {
		return nil, fmt.Errorf("get chunks: %w", err)
	}
	out := map[int64]bool{}
	for i, n := range numbers {
		out[n] = found[i] != nil
	}
	return out, nil
}

// Refused lists the counted chunks with refused rows in the file's order.
func (s Store) Refused(ctx context.Context, feedID string, each func(m feeds.Mark) error) error {
	q := store.Query{Table: feedsTable, Hash: feedID, Prefix: chunkPrefix}
	for i, err := range store.Items(ctx, s.DB, q) {
		if err != nil {
			return fmt.Errorf("list chunks: %w", err)
		}
		var c counted
		if err := store.Unmarshal(i, &c); err != nil {
			return fmt.Errorf("read chunks: %w", err)
		}
		if c.Mark.Refused > 0 {
			if err := each(c.Mark); err != nil {
				return err
			}
		}
	}
	return nil
}
