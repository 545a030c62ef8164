package searchindex

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// alias is the name that a marketplace's index is reached by.
func (x *Index) alias(m marketplaces.Marketplace) string {
	return x.prefix + "products-" + strings.ToLower(m.Code)
}

// Write puts a document in, and makes the index first if there is none. An index of an earlier release is taught the
// fields that have come since. That one of the same or a higher number is
// there is a success. Errors: search_unavailable.
func (x *Index) Write(ctx context.Context, m marketplaces.Marketplace, d search.Document) error {
	// Without require_alias a domain that makes indexes by itself would guess a mapping.
	path := "/" + x.alias(m) + "/_doc/" + url.PathEscape(d.ProductID) + "?require_alias=true&version_type=external&version=" + strconv.FormatInt(d.N, 10)
	err := x.call(ctx, writing, http.MethodPut, path, d, nil)
	switch {
	case refused(err, "index_not_found_exception"):
		if err := x.Ensure(ctx, m); err != nil {
			return err
		}
		err = x.call(ctx, writing, http.MethodPut, path, d, nil)
	case refused(err, "strict_dynamic_mapping_exception"):
		if err := x.call(ctx, writing, http.MethodPut, "/"+x.alias(m)+"/_mapping", definition(m.Language, x.shards)["mappings"], nil); err != nil {
			return fmt.Errorf("add fields: %w", err)
		}
		err = x.call(ctx, writing, http.MethodPut, path, d, nil)
	}
	if err == nil || refused(err, "version_conflict_engine_exception") {
		return nil
	}
	return fmt.Errorf("write document: %w", err)
}

// Ensure makes a marketplace's index and its alias unless the alias is there. Whoever of several does it, the
// alias is there when any of them returns. Errors: search_unavailable.
func (x *Index) Ensure(ctx context.Context, m marketplaces.Marketplace) error {
	alias := x.alias(m)
	index := alias + "-000001"
	there, err := x.exists(ctx, alias)
	if err != nil || there {
		return err
	}
	made := definition(m.Language, x.shards)
	made["aliases"] = object{alias: object{"is_write_index": true}}
	err = x.call(ctx, writing, http.MethodPut, "/"+index, made, nil)
	if err == nil {
		return nil
	}
	if !refused(err, "resource_already_exists_exception") {
		return fmt.Errorf("make index: %w", err)
	}
	// Another was faster. An index comes with its alias, so one without has lost it.
	if there, err = x.exists(ctx, alias); err != nil || there {
		return err
	}
	err = x.call(ctx, writing, http.MethodPut, "/"+index+"/_alias/"+alias, object{"is_write_index": true}, nil)
	if err != nil {
		return fmt.Errorf("name index: %w", err)
	}
	return nil
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
