package inventorystore

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// bySeller lists the stock items of a seller by their products. It holds keys only, and they never change: no hold and no
// count costs it a write, and no checkout. What is left, stock that is new, spreads over the products' ids, which are random, so
// DynamoDB can split the collection of a seller with millions of them.
const bySeller = "by_seller"

// OfSeller returns a seller's units after a place ("" for the first), product by product and centre by centre, and where the next
// page begins, "" on the last. Which there are is what the index says, and may be a moment behind; each is read consistently.
// Errors: invalid_cursor.
func (s Store) OfSeller(ctx context.Context, seller, after string, limit int) ([]inventory.Stock, string, error) {
	q := store.Query{Table: inventoryTable, Index: bySeller, HashAttr: "stock_of", Hash: seller, SortAttr: "product_id", Limit: limit}
	if after != "" {
		pk, centre, ok := strings.Cut(after, "@")
		if !ok || !strings.HasSuffix(pk, "#"+seller) || centre == "" {
			return nil, "", fault.ErrCursor
		}
		text := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
		product, _, _ := strings.Cut(pk, "#")
		q.After = store.Item{"pk": text(pk), "sk": text(centre), "stock_of": text(seller), "product_id": text(product)}
	}
	page, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list seller's stock: %w", err)
	}
	gets := make([]store.Get, len(page.Items))
	for n, i := range page.Items {
		gets[n] = store.Get{Table: inventoryTable, Key: store.KeyOf(i)}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, "", fmt.Errorf("get seller's stock: %w", err)
	}
	out, err := s.whole(ctx, items)
	if err != nil || page.Next == nil || len(gets) == 0 {
		return out, "", err
	}
	last := gets[len(gets)-1].Key
	return out, last.PK + "@" + last.SK, nil
}

// OfSKU returns a sku's units in every centre that ever had some.
func (s Store) OfSKU(ctx context.Context, sku inventory.SKU) ([]inventory.Stock, error) {
	var items []store.Item
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: inventoryTable, Hash: sku.String()}) {
		if err != nil {
			return nil, fmt.Errorf("list stock: %w", err)
		}
		if !strings.HasPrefix(sortKey(i), "!") {
			items = append(items, i)
		}
	}
	return s.whole(ctx, items)
}

// whole makes the units of whole centres of stock items: of what is divided, those of all its shards.
func (s Store) whole(ctx context.Context, items []store.Item) ([]inventory.Stock, error) {
	out := make([]inventory.Stock, 0, len(items))
	for _, i := range items {
		x, err := readStock(i)
		if err != nil {
			return nil, err
		}
		if shards.Divided(i) {
			c, err := s.Count(ctx, x.SKU, x.Centre)
			if err != nil {
				return nil, err
			}
			x = inventory.Sum(x.SKU, x.Centre, c.Shards)
		}
		out = append(out, x)
	}
	return out, s.split(ctx, out)
}
