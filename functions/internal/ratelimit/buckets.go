package ratelimit

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/rate"
	"rialto/functions/internal/store"
)

// table has an item a key: its limit, if it was given one, and when its bucket is full.
const table = "rate_limits"

// Limit is what a bucket holds to.
type Limit = rate.Limit

// Basic is the limit of a key that nobody gave another.
func Basic() Limit { return Limit{Name: "basic", Rate: 5, Burst: 20} }

// Buckets are the stored buckets.
type Buckets struct{ DB store.DB }

// item is a stored bucket.
type item struct {
	Name  string `dynamodbav:"limit"`
	Rate  int64  `dynamodbav:"rate"`
	Burst int64  `dynamodbav:"burst"`
	Full  int64  `dynamodbav:"full_at"` // microseconds since 1970
	TTL   int64  `dynamodbav:"ttl"`     // only of a bucket whose key has no limit of its own
}

// SetLimit is the write that gives a key a limit. It leaves what is in the bucket.
func SetLimit(key string, l Limit) store.Write {
	return store.Update(table, store.Key{PK: key}).Set("limit", l.Name).Set("rate", l.Rate).Set("burst", l.Burst).Named("limit")
}

// Limit returns a key's limit: Basic, if nobody gave it another, and beside an error.
func (b Buckets) Limit(ctx context.Context, key string) (Limit, error) {
	i, err := b.DB.Get(ctx, table, store.Key{PK: key})
	if err != nil {
		return Basic(), fmt.Errorf("get limit: %w", err)
	}
	l, _, err := read(i)
	return l, err
}

// Take takes one request out of a key's bucket, or says how long to wait. It is one conditional update where the key has
// been quiet (the bucket is full: the condition says so), and two where it has not: the first is refused and shows the
// limit and how full the bucket is. A key that is quiet pays Basic's price for its first request, which keeps the limit
// from being read before.
func (b Buckets) Take(ctx context.Context, key string, now time.Time) (wait time.Duration, err error) {
	update := func() store.Write { return store.Update(table, store.Key{PK: key}).Named("bucket") }
	return b.take(ctx, update, Basic(), read, now)
}

// TakeOf is Take by a limit that is the caller's to know, and not the key's. Its bucket goes when it has been full for an hour.
func (b Buckets) TakeOf(ctx context.Context, key string, limit Limit, now time.Time) (wait time.Duration, err error) {
	gone := time.UnixMicro(limit.Latest(now.UnixMicro()) + limit.Cost()).Add(time.Hour).Unix()
	update := func() store.Write { return store.Update(table, store.Key{PK: key}).Set("ttl", gone).Named("bucket") }
	return b.take(ctx, update, limit, func(i store.Item) (Limit, int64, error) {
		_, full, err := read(i)
		return limit, full, err
	}, now)
}

func (b Buckets) take(ctx context.Context, update func() store.Write, first Limit, read func(store.Item) (Limit, int64, error), now time.Time) (
	wait time.Duration, err error) {
	at := now.UnixMicro()
	_, err = b.DB.Apply(ctx, update().Set("full_at", at+first.Cost()).If(store.Any(store.Lacks("full_at"), store.Le("full_at", at))))
	found, refused := store.FailedCondition(err)
	if !refused {
		return 0, store.Explained("take from bucket", err, errBusy)
	}
	limit, full, err := read(found)
	if err != nil {
		return 0, err
	}
	if _, wait := limit.Take(full, at); wait > 0 {
		return wait, nil
	}
	_, err = b.DB.Apply(ctx, update().Add("full_at", limit.Cost()).If(store.Le("full_at", limit.Latest(at))))
	if found, refused = store.FailedCondition(err); !refused {
		return 0, store.Explained("take from bucket", err, errBusy)
	}
	if limit, full, err = read(found); err != nil { // others took the rest meanwhile
		return 0, err
	}
	_, wait = limit.Take(full, at)
	return max(wait, time.Millisecond), nil
}

func read(i store.Item) (Limit, int64, error) {
	var b item
	if err := store.Unmarshal(i, &b); err != nil {
		return Basic(), 0, fmt.Errorf("read bucket: %w", err)
	}
	if b.Rate == 0 {
		return Basic(), b.Full, nil
	}
	return Limit{Name: b.Name, Rate: b.Rate, Burst: b.Burst}, b.Full, nil
}

var errBusy = fault.New(fault.Throttled, "rate_limits_throttled", "too much is asked of this limit just now")
