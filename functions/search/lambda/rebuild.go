package main

import (
	"context"
	"time"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
	"rialto/functions/search/searchindex"
)

// margin is what an invocation of reindex leaves of its time, for the page it is at.
const margin = 20 * time.Second

// reindexInput asks for a rebuild of one marketplace's index to be gone on with, for its Rollback to the index before,
// or, without a marketplace, for a list of those that have an index: all, or those whose index an earlier release made.
type reindexInput struct {
	Marketplace string          `json:"marketplace"`
	Progress    search.Progress `json:"progress"`
	Rollback    bool            `json:"rollback"`
	Outdated    bool            `json:"outdated"`
}

type reindexOutput struct {
	Progress     search.Progress `json:"progress,omitzero"`
	Marketplaces []string        `json:"marketplaces,omitempty"`
}

// reindex works until shortly before its invocation ends, and answers with how far it came.
func reindex(s *search.Service, x *searchindex.Index) func(context.Context, reindexInput) (reindexOutput, error) {
	return func(ctx context.Context, in reindexInput) (out reindexOutput, err error) {
		if in.Marketplace == "" {
			out.Marketplaces, err = indexed(ctx, x, in.Outdated)
			return out, err
		}
		if in.Rollback {
			m, err := marketplaces.Lookup(in.Marketplace)
			if err != nil {
				return out, err
			}
			return out, x.Rollback(ctx, m)
		}
		end, limited := ctx.Deadline()
		out.Progress, err = s.Rebuild(ctx, in.Marketplace, in.Progress, func() bool { return limited && time.Until(end) < margin })
		return out, err
	}
}

func indexed(ctx context.Context, x *searchindex.Index, outdated bool) (codes []string, err error) {
	for _, m := range marketplaces.All() {
		there, current, err := x.State(ctx, m)
		if err != nil {
			return nil, err
		}
		if there && !(outdated && current) {
			codes = append(codes, m.Code)
		}
	}
	return codes, nil
}
