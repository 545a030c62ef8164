package gateway

import (
	"crypto/sha256"
	"encoding/binary"
)

// ids makes identifiers from a seed and one counter a prefix: retrieving something does not move the ids of
// what is created later.
type ids struct {
	seed uint64
	next map[string]uint64
}

func newIDs(seed uint64) *ids { return &ids{seed: seed, next: map[string]uint64{}} }

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// make returns the prefix and n characters of base 62 (n <= 28).
func (s *ids) make(prefix string, n int) string {
	s.next[prefix]++
	h := sha256.New()
	_ = binary.Write(h, binary.BigEndian, []uint64{s.seed, s.next[prefix]})
	h.Write([]byte(prefix))
	out := []byte(prefix)
	for _, b := range h.Sum(nil)[:n] {
		out = append(out, alphabet[int(b)%len(alphabet)])
	}
	return string(out)
}
