package searchencoder

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"rialto/functions/search"
)

const (
	keep    = 7 * 24 * time.Hour
	timeout = 100 * time.Millisecond // bounds how long a shopper waits for a cache that is away
)

// Cached is an encoder whose answers are kept in Redis (or Valkey), a week each. Where the cache is away the encoder is asked.
type Cached struct {
	Encoder search.Encoder
	Client  redis.UniversalClient
}

// NewCached connects on first use.
func NewCached(e search.Encoder, addr string, secure bool) Cached {
	o := &redis.UniversalOptions{Addrs: []string{addr}, DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout,
		MaxRetries: -1, PoolSize: 2}
	if secure {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return Cached{e, redis.NewUniversalClient(o)}
}

// Encode makes vectors of the texts that were not asked before. Nobody reads in the cache what was asked: a key is a digest.
func (c Cached) Encode(ctx context.Context, texts ...string) ([]search.Vector, error) {
	keys := make([]string, len(texts))
	for i, text := range texts {
		sum := sha256.Sum256([]byte(search.Encoding + "\n" + text))
		keys[i] = "meaning:" + hex.EncodeToString(sum[:16])
	}
	list := c.kept(ctx, keys)
	var missing []int
	var ask []string
	for i, v := range list {
		if v == nil {
			missing, ask = append(missing, i), append(ask, texts[i])
		}
	}
	if missing == nil {
		return list, nil
	}
	made, err := c.Encoder.Encode(ctx, ask...)
	if err != nil {
		return nil, err
	}
	_, err = c.Client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, i := range missing {
			list[i] = made[n]
			p.Set(ctx, keys[i], made[n].Bytes(), keep)
		}
		return nil
	})
	if err != nil {
		slog.WarnContext(ctx, "the cache of vectors is away", "error", err)
	}
	return list, nil
}

// kept are the vectors that the cache has; none if it is away.
func (c Cached) kept(ctx context.Context, keys []string) []search.Vector {
	list := make([]search.Vector, len(keys))
	values, err := c.Client.MGet(ctx, keys...).Result()
	if err != nil {
		slog.WarnContext(ctx, "the cache of vectors is away", "error", err)
		return list
	}
	for i, v := range values {
		if s, ok := v.(string); ok && len(s) == search.Dimensions {
			list[i] = search.VectorFrom([]byte(s))
		}
	}
	return list
}
