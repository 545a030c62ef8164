package main

import (
	"context"
	"encoding/json"
	"fmt"

	"rialto/functions/internal/chunks"
	"rialto/functions/internal/rows"
	"rialto/functions/inventory"
)

// fed books chunks of sellers' feeds.
func fed(svc *inventory.Service) func(context.Context, chunks.Chunk) (rows.Report, error) {
	return func(ctx context.Context, c chunks.Chunk) (rows.Report, error) {
		changes := make([]inventory.Change, len(c.Rows))
		for i, raw := range c.Rows {
			if err := json.Unmarshal(raw, &changes[i]); err != nil {
				return rows.Report{}, fmt.Errorf("read row of line %d: %w", c.Lines[i], err)
			}
		}
		return svc.Apply(ctx, changes)
	}
}
