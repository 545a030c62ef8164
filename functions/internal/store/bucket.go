package store

import "hash/fnv"

// Bucket says in which of so many buckets something belongs, from 0. Items lie by it, so it is the same for ever.
func Bucket(of string, buckets int) int {
	h := fnv.New32a()
	h.Write([]byte(of)) // a hash takes all
	return int(h.Sum32() % uint32(buckets))
}
