package inventory

import (
	"context"
	"encoding/json"
	"fmt"

	"rialto/functions/internal/chunks"
	"rialto/functions/internal/rows"
)

// HandleFeedChunk books a chunk of a seller's feed as Apply does.
func (s *Service) HandleFeedChunk(ctx context.Context, c chunks.Chunk) (rows.Report, error) {
	changes := make([]Change, len(c.Rows))
	for i, raw := range c.Rows {
		if err := json.Unmarshal(raw, &changes[i]); err != nil {
			return rows.Report{}, fmt.Errorf("read row of line %d: %w", c.Lines[i], err)
		}
	}
	return s.Apply(ctx, changes)
}
