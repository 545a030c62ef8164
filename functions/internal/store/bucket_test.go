package store_test

import (
	"testing"

	"rialto/functions/internal/store"
)

// What lies in a bucket is looked for there, whichever release put it there: FNV-1a of 32 bits (www.isthe.com/chongo/tech/comp/fnv).
// Seen to catch: FNV-1 in its place.
func TestABucketStaysWhereItIs(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]int{"": 0x811c9dc5 % 1000, "a": 0xe40c292c % 1000, "foobar": 0xbf9cf968 % 1000} {
		if got := store.Bucket(of, 1000); got != want {
			t.Errorf("%q is in %d, not in %d", of, got, want)
		}
	}
}
