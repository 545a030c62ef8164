package ratelimit

import "time"

// Limit allows Rate requests a second in the long run, and Burst at once. Name is what its owner calls it.
type Limit struct {
	Name        string
	Rate, Burst int64
}

// Basic is the limit of a key that nobody gave another.
func Basic() Limit { return Limit{"basic", 5, 20} }

// cost is by how much a request puts off the instant at which the bucket is full, in microseconds.
func (l Limit) cost() int64 { return time.Second.Microseconds() / l.Rate }

// latest is the latest that a bucket may be full at for another request to be let through now.
func (l Limit) latest(now int64) int64 { return now + (l.Burst-1)*l.cost() }

// Take takes one request out of a bucket that is full at an instant, now or later, in microseconds since 1970. It
// returns when the bucket is full then, or how long to wait before there is a request in it.
func (l Limit) Take(full, now int64) (next int64, wait time.Duration) {
	if full > l.latest(now) {
		return full, time.Duration(full-l.latest(now)) * time.Microsecond
	}
	return max(full, now) + l.cost(), 0
}
