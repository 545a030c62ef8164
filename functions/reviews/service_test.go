package reviews_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
	"rialto/functions/orders"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsstore"
)

var (
	ctx   = context.Background()
	noon  = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	north = ids.Derive(ids.Seller, "north")
)

// world has the order ord_1 of cus_1, with parcels of sellers and whether one came.
type world map[string]bool

func (world) Owner(_ context.Context, orderID string) (string, time.Time, error) {
	if orderID != "ord_1" {
		return "", time.Time{}, orders.ErrNotFound
	}
	return "cus_1", noon, nil
}

func (w world) Delivered(_ context.Context, _, sellerID string) (any, delivered bool, err error) {
	delivered, any = w[sellerID]
	return any, delivered, nil
}

func TestRating(t *testing.T) {
	t.Parallel()
	stored := reviewsstore.Store{DB: memory.New()}
	w := world{north: true, "sel_late": false}
	at := noon
	s := &reviews.Service{Store: stored, Orders: w, Shipments: w, Now: func() time.Time { at = at.Add(time.Minute); return at }}
	good := reviews.Rating{OrderID: "ord_1", SellerID: north, CustomerID: "cus_1", Stars: 4, Text: "quick\nand well packed"}
	for code, change := range map[string]func(*reviews.Rating){
		"order_not_found":     func(r *reviews.Rating) { r.CustomerID = "cus_2" },
		"seller_not_in_order": func(r *reviews.Rating) { r.SellerID = "sel_other" },
		"not_delivered":       func(r *reviews.Rating) { r.SellerID = "sel_late" },
		"invalid_rating":      func(r *reviews.Rating) { r.Stars = 6 },
	} {
		r := good
		change(&r)
		if _, _, err := s.Rate(ctx, r, nil); fault.Code(err) != code {
			t.Error(code, err)
		}
	}
	for _, r := range []reviews.Rating{{Stars: 0}, {Stars: -1}, {Stars: 5, Text: strings.Repeat("ä", 1001)}, {Stars: 5, Text: "a\x00"},
		{Stars: 5, Text: "\xff"}} {
		if err := r.Check(); fault.Code(err) != "invalid_rating" {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if _, err := s.Rating(ctx, "cus_1", "ord_1", north); !errors.Is(err, reviews.ErrNoRating) {
		t.Error(err)
	}
	first, created, err := s.Rate(ctx, good, nil)
	if err != nil || !created || first.Version != 1 {
		t.Fatal(first, created, err)
	}
	if again, created, err := s.Rate(ctx, good, nil); err != nil || created || again != first {
		t.Error(again, created, err)
	}
	if tally, err := stored.Tally(ctx, north); err != nil || tally != (reviews.Tally{Stars: 4, Ratings: 1, Changes: 1}) {
		t.Error("the same again counts", tally, err)
	}
	good.Stars = 2
	stale, right := int64(7), int64(1)
	if _, _, err := s.Rate(ctx, good, &stale); !errors.Is(err, reviews.ErrStale) {
		t.Error(err)
	}
	second, created, err := s.Rate(ctx, good, &right)
	if err != nil || created || second.Version != 2 || second.Stars != 2 || !second.CreatedAt.Equal(first.CreatedAt) ||
		second.UpdatedAt.Equal(first.UpdatedAt) {
		t.Error(second, created, err)
	}
	if tally, err := stored.Tally(ctx, north); err != nil || tally != (reviews.Tally{Stars: 2, Ratings: 1, Changes: 2}) || tally.Mean() != 200 {
		t.Error(tally, err)
	}
	if got, err := s.Rating(ctx, "cus_1", "ord_1", north); err != nil || got != second {
		t.Error(got, err)
	}
	if _, err := s.Rating(ctx, "cus_2", "ord_1", north); !errors.Is(err, reviews.ErrNoRating) {
		t.Error("another's rating is seen:", err)
	}
}

func TestMean(t *testing.T) {
	t.Parallel()
	for tally, want := range map[reviews.Tally]int64{{}: 0, {Stars: 5, Ratings: 1}: 500, {Stars: 13, Ratings: 3}: 433, {Stars: 5, Ratings: 3}: 167,
		{Stars: 801, Ratings: 200}: 401, {Stars: 3_000_000_001, Ratings: 1_000_000_000}: 300} {
		if got := tally.Mean(); got != want {
			t.Errorf("%+v: %d, want %d", tally, got, want)
		}
	}
}

// Seen to catch: a text that turns the direction of what stands behind it.
func TestARatingIsTextThatShows(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{"Fast,\n\u00fcberall gut.": "", "\u202edoog": "hidden_characters", "a\u200bb": "hidden_characters",
		"<b>good</b>": "markup", "a\x00b": "bad_text", strings.Repeat("x", reviews.MaxText+1): "bad_text"} {
		var got string
		if f := fault.Of(reviews.Rating{Stars: 5, Text: text}.Check()); len(f.Fields) > 0 {
			got = f.Fields[0].Code
		}
		if got != code {
			t.Errorf("%.20q: %q, want %q", text, got, code)
		}
	}
}
