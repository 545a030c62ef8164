package search

import (
	"context"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// releases has an index of this release in US, one of an earlier in DE, and none elsewhere.
type releases struct{ rolledBack []string }

func (r *releases) State(_ context.Context, m marketplaces.Marketplace) (exists, current bool, err error) {
	return m.Code == "US" || m.Code == "DE", m.Code == "US", nil
}

func (r *releases) Rollback(_ context.Context, m marketplaces.Marketplace) error {
	r.rolledBack = append(r.rolledBack, m.Code)
	return nil
}

// Seen to catch: a marketplace without an index that is rebuilt; a rebuild that is begun with too little time for a page.
func TestReindexDoesWhatItIsAskedTo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		in         ReindexInput
		want       ReindexOutput
		rolledBack []string
		code       string
	}{
		"all":          {in: ReindexInput{}, want: ReindexOutput{Marketplaces: []string{"DE", "US"}}},
		"outdated":     {in: ReindexInput{Outdated: true}, want: ReindexOutput{Marketplaces: []string{"DE"}}},
		"rollback":     {in: ReindexInput{Marketplace: "DE", Rollback: true}, rolledBack: []string{"DE"}},
		"unknown":      {in: ReindexInput{Marketplace: "XX", Rollback: true}, code: "unknown_marketplace"},
		"no time left": {in: ReindexInput{Marketplace: "US", Progress: Progress{Written: 3}}, want: ReindexOutput{Progress: Progress{Written: 3}}},
	} {
		x := &releases{}
		ctx, cancel := context.WithDeadline(t.Context(), now.AddDate(100, 0, 0)) // by the rebuilder's own clock
		r := &Rebuilder{Releases: x, Now: func() time.Time { return now.AddDate(100, 0, 0).Add(time.Second - margin) }}
		got, err := r.Reindex(ctx, c.in)
		cancel()
		if d := gocmp.Diff(c.want, got) + gocmp.Diff(c.rolledBack, x.rolledBack); d != "" || fault.Code(err) != c.code {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
}
