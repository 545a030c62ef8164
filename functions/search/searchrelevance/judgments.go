package searchrelevance

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Judgment is what a product is worth to who typed a query.
type Judgment struct {
	Gain     float64 // 0 to 1
	Relevant bool    // whether it is what was asked for; for MRR and recall
}

// Set is judgments by query and product.
type Set map[string]map[string]Judgment

// add judges; the last judgment of a pair stands.
func (s Set) add(query, product string, j Judgment) {
	if s[query] == nil {
		s[query] = map[string]Judgment{}
	}
	s[query][product] = j
}

// grades are the labels of ESCI with its gains (Reddy et al., 2022): exact, substitute, complement, irrelevant.
var grades = map[string]Judgment{
	"E": {1, true}, "S": {0.1, false}, "C": {0.01, false}, "I": {0, false},
	"EXACT": {1, true}, "SUBSTITUTE": {0.1, false}, "COMPLEMENT": {0.01, false}, "IRRELEVANT": {0, false},
}

// Grade reads a label: ESCI's, or a number from 0 to 3, whose gain is 2^n-1 over that of 3 and which is relevant from
// 2 on.
func Grade(label string) (Judgment, error) {
	label = strings.ToUpper(strings.TrimSpace(label))
	if j, ok := grades[label]; ok {
		return j, nil
	}
	n, err := strconv.ParseFloat(label, 64)
	if err != nil || n != float64(int(n)) || n < 0 || n > 3 {
		return Judgment{}, fmt.Errorf("%.20q is neither E, S, C or I nor 0 to 3", label)
	}
	return Judgment{float64(int(1)<<int(n)-1) / 7, n >= 2}, nil
}

// Judgments reads rows of query, product_id and esci_label (or grade, label, relevance) from CSV with a header, a JSON
// list or JSON lines. Rows of another product_locale than locale ("" for any) are left out; skipped says how many. kinds are
// the queries of a kind, where a column class or kind says which that is.
func Judgments(text []byte, locale string) (set Set, kinds map[string]Set, skipped int, err error) {
	list, err := rows(text)
	if err != nil {
		return nil, nil, 0, err
	}
	set, kinds = Set{}, map[string]Set{}
	for i, r := range list {
		if l := r.get("product_locale", "locale"); locale != "" && l != "" && !strings.EqualFold(l, locale) {
			skipped++
			continue
		}
		j, err := Grade(r.get("esci_label", "grade", "label", "relevance", "gain"))
		query, product := r.get("query"), r.get("product_id", "id", "asin")
		if err == nil && (query == "" || product == "") {
			err = fmt.Errorf("query or product_id is missing")
		}
		if err != nil {
			return nil, nil, 0, fmt.Errorf("judgment %d: %w", i+1, err)
		}
		set.add(query, product, j)
		if kind := r.get("class", "kind"); kind != "" {
			if kinds[kind] == nil {
				kinds[kind] = Set{}
			}
			kinds[kind].add(query, product, j)
		}
	}
	if len(set) == 0 {
		return nil, nil, skipped, fmt.Errorf("there are no judgments")
	}
	return set, kinds, skipped, nil
}

// row is one row of a file by its column's name in lower case.
type row map[string]any

// get returns the first column of the names that is there, as text.
func (r row) get(names ...string) string {
	for _, n := range names {
		switch v := r[n].(type) {
		case string:
			return v
		case json.Number:
			return v.String()
		}
	}
	return ""
}
