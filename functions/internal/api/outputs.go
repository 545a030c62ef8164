package api

import (
	"fmt"
	"strconv"
	"time"
)

// The outputs here are embedded in a route's output. A header left empty is not sent.

// ETag names the version of what is returned; make it with ETagOf.
type ETag struct {
	Tag string `header:"ETag" doc:"The version, for If-Match"`
}

// ETagOf returns the strong ETag of a version, at least 0.
func ETagOf(version int64) ETag { return ETag{Tag: `"` + strconv.FormatInt(version, 10) + `"`} }

// Cached are the headers of an answer that is the same for everybody in a marketplace; make it with CachedFor. A checkout never relies on
// what such an answer said.
type Cached struct {
	CacheControl string `header:"Cache-Control" doc:"How long a cache may hold it"`
	Vary         string `header:"Vary" doc:"What the answer depends on"`
}

// CachedFor lets caches, CloudFront among them, show an answer for fresh, and for stale more while they fetch a newer one: so nobody sees
// one that is older than both together. Both are whole seconds.
func CachedFor(fresh, stale time.Duration) Cached {
	return Cached{fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d", int(fresh.Seconds()), int(stale.Seconds())), "X-Marketplace"}
}

// Location says where what was made, or what is still open, can be read.
type Location struct {
	Location string `header:"Location" doc:"Where to read it"`
}

// RetryAfter says when to look again; make it with After.
type RetryAfter struct {
	Seconds string `header:"Retry-After" doc:"Seconds to wait before asking again"`
}

// After returns a wait in whole seconds, rounded up and at least 1.
func After(d time.Duration) RetryAfter { return RetryAfter{Seconds: strconv.Itoa(seconds(d))} }

// Replayed marks an answer that was stored by an earlier attempt with the same key; make it with Replay.
type Replayed struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true if this is the stored answer of an earlier attempt"`
}

// Replay returns the mark of a stored answer, or nothing for a first one.
func Replay(replayed bool) Replayed {
	if replayed {
		return Replayed{Replayed: "true"}
	}
	return Replayed{}
}

func seconds(d time.Duration) int {
	return int(max(1, (d+time.Second-1)/time.Second))
}
