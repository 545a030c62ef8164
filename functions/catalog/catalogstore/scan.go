package catalogstore

import (
	"context"
	"fmt"
	"strings"

	"rialto/functions/catalog"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
)

// ProductScan lists all products, for building anew what is derived from them.
type ProductScan struct{ DB store.Scanner }

// Products returns ids of one of the parts of all products, from 0, up to limit items of the table at a time, and what
// the next page goes on after, "" on the last. A product that is there throughout comes once.
func (s ProductScan) Products(ctx context.Context, part, parts int, after string, limit int) (list []string, next string, err error) {
	page, next, err := s.page(ctx, store.Scan{Segment: part, Segments: parts, Limit: limit}, after)
	for _, i := range page {
		list = append(list, store.KeyOf(i).PK)
	}
	return list, next, err
}

// Whole is Products with all that is known of each, as it was a moment ago, and with pages as large as DynamoDB makes them.
func (s ProductScan) Whole(ctx context.Context, part, parts int, after string) (list []catalog.Product, next string, err error) {
	page, next, err := s.page(ctx, store.Scan{Segment: part, Segments: parts, Eventual: true}, after)
	if err != nil {
		return nil, "", err
	}
	for _, i := range page {
		p, err := productOf(i)
		if err != nil {
			return nil, "", err
		}
		list = append(list, p)
	}
	return list, next, nil
}

// page returns the products of the next page of a scan; the table has categories, too.
func (s ProductScan) page(ctx context.Context, scan store.Scan, after string) (list []store.Item, next string, err error) {
	scan.Table = table
	if after != "" {
		scan.After = store.Item{"pk": text(after)}
	}
	page, err := s.DB.Scan(ctx, scan)
	if err != nil {
		return nil, "", fmt.Errorf("list all products: %w", err)
	}
	for _, i := range page.Items {
		if strings.HasPrefix(store.KeyOf(i).PK, ids.Product) {
			list = append(list, i)
		}
	}
	return list, store.KeyOf(page.Next).PK, nil
}

// BuyBoxScan lists all buy boxes, for building anew what is derived from them.
type BuyBoxScan struct{ DB store.Scanner }

// BuyBoxes returns the buy boxes of one of the parts of the table, from 0, as they were a moment ago, and what the next page goes
// on after, "" on the last.
func (s BuyBoxScan) BuyBoxes(ctx context.Context, part, parts int, after string) (list []catalog.BuyBox, next string, err error) {
	scan := store.Scan{Table: buyBoxes, Segment: part, Segments: parts, Eventual: true}
	if product, marketplace, given := strings.Cut(after, "#"); given {
		scan.After = store.Item{"pk": text(product), "sk": text(marketplace)}
	}
	page, err := s.DB.Scan(ctx, scan)
	if err != nil {
		return nil, "", fmt.Errorf("list all buy boxes: %w", err)
	}
	for _, i := range page.Items {
		b, err := buyBoxOf(i)
		if err != nil {
			return nil, "", err
		}
		list = append(list, b)
	}
	if page.Next != nil {
		last := store.KeyOf(page.Next)
		next = last.PK + "#" + last.SK
	}
	return list, next, nil
}
