package gateway

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// form holds the parameters of a call. Stripe nests by brackets: metadata[order_id], expand[0]. A parameter
// given empty counts as not given.
type form struct{ values url.Values }

func (f form) get(name string) string { return f.values.Get(name) }
func (f form) has(name string) bool   { return f.values.Get(name) != "" }

// only refuses parameters that the endpoint does not have here. Parameters of Stripe's that would change
// what happens to the money, and are not modelled, are refused by it too.
func (f form) only(names ...string) *apiError {
	given := make([]string, 0, len(f.values))
	for key := range f.values {
		given = append(given, key)
	}
	slices.Sort(given)
	for _, key := range given {
		root, _, _ := strings.Cut(key, "[")
		if !slices.Contains(names, root) {
			return invalid(key, "parameter_unknown", "Received unknown parameter: %s (or one that the local gateway does not model)", key)
		}
	}
	return nil
}

// amount reads a count of minor units, 1 to 99,999,999 (Stripe takes eight digits).
func (f form) amount(name string) (int64, *apiError) {
	n, err := strconv.ParseInt(f.get(name), 10, 64)
	switch {
	case err != nil:
		return 0, invalid(name, "parameter_invalid_integer", "Invalid integer: %s", f.get(name))
	case n < 1:
		return 0, invalid(name, "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case n > 99_999_999:
		return 0, invalid(name, "amount_too_large", "The amount must be at most eight digits of minor units.")
	}
	return n, nil
}

func (f form) boolean(name string) (bool, *apiError) {
	switch v := f.get(name); v {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, invalid(name, "", "Invalid boolean: %s", v)
	}
}

// oneOf reads an enumeration; fallback is what its absence means.
func (f form) oneOf(name, fallback string, allowed ...string) (string, *apiError) {
	v := f.get(name)
	if v == "" {
		return fallback, nil
	}
	if !slices.Contains(allowed, v) {
		return "", invalid(name, "", "Invalid %s: must be one of %s", name, strings.Join(allowed, ", "))
	}
	return v, nil
}

func (f form) required(name string) *apiError {
	if !f.values.Has(name) {
		return invalid(name, "parameter_missing", "Missing required param: %s.", name)
	}
	if !f.has(name) {
		return invalid(name, "parameter_invalid_empty", "You passed an empty string for '%s'.", name)
	}
	return nil
}

// metadata reads metadata[key]: at most 50 keys of 40 characters, values of 500.
func (f form) metadata() (map[string]string, *apiError) {
	out := map[string]string{}
	for key := range f.values {
		name, ok := strings.CutPrefix(key, "metadata[")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, "]")
		value := f.get(key)
		if len([]rune(name)) > 40 || len([]rune(value)) > 500 {
			return nil, invalid("metadata", "", "Metadata keys have at most 40 characters, values at most 500.")
		}
		if value != "" {
			out[name] = value
		}
	}
	if len(out) > 50 {
		return nil, invalid("metadata", "", "Metadata has at most 50 keys.")
	}
	return out, nil
}

// list reads name[0], name[1], … or repeated name[].
func (f form) list(name string) []string {
	out := slices.Clone(f.values[name+"[]"])
	for i := 0; ; i++ {
		v, ok := f.values[fmt.Sprintf("%s[%d]", name, i)]
		if !ok {
			return out
		}
		out = append(out, v...)
	}
}

// expansions reads expand. Only one level is modelled; prefix is "data." for lists.
func (f form) expansions(prefix string, allowed ...string) (expand, *apiError) {
	out := expand{}
	for _, v := range f.list("expand") {
		name, ok := strings.CutPrefix(v, prefix)
		if !ok || !slices.Contains(allowed, name) {
			return nil, invalid("expand", "", "This property cannot be expanded (%s).", v)
		}
		out[name] = true
	}
	return out, nil
}

// expand is the set of references to show as objects.
type expand map[string]bool

// page reads limit (1 to 100, default 10), starting_after and ending_before of a list.
type page struct {
	limit                       int
	startingAfter, endingBefore string
}

func (f form) page() (page, *apiError) {
	p := page{limit: 10, startingAfter: f.get("starting_after"), endingBefore: f.get("ending_before")}
	if f.has("limit") {
		n, err := strconv.Atoi(f.get("limit"))
		if err != nil || n < 1 || n > 100 {
			return p, invalid("limit", "parameter_invalid_integer", "Invalid limit: must be 1 to 100.")
		}
		p.limit = n
	}
	if p.startingAfter != "" && p.endingBefore != "" {
		return p, invalid("starting_after", "", "You may give only one of starting_after and ending_before.")
	}
	return p, nil
}

// cut takes a page of ids, which stand newest first, and tells whether more follow in the page's direction.
func (p page) cut(ids []string, object string) ([]string, bool, *apiError) {
	switch {
	case p.startingAfter != "":
		i := slices.Index(ids, p.startingAfter)
		if i < 0 {
			return nil, false, missing(400, object, "starting_after", p.startingAfter)
		}
		ids = ids[i+1:]
	case p.endingBefore != "":
		i := slices.Index(ids, p.endingBefore)
		if i < 0 {
			return nil, false, missing(400, object, "ending_before", p.endingBefore)
		}
		ids = ids[:i]
		return ids[max(0, len(ids)-p.limit):], len(ids) > p.limit, nil
	}
	return ids[:min(len(ids), p.limit)], len(ids) > p.limit, nil
}
