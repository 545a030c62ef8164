// Package reindex has the deployed search-reindex function build search indexes anew, invocation by invocation.
package reindex

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"rialto/localstack/operator"
)

// Options say what is built: one marketplace's index, or those that are there; Outdated leaves out those that this
// release made. Rollback gives the name back to the index before.
type Options struct {
	Marketplace string
	Outdated    bool
	Rollback    bool
	Out         io.Writer
}

const function = "search-reindex"

// Run builds the indexes one after the other and prints what came of each.
func Run(ctx context.Context, o Options) error {
	codes := []string{o.Marketplace}
	if o.Marketplace == "" {
		var out struct {
			Marketplaces []string `json:"marketplaces"`
		}
		if err := operator.Invoke(ctx, function, map[string]any{"outdated": o.Outdated}, &out); err != nil {
			return err
		}
		if codes = out.Marketplaces; len(codes) == 0 && !o.Outdated {
			fmt.Fprintln(o.Out, "no marketplace has an index; name one with MARKETPLACE=")
		}
	}
	for _, code := range codes {
		if o.Rollback {
			if err := operator.Invoke(ctx, function, map[string]any{"marketplace": code, "rollback": true}, nil); err != nil {
				return err
			}
			fmt.Fprintf(o.Out, "%s  searches the index before again; what changed since is missing until the next reindex\n", code)
			continue
		}
		if err := build(ctx, code, o.Out); err != nil {
			return err
		}
	}
	return nil
}

func build(ctx context.Context, code string, out io.Writer) error {
	began := time.Now()
	progress := json.RawMessage("{}")
	for {
		var answer struct {
			Progress json.RawMessage `json:"progress"`
		}
		if err := operator.Invoke(ctx, function, map[string]any{"marketplace": code, "progress": progress}, &answer); err != nil {
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
			return fmt.Errorf("read the answer of %s: %w", function, err)
		}
		if p.Phase == "done" {
			fmt.Fprintf(out, "%s  %s: %d documents written; %d in the tables, %d in the index, each compared, %d written again; swapped in after %.1f s\n",
				code, p.Index, p.Written, p.InTables, p.InIndex, p.Repaired, time.Since(began).Seconds())
			return nil
		}
		fmt.Fprintf(out, "%s  %s: %s, %d documents written\n", code, p.Index, p.Phase, p.Written)
	}
}
