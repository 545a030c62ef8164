package operate

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// ReindexOptions say what is built: one marketplace's index, or those that are there; Outdated leaves out those that
// this release made. Rollback gives the name back to the index before.
type ReindexOptions struct {
	Marketplace string
	Outdated    bool
	Rollback    bool
	Out         io.Writer
}

const reindexer = "search-reindex"

// Migrate brings the SQL schema up to date and rebuilds the search indexes that an earlier release made. It is part of
// every deployment, and changes nothing the second time.
func (c *Client) Migrate(ctx context.Context, out io.Writer) error {
	if err := c.Invoke(ctx, "customers-migrate", struct{}{}, nil); err != nil {
		return err
	}
	return c.Reindex(ctx, ReindexOptions{Outdated: true, Out: out})
}

// Reindex has search-reindex build indexes anew, one after the other and invocation by invocation, and prints what
// came of each.
func (c *Client) Reindex(ctx context.Context, o ReindexOptions) error {
	codes := []string{o.Marketplace}
	if o.Marketplace == "" {
		var answer struct {
			Marketplaces []string `json:"marketplaces"`
		}
		if err := c.Invoke(ctx, reindexer, map[string]any{"outdated": o.Outdated}, &answer); err != nil {
			return err
		}
		if codes = answer.Marketplaces; len(codes) == 0 && !o.Outdated {
			fmt.Fprintln(o.Out, "no marketplace has an index; name one with MARKETPLACE=")
		}
	}
	for _, code := range codes {
		if o.Rollback {
			if err := c.Invoke(ctx, reindexer, map[string]any{"marketplace": code, "rollback": true}, nil); err != nil {
				return err
			}
			fmt.Fprintf(o.Out, "%s  searches the index before again; what changed since is missing until the next reindex\n", code)
			continue
		}
		if err := c.rebuild(ctx, code, o.Out); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) rebuild(ctx context.Context, code string, out io.Writer) error {
	began := time.Now()
	progress := json.RawMessage("{}")
	for {
		var answer struct {
			Progress json.RawMessage `json:"progress"`
		}
		if err := c.Invoke(ctx, reindexer, map[string]any{"marketplace": code, "progress": progress}, &answer); err != nil {
			return err
		}
		progress = answer.Progress
		var p struct {
			Index, Phase string
			Written      int
			InTables     int `json:"in_tables"`
			InIndex      int `json:"in_index"`
			Repaired     int
		}
		if err := json.Unmarshal(progress, &p); err != nil {
			return fmt.Errorf("read the answer of %s: %w", reindexer, err)
		}
		if p.Phase == "done" {
			fmt.Fprintf(out, "%s  %s: %d documents written; %d in the tables, %d in the index, each compared, %d written again; "+
				"swapped in after %.1f s\n", code, p.Index, p.Written, p.InTables, p.InIndex, p.Repaired, time.Since(began).Seconds())
			return nil
		}
		fmt.Fprintf(out, "%s  %s: %s, %d documents written\n", code, p.Index, p.Phase, p.Written)
	}
}
