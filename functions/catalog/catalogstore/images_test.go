package catalogstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: an image among what sellers say of the product; two announcements of which neither sees the other.
func TestImages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		of := func(n string, after time.Duration) catalog.Image {
			return catalog.Image{ID: ids.Derive(ids.Image, n), ProductID: ids.Derive(ids.Product, "p"), SellerID: ids.Derive(ids.Seller, "s"),
				Announced: files.Announced{Bytes: 7, SHA256: "ab", Type: "image/png"}, State: catalog.Awaiting, CreatedAt: at.Add(after),
				UpdatedAt: at.Add(after)}
		}
		a, b, c := of("a", 2), of("b", 1), of("c", 3)
		for n, i := range []catalog.Image{a, b} {
			if err := s.Announce(ctx, i, int64(n), nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Announce(ctx, c, 1, []catalog.Image{a}); !errors.Is(err, catalog.ErrChanged) {
			t.Error("announced on what is no more:", err)
		}
		list, n, err := s.Images(ctx, a.ProductID, a.SellerID)
		if d := cmp.Diff([]catalog.Image{b, a}, list); err != nil || d != "" || n != 2 {
			t.Error(n, err, d)
		}
		if said, _, err := s.Said(ctx, a.ProductID); err != nil || len(said) != 0 {
			t.Error(said, err)
		}
		if listed, _, err := s.OfSeller(ctx, a.SellerID, "", 10); err != nil || len(listed) != 0 {
			t.Error(listed, err)
		}
		was := a
		a.State, a.Reason, a.Width, a.Height, a.File, a.URL = catalog.Accepted, &catalog.Reason{Code: "x", Message: "y"}, 1, 2, "images/f", "https://f"
		for want, from := range map[bool]catalog.ImageState{true: was.State, false: catalog.Refused} {
			if saved, err := s.SaveImage(ctx, a, from); err != nil || saved != want {
				t.Error(from, saved, err)
			}
		}
		got, err := s.Image(ctx, a.ProductID, a.SellerID, a.ID)
		if d := cmp.Diff(a, got); err != nil || d != "" {
			t.Error(err, d)
		}
		if err := s.Announce(ctx, c, 2, []catalog.Image{b}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.ForgetImage(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Image(ctx, a.ProductID, a.SellerID, a.ID); !errors.Is(err, catalog.ErrImageNotFound) {
			t.Error(err)
		}
		if list, _, err := s.Images(ctx, a.ProductID, a.SellerID); err != nil || len(list) != 1 || list[0].ID != c.ID {
			t.Error(list, err)
		}
	})
}
