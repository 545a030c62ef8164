package inventory

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// tieBreak tells in which order an order goes to centres that are equally near: by a hash of both where a sku that it wants
// is divided, so that orders of a hot one are spread over all centres that serve them alike; by name where none is, so
// that what is left of a cold one is left together.
func tieBreak(wants []Want, stock []Stock, order string) func(centre string) uint64 {
	need := demand(wants)
	if !slices.ContainsFunc(stock, func(s Stock) bool { return s.Divided && need[s.SKU] > 0 }) {
		return func(string) uint64 { return 0 }
	}
	return func(centre string) uint64 {
		sum := sha256.Sum256([]byte(centre + "#" + order))
		return binary.BigEndian.Uint64(sum[:])
	}
}
