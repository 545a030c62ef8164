package store_test

import (
	"context"
	"fmt"
	"testing"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

// The segments of a scan hold every item of a table once, whatever the size of pages.
func TestAScanReadsEveryItemOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		for n := range 60 {
			apply(t, db, store.Put("offers", store.Key{PK: fmt.Sprint("p", n%20), SK: fmt.Sprint(n)}, record{N: int64(n)}))
			apply(t, db, store.Put("carts", store.Key{PK: fmt.Sprint("c", n)}, record{N: int64(n)}))
		}
		for _, table := range []string{"offers", "carts"} {
			for _, segments := range []int{0, 1, 3} {
				seen := map[int64]int{}
				for segment := range max(1, segments) {
					s := store.Scan{Table: table, Segment: segment, Segments: segments, Limit: 7}
					for {
						page, err := db.(store.Scanner).Scan(context.Background(), s)
						if err != nil || len(page.Items) > 7 {
							t.Fatal(len(page.Items), err)
						}
						for _, i := range page.Items {
							var r record
							if err := store.Unmarshal(i, &r); err != nil {
								t.Fatal(err)
							}
							seen[r.N]++
						}
						if s.After = page.Next; page.Next == nil {
							break
						}
					}
				}
				for n := range int64(60) {
					if seen[n] != 1 {
						t.Errorf("%s in %d segments: item %d came %d times", table, segments, n, seen[n])
					}
				}
			}
		}
	})
}
