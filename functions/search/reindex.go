package search

import (
	"context"
	"time"

	"rialto/functions/marketplaces"
)

// IndexReleases are the published indexes of all marketplaces: each has the one that is searched and the one before.
type IndexReleases interface {
	// State tells whether a marketplace has an index, and whether that is of this release.
	State(ctx context.Context, m marketplaces.Marketplace) (exists, current bool, err error)
	// Rollback gives the marketplace's name back to the index that was published before.
	Rollback(ctx context.Context, m marketplaces.Marketplace) error
}

// margin is what an invocation leaves of its time, for the page it is at.
const margin = 20 * time.Second

// ReindexInput asks for a rebuild of one marketplace's index to be gone on with, for its Rollback to the index before,
// or, without a marketplace, for a list of those that have an index: all, or those whose index an earlier release made.
type ReindexInput struct {
	Marketplace string   `json:"marketplace"`
	Progress    Progress `json:"progress"`
	Rollback    bool     `json:"rollback"`
	Outdated    bool     `json:"outdated"`
}

// ReindexOutput says how far a rebuild came, or which marketplaces have an index.
type ReindexOutput struct {
	Progress     Progress `json:"progress,omitzero"`
	Marketplaces []string `json:"marketplaces,omitempty"`
}

// Reindex works until shortly before its context's deadline, and answers with how far it came. Errors: those of Rebuild,
// unknown_marketplace, nothing_kept.
func (r *Rebuilder) Reindex(ctx context.Context, in ReindexInput) (out ReindexOutput, err error) {
	if in.Marketplace == "" {
		out.Marketplaces, err = r.indexed(ctx, in.Outdated)
		return out, err
	}
	if in.Rollback {
		m, err := marketplaces.Lookup(in.Marketplace)
		if err != nil {
			return out, err
		}
		return out, r.Releases.Rollback(ctx, m)
	}
	end, limited := ctx.Deadline()
	out.Progress, err = r.Rebuild(ctx, in.Marketplace, in.Progress, func() bool { return limited && end.Sub(r.Now()) < margin })
	return out, err
}

// indexed lists the marketplaces that have an index, or those whose index is of an earlier release.
func (r *Rebuilder) indexed(ctx context.Context, outdated bool) (codes []string, err error) {
	for _, m := range marketplaces.All() {
		exists, current, err := r.Releases.State(ctx, m)
		if err != nil {
			return nil, err
		}
		if exists && !(outdated && current) {
			codes = append(codes, m.Code)
		}
	}
	return codes, nil
}
