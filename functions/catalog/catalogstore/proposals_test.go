package catalogstore

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: a name that is proposed again and forgets what was decided; a page that begins where the last one did.
func TestProposals(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		list := []catalog.Proposal{{Name: "Ant farms", Under: "other", SellerID: "a", At: at}, {Name: "Bee hives", Under: "garden", SellerID: "b", At: at},
			{Name: "Cat flaps", Under: "other", SellerID: "c", At: at}}
		for _, p := range list {
			for range 2 {
				if err := s.Propose(ctx, p); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Decide(ctx, catalog.Proposal{Name: "bee hive", Decided: "garden-tools"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Propose(ctx, list[1]); err != nil {
			t.Fatal(err)
		}
		list[1].Decided = "garden-tools"
		if p, err := s.Proposed(ctx, list[1].Key()); err != nil || p != list[1] {
			t.Error(p, err)
		}
		if p, err := s.Proposed(ctx, "nothing"); err != nil || p != (catalog.Proposal{}) {
			t.Error(p, err)
		}
		first, next, err := s.Proposals(ctx, "", 2)
		if err != nil || next == "" {
			t.Fatal(first, next, err)
		}
		rest, end, err := s.Proposals(ctx, next, 2)
		if d := cmp.Diff(list, append(first, rest...)); err != nil || end != "" || d != "" {
			t.Error(end, err, d)
		}
	})
}
