// Package valkey connects to the cache, a Valkey or Redis.
package valkey

import (
	"crypto/tls"
	"time"

	"github.com/redis/go-redis/v9"
)

// timeout bounds how long a shopper waits for a cache that is away.
const timeout = 200 * time.Millisecond

// New connects on first use.
func New(addr string, secure bool) redis.UniversalClient {
	o := &redis.UniversalOptions{Addrs: []string{addr}, DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout,
		MaxRetries: -1, PoolSize: 2}
	if secure {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return redis.NewUniversalClient(o)
}
