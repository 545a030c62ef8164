// Package searchstore keeps, in the table projections, the last number that was drawn for a product in a marketplace's
// index, what events told of the product's rating, its vector, and marketplaces' own synonyms. Keys: <product_id>#<marketplace>,
// <product_id>#rating, <product_id>#meaning and <marketplace>#synonyms.
package searchstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/search"
)

const table = "projections"

// Store is the only code that knows the keys of projections.
type Store struct{ DB store.DB }

func keyOf(product, marketplace string) store.Key { return store.Key{PK: product + "#" + marketplace} }

// Next draws a number above all that were drawn before for the product in the marketplace, from 1. A number may
// be drawn and not used.
func (s *Store) Next(ctx context.Context, product, marketplace string) (int64, error) {
	i, err := s.DB.Apply(ctx, store.Update(table, keyOf(product, marketplace)).Add("n", 1).Named("projection"))
	if err != nil {
		if r, ok := store.AsRefused(err); ok && r.Transient() {
			return 0, errBusy.Because(err)
		}
		return 0, fmt.Errorf("draw number: %w", err)
	}
	return number(i)
}

// Last returns the last numbers that were drawn for products in the marketplace, each read consistently. It has none of
// products that none was drawn for.
func (s *Store) Last(ctx context.Context, marketplace string, products ...string) (map[string]int64, error) {
	gets := make([]store.Get, len(products))
	for n, id := range products {
		gets[n] = store.Get{Table: table, Key: keyOf(id, marketplace)}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("read numbers: %w", err)
	}
	out := make(map[string]int64, len(items))
	for _, i := range items {
		key, ok := i["pk"].(*types.AttributeValueMemberS)
		if !ok {
			return nil, fmt.Errorf("read numbers: a projection has no key")
		}
		id := strings.TrimSuffix(key.Value, "#"+marketplace)
		if out[id], err = number(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func ratingKey(product string) store.Key { return store.Key{PK: product + "#rating"} }

// SaveRating writes a rating unless one of the same or a higher version stands there.
func (s *Store) SaveRating(ctx context.Context, r search.ProductRating) error {
	return store.Explained("save rating", store.ApplyNewer(ctx, s.DB, store.Put(table, ratingKey(r.ProductID), r).Named("rating"), r.Version), errBusy)
}

var errBusy = fault.New(fault.Throttled, "search_throttled", "the product changes too fast to be indexed")

// Ratings returns the ratings there are, by product, each read consistently.
func (s *Store) Ratings(ctx context.Context, products ...string) (map[string]search.ProductRating, error) {
	gets := make([]store.Get, len(products))
	for n, id := range products {
		gets[n] = store.Get{Table: table, Key: ratingKey(id)}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("read ratings: %w", err)
	}
	out := make(map[string]search.ProductRating, len(items))
	for _, i := range items {
		var r search.ProductRating
		if err := store.Unmarshal(i, &r); err != nil {
			return nil, fmt.Errorf("read rating: %w", err)
		}
		out[r.ProductID] = r
	}
	return out, nil
}

// meant is a vector as it is kept: its numbers as bytes.
type meant struct {
	ProductID string `dynamodbav:"product_id"`
	Words     string `dynamodbav:"words"`
	Vector    []byte `dynamodbav:"vector"`
	Version   int64  `dynamodbav:"version"`
	Shown     bool   `dynamodbav:"shown"`
}

func meaningKey(product string) store.Key { return store.Key{PK: product + "#meaning"} }

// SaveMeaning writes a vector unless one of a later version of the product stands there.
func (s *Store) SaveMeaning(ctx context.Context, m search.Meant) error {
	kept := meant{m.ProductID, m.Words, m.Vector.Bytes(), m.Version, m.Shown}
	w := store.Put(table, meaningKey(m.ProductID), kept).If(store.Any(store.Absent(), store.Lt("version", m.Version+1))).Named("meaning")
	_, err := s.DB.Apply(ctx, w)
	if _, failed := store.FailedCondition(err); failed { // what stands is newer
		return nil
	}
	return store.Explained("save meaning", err, errBusy)
}

// Meanings returns the vectors there are, by product, each read consistently.
func (s *Store) Meanings(ctx context.Context, products ...string) (map[string]search.Meant, error) {
	gets := make([]store.Get, len(products))
	for n, id := range products {
		gets[n] = store.Get{Table: table, Key: meaningKey(id)}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("read meanings: %w", err)
	}
	out := make(map[string]search.Meant, len(items))
	for _, i := range items {
		m, err := meantOf(i)
		if err != nil {
			return nil, fmt.Errorf("read meaning: %w", err)
		}
		out[m.ProductID] = m
	}
	return out, nil
}

func meantOf(i store.Item) (search.Meant, error) {
	var m meant
	err := store.Unmarshal(i, &m)
	return search.Meant{ProductID: m.ProductID, Words: m.Words, Vector: search.VectorFrom(m.Vector), Version: m.Version, Shown: m.Shown}, err
}

type synonyms struct {
	Groups search.Synonyms `dynamodbav:"groups"`
}

func synonymsKey(marketplace string) store.Key { return store.Key{PK: marketplace + "#synonyms"} }

// Synonyms returns a marketplace's own, none if none were saved.
func (s *Store) Synonyms(ctx context.Context, marketplace string) (search.Synonyms, error) {
	i, err := s.DB.Get(ctx, table, synonymsKey(marketplace))
	if err != nil || i == nil {
		return nil, err
	}
	var kept synonyms
	err = store.Unmarshal(i, &kept)
	return kept.Groups, err
}

// SaveSynonyms replaces a marketplace's own.
func (s *Store) SaveSynonyms(ctx context.Context, marketplace string, list search.Synonyms) error {
	_, err := s.DB.Apply(ctx, store.Put(table, synonymsKey(marketplace), synonyms{list}).Named("synonyms"))
	return store.Explained("save synonyms", err, errBusy)
}

func number(i store.Item) (int64, error) {
	n, ok := i["n"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("read number: the projection has none")
	}
	return strconv.ParseInt(n.Value, 10, 64)
}

// Description is what projections has of a product besides numbers: its rating, or its vector.
type Description struct {
	Rating search.ProductRating
	Meant  search.Meant
}

// Scan lists the whole table.
type Scan struct{ DB store.Scanner }

// Descriptions returns the ratings and vectors of one of the parts of the table, from 0, as they were a moment ago, each by itself, and
// what the next page goes on after, "" on the last.
func (s Scan) Descriptions(ctx context.Context, part, parts int, after string) (list []Description, next string, err error) {
	scan := store.Scan{Table: table, Segment: part, Segments: parts, Eventual: true}
	if after != "" {
		scan.After = store.Item{"pk": &types.AttributeValueMemberS{Value: after}}
	}
	page, err := s.DB.Scan(ctx, scan)
	if err != nil {
		return nil, "", fmt.Errorf("list all projections: %w", err)
	}
	for _, i := range page.Items {
		var d Description
		switch _, of, _ := strings.Cut(store.KeyOf(i).PK, "#"); of {
		case "rating":
			err = store.Unmarshal(i, &d.Rating)
		case "meaning":
			d.Meant, err = meantOf(i)
		default:
			continue
		}
		if err != nil {
			return nil, "", fmt.Errorf("read projection: %w", err)
		}
		list = append(list, d)
	}
	return list, store.KeyOf(page.Next).PK, nil
}
