// Package recommendationsstore keeps what is looked up of models in the table recommendations. Keys:
//
//	serving                                              the version that serves
//	experiment                                           the experiment that runs
//	<version>#neighbours#<kind>#<product>                neighbours of a product
//	<version>#popular#<kind>#<marketplace>#<category>    what is popular
//	<version>#customer#<subject>                         what is known of a customer, by pseudonym
//
// What a version brought is gone a month later, unless it was loaded again.
package recommendationsstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/store"
	"rialto/functions/recommendations"
)

const (
	table      = "recommendations"
	serving    = "serving"
	experiment = "experiment"
	keep       = 30 * 24 * time.Hour
	// atOnce bounds how many writes are under way.
	atOnce = 16
)

var kinds = []recommendations.Kind{recommendations.Bought, recommendations.Viewed, recommendations.Together}

// Store is the only code that knows the keys.
type Store struct {
	DB  store.DB
	Now func() time.Time
}

// record is anything as JSON: it is read whole or not at all.
type record struct {
	Body []byte `dynamodbav:"body"`
	TTL  int64  `dynamodbav:"ttl,omitempty"`
}

func key(parts ...string) store.Key { return store.Key{PK: strings.Join(parts, "#")} }

func neighboursKey(version string, kind recommendations.Kind, product string) store.Key {
	return key(version, "neighbours", string(kind), product)
}

// read fills into from a record; there may be none.
func read(i store.Item, into any) error {
	if i == nil {
		return nil
	}
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	if err := json.Unmarshal(r.Body, into); err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	return nil
}

func (s Store) get(ctx context.Context, k store.Key, into any) error {
	i, err := s.DB.Get(ctx, table, k)
	if err != nil {
		return fmt.Errorf("read %s: %w", table, err)
	}
	return read(i, into)
}

// Serving implements recommendations.Models.
func (s Store) Serving(ctx context.Context) (version string, err error) {
	err = s.get(ctx, key(serving), &version)
	return version, err
}

// Serve implements recommendations.Tables.
func (s Store) Serve(ctx context.Context, version string) error {
	return s.put(ctx, key(serving), version, 0)
}

// Running implements recommendations.Experiments.
func (s Store) Running(ctx context.Context) (e recommendations.Experiment, err error) {
	err = s.get(ctx, key(experiment), &e)
	return e, err
}

// Run implements recommendations.Experiments.
func (s Store) Run(ctx context.Context, e recommendations.Experiment) error {
	return s.put(ctx, key(experiment), e, 0)
}

// near are neighbours by product and kind.
type near = map[string]map[recommendations.Kind][]recommendations.Scored

// Neighbours implements recommendations.Models.
func (s Store) Neighbours(ctx context.Context, version string, products []string) (near, error) {
	var gets []store.Get
	for _, p := range products {
		for _, k := range kinds {
			gets = append(gets, store.Get{Table: table, Key: neighboursKey(version, k, p)})
		}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("read neighbours: %w", err)
	}
	out := near{}
	for _, i := range items {
		var n recommendations.Neighbours
		if err := read(i, &n); err != nil {
			return nil, err
		}
		if out[n.ProductID] == nil {
			out[n.ProductID] = map[recommendations.Kind][]recommendations.Scored{}
		}
		out[n.ProductID][n.Kind] = n.Items
	}
	return out, nil
}

// Popular implements recommendations.Models.
func (s Store) Popular(ctx context.Context, version, marketplace, category, kind string) ([]recommendations.Scored, error) {
	var p recommendations.Popular
	err := s.get(ctx, key(version, "popular", kind, marketplace, category), &p)
	return p.Items, err
}

// Customer implements recommendations.Models.
func (s Store) Customer(ctx context.Context, version, subject string) (c recommendations.Customer, err error) {
	err = s.get(ctx, key(version, "customer", subject), &c)
	return c, err
}

// PutNeighbours implements recommendations.Tables.
func (s Store) PutNeighbours(ctx context.Context, version string, list []recommendations.Neighbours) error {
	return each(ctx, list, func(ctx context.Context, n recommendations.Neighbours) error {
		return s.put(ctx, neighboursKey(version, n.Kind, n.ProductID), n, keep)
	})
}

// PutPopular implements recommendations.Tables.
func (s Store) PutPopular(ctx context.Context, version string, list []recommendations.Popular) error {
	return each(ctx, list, func(ctx context.Context, p recommendations.Popular) error {
		return s.put(ctx, key(version, "popular", p.Kind, p.Marketplace, p.Category), p, keep)
	})
}

// PutCustomers implements recommendations.Tables.
func (s Store) PutCustomers(ctx context.Context, version string, list []recommendations.Customer) error {
	return each(ctx, list, func(ctx context.Context, c recommendations.Customer) error {
		return s.put(ctx, key(version, "customer", c.Subject), c, keep)
	})
}

// each writes a list, some at once.
func each[T any](ctx context.Context, list []T, put func(context.Context, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, x := range list {
		g.Go(func() error { return put(ctx, x) })
	}
	return g.Wait()
}

// put writes a record, which is gone after a time unless that is 0.
func (s Store) put(ctx context.Context, k store.Key, v any, life time.Duration) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	r := record{Body: body}
	if life > 0 {
		r.TTL = s.Now().Add(life).Unix()
	}
	if _, err := s.DB.Apply(ctx, store.Put(table, k, r)); err != nil {
		return fmt.Errorf("write %s: %w", table, err)
	}
	return nil
}
