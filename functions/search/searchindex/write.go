package searchindex

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// alias is the name that a marketplace's index is reached by.
func (x *Index) alias(m marketplaces.Marketplace) string {
	return x.prefix + "products-" + strings.ToLower(m.Code)
}

// building is the name of the index that is being built beside it, if one is.
func (x *Index) building(m marketplaces.Marketplace) string { return x.alias(m) + "-building" }

// target is an index, or an alias of one, that a document goes to.
type target struct {
	name  string
	alias bool // it must be one: a domain that makes indexes by itself would guess a mapping
}

// Write puts documents in, and makes the index first if there is none. While another index is being built the
// documents go there too, in the same call: which indexes there are is told by OpenSearch alone, and so at the same
// moment for both. An index of an earlier release is taught the fields that have come since. That a document of the
// same or a higher number is there is a success. Errors: search_unavailable.
func (x *Index) Write(ctx context.Context, m marketplaces.Marketplace, docs ...search.Document) error {
	targets := []target{{x.alias(m), true}, {x.building(m), true}}
	for try := 0; ; try++ {
		outcomes, err := x.bulk(ctx, docs, targets...)
		if err != nil {
			return fmt.Errorf("write documents: %w", err)
		}
		missing, older := false, ""
		var problems []error
		for i, o := range outcomes {
			to := targets[i%len(targets)]
			switch o.Cause.Type {
			case "index_not_found_exception":
				if to == targets[1] { // none is being built
					continue
				}
				missing = true
			case "strict_dynamic_mapping_exception":
				older = cmp.Or(older, to.name)
			}
			problems = append(problems, o.err())
		}
		failed := errors.Join(problems...)
		switch {
		case failed == nil || try > 1:
			return failed
		case missing:
			err = x.Ensure(ctx, m)
		case older != "":
			err = x.addFields(ctx, m, older)
		default:
			return failed
		}
		if err != nil {
			return err
		}
	}
}

// addFields adds the fields of this release to an index.
func (x *Index) addFields(ctx context.Context, m marketplaces.Marketplace, index string) error {
	fields := definition(m.Language, x.shards)["mappings"].(object)["properties"].(object)
	err := x.call(ctx, writing, http.MethodPut, "/"+index+"/_mapping", object{"properties": fields}, nil)
	if refused(err, "illegal_argument_exception") { // one from before there were vectors keeps them, and finds nothing by them
		fields["vector"] = object{"type": "byte", "index": false, "doc_values": false}
		err = x.call(ctx, writing, http.MethodPut, "/"+index+"/_mapping", object{"properties": fields}, nil)
	}
	if err != nil {
		return fmt.Errorf("add fields: %w", err)
	}
	return nil
}

// outcome is what became of one document in one index.
type outcome struct {
	Status int   `json:"status"`
	Cause  cause `json:"error"`
}

// err is nil if the document, or one of the same or a higher number, is there.
func (o outcome) err() error {
	if o.Status < http.StatusMultipleChoices || o.Cause.Type == "version_conflict_engine_exception" {
		return nil
	}
	return fmt.Errorf("write document: %w", refuse(o.Status, o.Cause))
}

// bulk writes documents to all targets, each under its number, in one call. The outcomes are those of the first
// document in each target, then those of the second, and so on.
func (x *Index) bulk(ctx context.Context, docs []search.Document, targets ...target) ([]outcome, error) {
	var body bytes.Buffer
	line := json.NewEncoder(&body)
	for _, d := range docs {
		for _, to := range targets {
			action := object{"_index": to.name, "_id": d.ProductID, "version": d.Version, "version_type": "external"}
			if to.alias {
				action["require_alias"] = true
			}
			if err := errors.Join(line.Encode(object{"index": action}), line.Encode(d)); err != nil {
				return nil, fmt.Errorf("write request: %w", err)
			}
		}
	}
	var answer struct {
		Items []map[string]outcome `json:"items"`
	}
	if err := x.call(ctx, writing, http.MethodPost, "/_bulk", raw(body.Bytes()), &answer); err != nil {
		return nil, err
	}
	if len(answer.Items) != len(docs)*len(targets) {
		return nil, fmt.Errorf("OpenSearch answered for %d of %d writes", len(answer.Items), len(docs)*len(targets))
	}
	list := make([]outcome, len(answer.Items))
	for i, item := range answer.Items {
		list[i] = item["index"]
	}
	return list, nil
}
