package search

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode"
)

// Scorer says what rows of Features are worth beside each other: a ranker that was learned, such as xgboost.Trees.
type Scorer interface {
	Score(rows [][]float32) []float32
}

// Features are what a Scorer looks at in a query and a product, in the order of a row. NaN is unknown.
var Features = []string{
	"place",           // of the hit by the weights by hand, ln(1+n) from 0
	"words",           // the score of the words over the best hit's, unknown of a hit by meaning alone
	"near",            // the cosine to what the words mean, unknown of a hit by words alone
	"fused",           // by both orders over the best hit's, unknown where meaning was not asked
	"in_title",        // share of the words that the title has
	"in_category",     // that the category's names have
	"in_attributes",   // that the attributes' values have
	"in_brand",        // that the brand has
	"in_text",         // that anything of these, the bullets or the description has
	"run",             // the most words of the query, over all, that stand in the title one after another as in the query
	"of_title",        // share of the title's words that are of the query
	"kind",            // 1 if the title names the kind of thing that the query names, else 0
	"in_stock",        // what Rescore weighs by hand, each its signal
	"price",           //
	"seller",          //
	"delivery",        //
	"stars",           // the product's, unknown without reviews
	"reviews",         // ln(1+n): how popular it is, as far as the index knows
	"query_words",     // how many
	"hits_by_meaning", // share of the hits that the words did not find
}

// asked is a query as features look at it.
type asked struct {
	words []string // without the endings of plurals
	kind  string
}

// maxAsked is how many words of a query features look at.
const maxAsked = 64

func askedOf(text, language string) asked {
	a := asked{kind: bare(Kind(text, language, kindWords))}
	for w := range tokens(text) {
		a.words = append(a.words, bare(w))
	}
	a.words = a.words[:min(maxAsked, len(a.words))]
	return a
}

// tokens are the words of a text: its letters and digits.
func tokens(text string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// bare is a word without the ending of a plural.
func bare(word string) string {
	if len(word) > 3 && !strings.HasSuffix(word, "ss") {
		return strings.TrimSuffix(word, "s")
	}
	return word
}

// in says which words of the query a text has, as bits, how many of them at most stand one after another as in the query, and how
// many words of the text are of the query, and how many it has.
func (a asked) in(text string) (found uint64, run, of, all int) {
	last, length := -1, 0
	for token := range tokens(text) {
		all++
		word, at := bare(token), -1
		for i, w := range a.words {
			if strings.EqualFold(w, word) {
				found |= 1 << i
				if at < 0 || i == last+1 {
					at = i
				}
			}
		}
		switch {
		case at < 0:
			length = 0
		case length > 0 && at == last+1:
			length++
		default:
			length = 1
		}
		if at >= 0 {
			of++
		}
		last, run = at, max(run, length)
	}
	return found, run, of, all
}

// inAny says which words any of some texts have.
func (a asked) inAny(texts []string) (found uint64) {
	for _, text := range texts {
		f, _, _, _ := a.in(text)
		found |= f
	}
	return found
}

func (a asked) share(n int) float32 { return float32(n) / float32(max(1, len(a.words))) }

// Rows are what a Scorer is trained on and asked by: of each of the best hits of a query, in the order of the weights by hand, the
// Features. language is BCP 47.
func Rows(text, language string, hits []Hit) [][]float32 {
	a := askedOf(text, language)
	var best Ranking
	near := 0
	for _, h := range hits {
		best.Words, best.Fused = max(best.Words, h.Ranking.Words), max(best.Fused, h.Ranking.Fused)
		if h.Ranking.Words == 0 {
			near++
		}
	}
	width := len(Features)
	flat, rows := make([]float32, 0, width*len(hits)), make([][]float32, len(hits))
	for i := range hits {
		flat = a.row(flat, &hits[i], i, best, float32(near)/float32(len(hits)))
		rows[i] = flat[i*width : (i+1)*width : (i+1)*width]
	}
	return rows
}

// row appends the features of the hit that stands at a place by hand.
func (a asked) row(to []float32, h *Hit, place int, best Ranking, byMeaning float32) []float32 {
	title, run, of, all := a.in(h.Title)
	category, attributes := a.inAny(h.CategoryWords), a.inAny(h.AttributeValues)
	brand, _, _, _ := a.in(h.Brand)
	text, _, _, _ := a.in(h.Description)
	text |= title | category | attributes | brand | a.inAny(h.Bullets)
	to = append(to, float32(math.Log1p(float64(place))), over(h.Ranking.Words, best.Words), known(h.Ranking.Near),
		over(h.Ranking.Fused, best.Fused), a.share(bits.OnesCount64(title)), a.share(bits.OnesCount64(category)),
		a.share(bits.OnesCount64(attributes)), a.share(bits.OnesCount64(brand)), a.share(bits.OnesCount64(text)), a.share(run),
		float32(of)/float32(max(1, all)), is(a.kind != "" && strings.EqualFold(a.kind, bare(h.Kind))))
	for k := range signals {
		if k < len(h.Ranking.Factors) {
			to = append(to, float32(h.Ranking.Factors[k].Signal))
		} else {
			to = append(to, float32(math.NaN()))
		}
	}
	return append(to, known(float64(h.Rating)/100), float32(math.Log1p(float64(h.ReviewCount))), float32(len(a.words)), byMeaning)
}

// signals are how many Factors Rescore has.
const signals = 4

func known(v float64) float32 {
	if v == 0 {
		return float32(math.NaN())
	}
	return float32(v)
}

func over(v, most float64) float32 {
	if most == 0 {
		return float32(math.NaN())
	}
	return known(v / most)
}

func is(yes bool) float32 {
	if yes {
		return 1
	}
	return 0
}

// learned puts the best hits, which come in the order of the weights by hand, in the order of a Scorer. What has the query for its
// title or for a name of its own stands first, as it did; equal hits stay as they came.
func learned(by Scorer, text, language string, hits []Hit) []Hit {
	scores := by.Score(Rows(text, language, hits))
	if len(scores) != len(hits) || slices.ContainsFunc(scores, func(s float32) bool { return s != s }) {
		return hits
	}
	name := Identifier(text)
	type placed struct {
		named int // 1 if the query is its name
		score float32
		at    int
	}
	list := make([]placed, len(hits))
	for i, h := range hits {
		list[i] = placed{0, scores[i], i}
		if slices.Contains(h.Identifiers, name) || strings.EqualFold(h.Title, text) {
			list[i].named, list[i].score = 1, 0
		}
	}
	slices.SortStableFunc(list, func(a, b placed) int { return cmp.Or(cmp.Compare(b.named, a.named), cmp.Compare(b.score, a.score)) })
	out := make([]Hit, len(hits))
	for i, p := range list {
		out[i] = hits[p.at]
	}
	return out
}
