package catalogstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

// Page returns up to limit products of a category after a rank ("" for the first), by rank, and the rank that
// the next page goes on after, "" on the last. The index may be a moment behind the products. It fails with
// invalid_cursor on an after that is no rank.
func (s *Store) Page(ctx context.Context, category, after string, limit int) ([]catalog.Product, string, error) {
	q := store.Query{Table: table, Index: index, HashAttr: "category_id", Hash: category, SortAttr: "rank", Limit: limit}
	if after != "" {
		_, id, _ := strings.Cut(after, "#")
		if rankOf(id) != after {
			return nil, "", fault.ErrCursor
		}
		q.After = store.Item{"pk": text(id), "category_id": text(category), "rank": text(after)}
	}
	page, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list products: %w", err)
	}
	var out []catalog.Product
	for _, i := range page.Items {
		p, err := productOf(i)
		if err != nil {
			return nil, "", err
		}
		out = append(out, p)
	}
	if page.Next == nil || len(out) == 0 {
		return out, "", nil
	}
	return out, rankOf(out[len(out)-1].ID), nil
}

func text(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
