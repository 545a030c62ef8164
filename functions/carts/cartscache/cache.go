// Package cartscache keeps the copies of carts in Redis. A copy is replaced by a newer version only, whatever
// order writers arrive in, and is gone after a day.
package cartscache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"rialto/functions/carts"
	"rialto/functions/internal/valkey"
)

const keep = 24 * time.Hour

// newer sets a cart's copy unless the one there is as new: a hash of version and body under one key.
var newer = redis.NewScript(`
local have = tonumber(redis.call('HGET', KEYS[1], 'v') or '-1')
if have >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'b', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`)

// Cache is one Redis (or Valkey).
type Cache struct{ Client redis.UniversalClient }

// New connects on first use.
func New(addr string, secure bool) Cache { return Cache{valkey.New(addr, secure)} }

func key(cartID string) string { return "cart:" + cartID }

// Get returns the copy of a cart, and whether there is one.
func (c Cache) Get(ctx context.Context, cartID string) (carts.Cart, bool, error) {
	b, err := c.Client.HGet(ctx, key(cartID), "b").Bytes()
	if errors.Is(err, redis.Nil) {
		return carts.Cart{}, false, nil
	}
	var out carts.Cart
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		return carts.Cart{}, false, fmt.Errorf("read cart copy: %w", err)
	}
	return out, true, nil
}

// Put replaces the copy if c is newer.
func (c Cache) Put(ctx context.Context, cart carts.Cart) error {
	b, err := json.Marshal(cart)
	if err != nil {
		return fmt.Errorf("write cart copy: %w", err)
	}
	if err := newer.Run(ctx, c.Client, []string{key(cart.ID)}, cart.Version, b, keep.Milliseconds()).Err(); err != nil {
		return fmt.Errorf("write cart copy: %w", err)
	}
	return nil
}
