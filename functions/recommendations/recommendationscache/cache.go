// Package recommendationscache keeps in Redis what sessions met, what customers bought lately, and pools. All of it is under
// pseudonyms, and is gone by itself.
package recommendationscache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"rialto/functions/recommendations"
)

const (
	// keepPool is for how long a pool is served from.
	keepPool = 15 * time.Minute
	// keepBought is for longer than a model is old.
	keepBought = 30 * 24 * time.Hour
	mostBought = 200
)

// Cache is one Redis (or Valkey).
type Cache struct{ Client redis.UniversalClient }

func sessionKey(session string) string { return "rec:session:" + session }
func boughtKey(subject string) string  { return "rec:bought:" + subject }
func poolKey(key string) string        { return "rec:pool:" + key }

// Met implements recommendations.Visits. The latest of each deed to each product counts, so repetitions change nothing.
func (c Cache) Met(ctx context.Context, session string, acts []recommendations.Act) error {
	var set []redis.Z
	for _, a := range acts {
		set = append(set, redis.Z{Score: float64(a.At.UnixMilli()), Member: string(a.Deed) + " " + a.ProductID})
	}
	return c.add(ctx, sessionKey(session), set, recommendations.SessionSize, recommendations.SessionLife)
}

// Bought implements recommendations.Visits.
func (c Cache) Bought(ctx context.Context, subject string, list []recommendations.Purchase) error {
	var set []redis.Z
	for _, p := range list {
		set = append(set, redis.Z{Score: float64(p.Day.UnixMilli()), Member: p.Day.UTC().Format(time.DateOnly) + " " + p.ProductID})
	}
	return c.add(ctx, boughtKey(subject), set, mostBought, keepBought)
}

// add adds to what is kept in the order of time, and drops the oldest beyond a number.
func (c Cache) add(ctx context.Context, key string, set []redis.Z, most int64, life time.Duration) error {
	_, err := c.Client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.ZAddArgs(ctx, key, redis.ZAddArgs{GT: true, Members: set})
		p.ZRemRangeByRank(ctx, key, 0, -most-1)
		p.Expire(ctx, key, life)
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep in the cache: %w", err)
	}
	return nil
}

// Forget implements recommendations.Visits.
func (c Cache) Forget(ctx context.Context, session string) error {
	if err := c.Client.Del(ctx, sessionKey(session)).Err(); err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	return nil
}

// Visit implements recommendations.Memory.
func (c Cache) Visit(ctx context.Context, session, subject string) (acts []recommendations.Act, bought []recommendations.Purchase, err error) {
	if session == "" && subject == "" {
		return nil, nil, nil
	}
	var met, had *redis.ZSliceCmd
	_, err = c.Client.Pipelined(ctx, func(p redis.Pipeliner) error {
		met = p.ZRevRangeWithScores(ctx, sessionKey(session), 0, recommendations.SessionSize-1)
		had = p.ZRevRangeWithScores(ctx, boughtKey(subject), 0, mostBought-1)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read visit: %w", err)
	}
	each(met, func(deed, product string, at time.Time) {
		acts = append(acts, recommendations.Act{ProductID: product, Deed: recommendations.Deed(deed), At: at})
	})
	each(had, func(_, product string, at time.Time) {
		bought = append(bought, recommendations.Purchase{ProductID: product, Day: at})
	})
	return acts, bought, nil
}

// each reads members that are two words.
func each(list *redis.ZSliceCmd, do func(first, second string, at time.Time)) {
	for _, z := range list.Val() {
		member, _ := z.Member.(string)
		if first, second, ok := strings.Cut(member, " "); ok {
			do(first, second, time.UnixMilli(int64(z.Score)).UTC())
		}
	}
}

// Pool implements recommendations.Memory.
func (c Cache) Pool(ctx context.Context, key string) (pool []recommendations.Candidate, err error) {
	b, err := c.Client.Get(ctx, poolKey(key)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &pool)
	}
	if err != nil {
		return nil, fmt.Errorf("read pool: %w", err)
	}
	return pool, nil
}

// Keep implements recommendations.Memory.
func (c Cache) Keep(ctx context.Context, key string, pool []recommendations.Candidate) error {
	b, err := json.Marshal(pool)
	if err != nil {
		return fmt.Errorf("write pool: %w", err)
	}
	if err := c.Client.Set(ctx, poolKey(key), b, keepPool).Err(); err != nil {
		return fmt.Errorf("keep pool: %w", err)
	}
	return nil
}
