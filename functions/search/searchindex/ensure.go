package searchindex

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rialto/functions/marketplaces"
)

// Ensure makes a marketplace's index and its alias unless the alias is there. Whoever of several does it, the
// alias is there when any of them returns. Errors: search_unavailable.
func (x *Index) Ensure(ctx context.Context, m marketplaces.Marketplace) error {
	alias := x.alias(m)
	for range 3 {
		there, err := x.exists(ctx, alias)
		if err != nil || there {
			return err
		}
		list, err := x.indexes(ctx, m)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(i index) bool { return i.has(alias) }) {
			return nil // another was faster between the two questions
		}
		// An index comes with its alias, so one that is neither being built nor kept has lost it.
		for _, i := range slices.Backward(list) {
			if len(i.aliases) == 0 {
				if err := x.call(ctx, writing, http.MethodPut, "/"+i.name+"/_alias/"+alias, object{"is_write_index": true}, nil); err != nil {
					return fmt.Errorf("name index: %w", err)
				}
				return nil
			}
		}
		_, err = x.create(ctx, m, list, alias)
		if !refused(err, "resource_already_exists_exception") { // another was faster
			return err
		}
	}
	return fmt.Errorf("make index: %s comes and goes", alias)
}

// create makes the next index, reached by a name.
func (x *Index) create(ctx context.Context, m marketplaces.Marketplace, there []index, alias string) (string, error) {
	n := 1
	if len(there) > 0 {
		n = there[len(there)-1].n + 1
	}
	name := fmt.Sprintf("%s-%06d", x.alias(m), n)
	made := definition(m.Language, x.shards)
	made["aliases"] = object{alias: object{"is_write_index": true}}
	if err := x.call(ctx, writing, http.MethodPut, "/"+name, made, nil); err != nil {
		return "", fmt.Errorf("make index: %w", err)
	}
	return name, nil
}

// index is one of a marketplace's.
type index struct {
	name    string
	n       int
	aliases []string
	hash    string // of the definition it was made by
}

func (i index) has(alias string) bool { return slices.Contains(i.aliases, alias) }

// indexes lists all of a marketplace's, by their numbers.
func (x *Index) indexes(ctx context.Context, m marketplaces.Marketplace) ([]index, error) {
	var there map[string]struct {
		Aliases  map[string]any `json:"aliases"`
		Mappings struct {
			Meta struct {
				Definition string `json:"definition"`
			} `json:"_meta"`
		} `json:"mappings"`
	}
	if err := x.call(ctx, writing, http.MethodGet, "/"+x.alias(m)+"-*", nil, &there); err != nil {
		return nil, fmt.Errorf("list indexes: %w", err)
	}
	var list []index
	for name, i := range there {
		n, err := strconv.Atoi(strings.TrimPrefix(name, x.alias(m)+"-"))
		if err != nil {
			continue // none of ours
		}
		one := index{name: name, n: n, hash: i.Mappings.Meta.Definition}
		for a := range i.Aliases {
			one.aliases = append(one.aliases, a)
		}
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b index) int { return a.n - b.n })
	return list, nil
}

func (x *Index) exists(ctx context.Context, alias string) (bool, error) {
	err := x.call(ctx, writing, http.MethodGet, "/_alias/"+alias, nil, nil)
	var r *refusal
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &r) && r.Status == http.StatusNotFound:
		return false, nil
	}
	return false, fmt.Errorf("look for index: %w", err)
}
