package shoppers

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

// The same seed makes up the same, another one something else, and everything that may go other than well does.
func TestASeedIsAllThereIs(t *testing.T) {
	t.Parallel()
	o := Options{Seed: 1, Shoppers: 200, Visits: 2, Marketplace: "US", Now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), Spread: 6 * 24 * time.Hour,
		Products: MadeUp(100, "USD")}
	first, truth, err := Generate(o)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Generate(o)
	if err != nil {
		t.Fatal(err)
	}
	same := func(a, b Request) bool { return bytes.Equal(a.Body, b.Body) && a.Agent == b.Agent && a.Key == b.Key }
	if !slices.EqualFunc(first, again, same) {
		t.Error("the same seed gives something else")
	}
	o.Seed = 2
	other, _, err := Generate(o)
	if err != nil || slices.EqualFunc(first, other, same) {
		t.Errorf("another seed gives the same: %v", err)
	}
	if len(truth.Events) < 1000 || len(truth.Bots) == 0 || len(truth.Invalid) == 0 || len(truth.Refused) == 0 || truth.Copies == 0 {
		t.Errorf("%d events, %d of bots, %d invalid, %d refused, %d copies", len(truth.Events), len(truth.Bots), len(truth.Invalid), len(truth.Refused),
			truth.Copies)
	}
}
