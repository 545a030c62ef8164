// Package ratelimit holds whoever a key stands for to a limit: a token bucket a key, in the table rate_limits, which is
// of no context. It knows nothing of who the keys are; sellers' are their ids, and the API asks for each of their writes
// (api.LimitWrites); of routes whose abuse pays they are the caller or the address that a request comes from (api.Limit).
//
// A bucket is one number, the instant at which it is full again (the generic cell rate algorithm): the fewer bytes, the
// simpler the condition on them. In any stretch of time a key's requests are at most its limit's burst and rate.
package ratelimit
