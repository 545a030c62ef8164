package api

import (
	"testing"
	"time"
)

// Seen to catch: a time in nanoseconds; an answer that says nothing of the marketplace it is for.
func TestCachesAreToldForHowLong(t *testing.T) {
	t.Parallel()
	want := Cached{"public, max-age=5, stale-while-revalidate=60", "X-Marketplace"}
	if got := CachedFor(5*time.Second, time.Minute); got != want {
		t.Errorf("%+v", got)
	}
}
