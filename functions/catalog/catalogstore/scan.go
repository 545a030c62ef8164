package catalogstore

import (
	"context"
	"fmt"
	"strings"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
)

// ProductScan lists all products, for building anew what is derived from them.
type ProductScan struct{ DB store.Scanner }

// Products returns ids of one of the parts of all products, from 0, up to limit items of the table at a time, and what
// the next page goes on after, "" on the last. A product that is there throughout comes once.
func (s ProductScan) Products(ctx context.Context, part, parts int, after string, limit int) (list []string, next string, err error) {
	scan := store.Scan{Table: table, Segment: part, Segments: parts, Limit: limit}
	if after != "" {
		scan.After = store.Item{"pk": text(after)}
	}
	page, err := s.DB.Scan(ctx, scan)
	if err != nil {
		return nil, "", fmt.Errorf("list all products: %w", err)
	}
	var key struct {
		PK string `dynamodbav:"pk"`
	}
	for _, i := range page.Items {
		if err := store.Unmarshal(i, &key); err != nil {
			return nil, "", fmt.Errorf("read product: %w", err)
		}
		if strings.HasPrefix(key.PK, ids.Product) {
			list = append(list, key.PK)
		}
	}
	if page.Next == nil {
		return list, "", nil
	}
	if err := store.Unmarshal(page.Next, &key); err != nil {
		return nil, "", fmt.Errorf("read product: %w", err)
	}
	return list, key.PK, nil
}
