package catalogstore

import (
	"context"
	"fmt"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

// A variant's place among its parent's stands in an item of its own, so that one is written where one changes; its key has the
// values, so that no two have the same:
//
//	variant#<parent>#<values>   in the index under variants#<parent>, by the values
const (
	variantPrefix  = "variant#"
	variantsPrefix = "variants#"
	maxRank        = 512 // bytes
)

type variant struct {
	List    string           `dynamodbav:"category_id"`
	Rank    string           `dynamodbav:"rank"`
	Product string           `dynamodbav:"product"`
	Options []catalog.Option `dynamodbav:"options"`
}

func variantKey(v catalog.Variant) store.Key {
	return store.Key{PK: variantPrefix + v.ParentID + "#" + v.Key()}
}

// place is the writes of a page that leaves a place among variants, or takes one.
func place(leaves, joins *catalog.Variant) []store.Write {
	var writes []store.Write
	if leaves != nil && (joins == nil || variantKey(*leaves) != variantKey(*joins)) {
		writes = append(writes, store.Delete(table, variantKey(*leaves)).If(store.Any(store.Absent(), store.Eq("product", leaves.ProductID))).
			Named("place left"))
	}
	if joins != nil {
		writes = append(writes, store.Put(table, variantKey(*joins), variant{variantsPrefix + joins.ParentID, joins.Key(), joins.ProductID, joins.Options}).
			If(store.Any(store.Absent(), store.Eq("product", joins.ProductID))).Named("place"))
	}
	return writes
}

// VariantLike returns the product that is the variant with the values of another, "" for none.
func (s *Store) VariantLike(ctx context.Context, v catalog.Variant) (string, error) {
	i, err := s.DB.Get(ctx, table, variantKey(v))
	if err != nil || i == nil {
		return "", err
	}
	r, err := variantOf(i)
	return r.Product, err
}

// Variants returns up to limit variants of a parent after a place ("" for the first), by their values, and the place that the next
// page goes on after, "" on the last. The index may be a moment behind.
func (s *Store) Variants(ctx context.Context, parent, after string, limit int) ([]catalog.Variant, string, error) {
	list := variantsPrefix + parent
	q := store.Query{Table: table, Index: index, HashAttr: "category_id", Hash: list, SortAttr: "rank", Limit: limit}
	if len(after) > maxRank {
		return nil, "", fault.ErrCursor
	}
	if after != "" {
		q.After = store.Item{"pk": text(variantPrefix + parent + "#" + after), "category_id": text(list), "rank": text(after)}
	}
	page, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list variants: %w", err)
	}
	var out []catalog.Variant
	last := ""
	for _, i := range page.Items {
		r, err := variantOf(i)
		if err != nil {
			return nil, "", err
		}
		out, last = append(out, catalog.Variant{ParentID: parent, ProductID: r.Product, Options: r.Options}), r.Rank
	}
	if page.Next == nil {
		last = ""
	}
	return out, last, nil
}

func variantOf(i store.Item) (variant, error) {
	var r variant
	if err := store.Unmarshal(i, &r); err != nil {
		return r, fmt.Errorf("read variant: %w", err)
	}
	return r, nil
}
