package searchindex

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// previous is the name of the index that a rebuilt one took the place of.
func (x *Index) previous(m marketplaces.Marketplace) string { return x.alias(m) + "-previous" }

// Begin returns the index that is being built, and makes one if there is none of this release. From its return on
// every Write goes there too. Errors: search_unavailable.
func (x *Index) Begin(ctx context.Context, m marketplaces.Marketplace) (string, error) {
	if err := x.Ensure(ctx, m); err != nil {
		return "", err
	}
	list, err := x.indexes(ctx, m)
	if err != nil {
		return "", err
	}
	for _, i := range list {
		if !i.has(x.building(m)) {
			continue
		}
		if i.hash == x.hash(m) {
			return i.name, nil // one that was left half built is filled from the beginning, under higher numbers
		}
		if err := x.call(ctx, writing, http.MethodDelete, "/"+i.name, nil, nil); err != nil {
			return "", fmt.Errorf("drop a half built index: %w", err)
		}
	}
	return x.create(ctx, m, list, x.building(m))
}

// hash is what an index of this release carries.
func (x *Index) hash(m marketplaces.Marketplace) string {
	meta := definition(m.Language, x.shards)["mappings"].(object)["_meta"].(object)
	return meta["definition"].(string)
}

// Fill puts documents into the index that is being built. Errors: search_unavailable.
func (x *Index) Fill(ctx context.Context, index string, docs []search.Document) error {
	if len(docs) == 0 {
		return nil
	}
	outcomes, err := x.bulk(ctx, docs, target{name: index})
	if err != nil {
		return fmt.Errorf("fill index: %w", err)
	}
	for _, o := range outcomes {
		err = errors.Join(err, o.err())
	}
	return err
}

// Documents returns the documents that an index has of products, tombstones too, whether searches see them yet or not.
func (x *Index) Documents(ctx context.Context, index string, ids []string) (map[string]search.Document, error) {
	out := map[string]search.Document{}
	if len(ids) == 0 {
		return out, nil
	}
	var answer struct {
		Docs []struct {
			Found  bool            `json:"found"`
			Source search.Document `json:"_source"`
		} `json:"docs"`
	}
	if err := x.call(ctx, writing, http.MethodPost, "/"+index+"/_mget", object{"ids": ids}, &answer); err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	for _, d := range answer.Docs {
		if d.Found {
			out[d.Source.ProductID] = d.Source
		}
	}
	return out, nil
}

// ProductIDs returns up to limit products that an index shows, by id, after one ("" for the first). Call Refresh before the
// first page.
func (x *Index) ProductIDs(ctx context.Context, index, after string, limit int) ([]string, error) {
	return x.page(ctx, index, object{"term": object{"deleted": false}}, after, limit)
}

// Tombstones returns up to limit products that the marketplace's index has had tombstones of since a time, by id.
func (x *Index) Tombstones(ctx context.Context, m marketplaces.Marketplace, since time.Time, after string, limit int) ([]string, error) {
	return x.page(ctx, x.alias(m), object{"bool": object{"filter": []object{
		{"term": object{"deleted": true}}, {"range": object{"indexed_at": object{"gte": since.UTC().Format(time.RFC3339Nano)}}}}}}, after, limit)
}

// Refresh makes all that was written to an index visible to searches; "" is the marketplace's.
func (x *Index) Refresh(ctx context.Context, m marketplaces.Marketplace, index string) error {
	if index == "" {
		index = x.alias(m)
	}
	if err := x.call(ctx, writing, http.MethodPost, "/"+index+"/_refresh", nil, nil); err != nil {
		return fmt.Errorf("refresh: %w", err)
	}
	return nil
}

func (x *Index) page(ctx context.Context, index string, query object, after string, limit int) ([]string, error) {
	body := object{"query": query, "size": limit, "_source": false, "sort": []object{{"product_id": object{"order": "asc"}}}}
	if after != "" {
		body["search_after"] = []string{after}
	}
	var answer struct {
		Hits struct {
			Hits []struct {
				ID string `json:"_id"`
			} `json:"hits"`
		} `json:"hits"`
	}
	if err := x.call(ctx, writing, http.MethodPost, "/"+index+"/_search?allow_partial_search_results=false", body, &answer); err != nil {
		return nil, fmt.Errorf("list index: %w", err)
	}
	var list []string
	for _, h := range answer.Hits.Hits {
		list = append(list, h.ID)
	}
	return list, nil
}

// Publish gives the marketplace's name to the index that was built, in one step: a search finds the one or the other.
// What it takes the place of is kept, and what that took the place of is deleted. One that is published already is a
// success; one that is no longer being built fails with rebuild_lost.
func (x *Index) Publish(ctx context.Context, m marketplaces.Marketplace, name string) error {
	list, err := x.indexes(ctx, m)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(list, func(i index) bool { return i.name == name })
	switch {
	case n >= 0 && list[n].has(x.alias(m)):
		return nil
	case n < 0 || !list[n].has(x.building(m)):
		return fault.New(fault.Conflict, "rebuild_lost", "the index that was built is gone, or no longer the one being built")
	}
	var actions []object
	act := func(what, index, alias string) {
		o := object{"index": index}
		if alias != "" {
			o["alias"] = alias
		}
		actions = append(actions, object{what: o})
	}
	for _, i := range list {
		switch {
		case i.has(x.alias(m)):
			act("remove", i.name, x.alias(m))
			act("add", i.name, x.previous(m))
		case i.has(x.previous(m)):
			act("remove_index", i.name, "")
		}
	}
	act("remove", name, x.building(m))
	actions = append(actions, object{"add": object{"index": name, "alias": x.alias(m), "is_write_index": true}})
	if err := x.call(ctx, writing, http.MethodPost, "/_aliases", object{"actions": actions}, nil); err != nil {
		return fmt.Errorf("swap indexes: %w", err)
	}
	return nil
}

// Rollback gives the marketplace's name back to the index that was published before; the one that had it is kept in
// turn. It fails with nothing_kept if there is none.
func (x *Index) Rollback(ctx context.Context, m marketplaces.Marketplace) error {
	list, err := x.indexes(ctx, m)
	if err != nil {
		return err
	}
	var actions []object
	kept := false
	for _, i := range list {
		switch {
		case i.has(x.alias(m)):
			actions = append(actions, object{"remove": object{"index": i.name, "alias": x.alias(m)}},
				object{"add": object{"index": i.name, "alias": x.previous(m)}})
		case i.has(x.previous(m)):
			kept = true
			actions = append(actions, object{"remove": object{"index": i.name, "alias": x.previous(m)}},
				object{"add": object{"index": i.name, "alias": x.alias(m), "is_write_index": true}})
		}
	}
	if !kept {
		return fault.New(fault.NotFound, "nothing_kept", "no index is kept from before a rebuild")
	}
	if err := x.call(ctx, writing, http.MethodPost, "/_aliases", object{"actions": actions}, nil); err != nil {
		return fmt.Errorf("swap indexes: %w", err)
	}
	return nil
}

// State tells whether a marketplace has an index, and whether that is of this release.
func (x *Index) State(ctx context.Context, m marketplaces.Marketplace) (exists, current bool, err error) {
	list, err := x.indexes(ctx, m)
	for _, i := range list {
		if i.has(x.alias(m)) {
			return true, i.hash == x.hash(m), nil
		}
	}
	return false, false, err
}
