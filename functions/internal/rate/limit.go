// Package rate says how much a limit lets through. Where what was taken is kept is ratelimit's.
package rate

import "time"

// Limit allows Rate requests a second in the long run, or in another time, Per, and Burst at once. Name is what its owner
// calls it.
type Limit struct {
	Name        string
	Rate, Burst int64
	Per         time.Duration // a second, if 0
}

// Cost is by how much a request puts off the instant at which the bucket is full, in microseconds.
func (l Limit) Cost() int64 {
	per := l.Per
	if per == 0 {
		per = time.Second
	}
	return per.Microseconds() / l.Rate
}

// Latest is the latest that a bucket may be full at for another request to be let through now.
func (l Limit) Latest(now int64) int64 { return now + (l.Burst-1)*l.Cost() }

// Take takes one request out of a bucket that is full at an instant, now or later, in microseconds since 1970. It
// returns when the bucket is full then, or how long to wait before there is a request in it.
func (l Limit) Take(full, now int64) (next int64, wait time.Duration) {
	if full > l.Latest(now) {
		return full, time.Duration(full-l.Latest(now)) * time.Microsecond
	}
	return max(full, now) + l.Cost(), 0
}
