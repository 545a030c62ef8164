package searchindex

import (
	"slices"
	"strings"
	"unicode"

	"rialto/functions/search"
)

// The most values that a facet lists. Attributes are counted by their pairs of name and value; of the most frequent
// maxPairs, the names with the most products make the facets.
const (
	maxCategories = 50
	maxBrands     = 30
	maxPairs      = 300
)

const (
	stars     = 100          // hundredths of a star
	attribute = "attribute " // begins the name of an attribute's own facet
)

func facets(l filters, ranges []search.Range, grouped bool) object {
	facet := func(own string, counts object) object {
		if grouped {
			counts["aggs"] = distinct(someFamilies)
		}
		return object{"filter": l.but(own), "aggs": object{"by": counts}}
	}
	terms := func(field string, size int) object { return object{"terms": object{"field": field, "size": size}} }
	var prices, ratings []object
	for _, r := range ranges {
		b := object{"from": r.Min}
		if r.Max > 0 {
			b["to"] = r.Max + 1 // exclusive
		}
		prices = append(prices, b)
	}
	for n := 1; n < search.MaxStars; n++ {
		ratings = append(ratings, object{"from": n * stars})
	}
	aggs := object{
		"matched":     object{"filter": object{"match_all": object{}}},
		"category":    facet("category", terms("category_path", maxCategories)),
		"brand":       facet("brand", terms("brand.name", maxBrands)),
		"fulfillment": facet("fulfillment", terms("fulfillment", 5)),
		"in_stock":    facet("in_stock", object{"filter": object{"term": object{"in_stock": true}}}),
		"price":       facet("price", object{"range": object{"field": "price", "ranges": prices}}),
		"rating":      facet("rating", object{"range": object{"field": "rating", "ranges": ratings}}),
		"attributes":  facet("", terms("attribute_pairs", maxPairs)),
	}
	if grouped {
		aggs["matched"].(object)["aggs"] = distinct(manyFamilies)
		aggs["hits"] = object{"filter": l.but(""), "aggs": distinct(manyFamilies)}
	}
	for _, f := range l {
		if name, ok := strings.CutPrefix(f.facet, attribute); ok {
			own := terms("attribute_pairs", search.MaxValues)
			// Not by ordinals: OpenSearch 2.19 fails on a beginning that sorts after all values there are.
			own["terms"].(object)["include"], own["terms"].(object)["execution_hint"] = literally(name)+"=.*", "map"
			aggs[f.facet] = facet(f.facet, own)
			// Over all products, so that a name that none has is told from one that no match has.
			aggs["known "+name] = object{"global": object{}, "aggs": object{"by": object{"filter": object{"prefix": object{"attribute_pairs": name + "="}}}}}
		}
	}
	return aggs
}

// literally is a text as Lucene's regular expressions read it.
func literally(s string) string {
	var b strings.Builder
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// names are the attributes that are filtered by, each once.
func names(values []search.Value) []string {
	var list []string
	for _, v := range values {
		if !slices.Contains(list, v.Name) {
			list = append(list, v.Name)
		}
	}
	return list
}

// attributes makes facets of pairs; one that is filtered by is counted by itself.
func (a answer) attributes(q search.Query) []search.Attribute {
	var list []search.Attribute
	count := map[string]int64{}
	for _, b := range a.counts("attributes").list() {
		name, value, _ := strings.Cut(b.Value, "=")
		i := slices.IndexFunc(list, func(x search.Attribute) bool { return x.Name == name })
		if i < 0 {
			i = len(list)
			list = append(list, search.Attribute{Name: name})
		}
		if count[name] += b.Count; len(list[i].Values) < search.MaxValues {
			list[i].Values = append(list[i].Values, search.Bucket{Value: value, Count: b.Count})
		}
	}
	slices.SortStableFunc(list, func(a, b search.Attribute) int {
		if count[a.Name] != count[b.Name] {
			return int(count[b.Name] - count[a.Name])
		}
		return strings.Compare(a.Name, b.Name)
	})
	own := names(q.Attributes)
	list = slices.DeleteFunc(list, func(x search.Attribute) bool { return slices.Contains(own, x.Name) })
	list = list[:min(len(list), max(0, search.MaxFacets-len(own)))]
	var all []search.Attribute
	for _, name := range own {
		x := search.Attribute{Name: name}
		for _, b := range a.counts(attribute + name).list() {
			_, value, _ := strings.Cut(b.Value, "=")
			x.Values = append(x.Values, search.Bucket{Value: value, Count: b.Count})
		}
		all = append(all, x)
	}
	return append(all, list...)
}
