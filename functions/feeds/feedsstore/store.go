// Package feedsstore keeps feeds. Keys of the table feeds:
//
//	fed_…, feed                              a feed; in the index by_seller, by when it was created
//	fed_…, chunk#<number>                    a chunk that is counted
//	key#<seller>#<idempotency key>, key      the feed that a key made
//	file#<seller>#<etag>, file               the feed that last came with such a file
package feedsstore

import (
	"fmt"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

const (
	feedsTable = "feeds"
	bySeller   = "by_seller"

	feedSK      = "feed"
	chunkPrefix = "chunk#"
)

// Store is the only code that knows these keys.
type Store struct{ DB store.DB }

func feedKey(id string) store.Key { return store.Key{PK: id, SK: feedSK} }
func chunkKey(id string, n int64) store.Key {
	return store.Key{PK: id, SK: fmt.Sprintf("%s%010d", chunkPrefix, n)}
}
func madeKey(seller, key string) store.Key {
	return store.Key{PK: "key#" + seller + "#" + key, SK: "key"}
}
func fileKey(seller, etag string) store.Key {
	return store.Key{PK: "file#" + seller + "#" + etag, SK: "file"}
}

// refusal makes a fault of what may pass later.
func refusal(what string, err error) error { return store.Explained(what, err, errBusy) }

var errBusy = fault.New(fault.Throttled, "feeds_throttled", "too much is asked of this seller's records just now")
