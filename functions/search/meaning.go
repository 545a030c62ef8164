package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"rialto/functions/catalog"
)

// Encoder makes vectors of texts, each of Dimensions numbers: of texts that mean alike, vectors that point alike.
type Encoder interface {
	// Encode makes MaxEncoded at most, in the order of the texts.
	Encode(ctx context.Context, texts ...string) ([]Vector, error)
}

// MaxEncoded is how many texts an encoder takes at once.
const MaxEncoded = 64

// Encoding is the model that vectors are made by, and Dimensions what one has. Vectors of another are not compared.
const (
	Encoding   = "all-MiniLM-L6-v2"
	Dimensions = 384
)

// Understood tells whether the encoder knows a BCP 47 language: it has learnt English.
func Understood(language string) bool {
	code, _, _ := strings.Cut(language, "-")
	return code == "en"
}

// Vector is a vector in whole numbers from -127 to 127, which keep where it points; nil is none.
type Vector []int8

// NewVector rounds what an encoder made.
func NewVector(exact []float32) Vector {
	var most float64
	for _, x := range exact {
		most = max(most, math.Abs(float64(x)))
	}
	if most == 0 {
		return nil
	}
	v := make(Vector, len(exact))
	for i, x := range exact {
		v[i] = int8(math.Round(float64(x) / most * math.MaxInt8))
	}
	return v
}

// Bytes are the numbers of a vector as they are kept.
func (v Vector) Bytes() []byte {
	b := make([]byte, len(v))
	for i, x := range v {
		b[i] = byte(x)
	}
	return b
}

// VectorFrom reads the bytes of a vector.
func VectorFrom(b []byte) Vector {
	v := make(Vector, len(b))
	for i, x := range b {
		v[i] = int8(x)
	}
	return v
}

// Meant is a product's vector, and what it was made of.
type Meant struct {
	ProductID string
	Words     string // WordsOf the product that the vector is of
	Vector    Vector
	Version   int64 // of that product
	Shown     bool  // the indexes have it
}

// Meanings keeps the vectors of products.
type Meanings interface {
	// SaveMeaning writes a vector unless one of a later version of the product stands there.
	SaveMeaning(ctx context.Context, m Meant) error
	// Meanings returns those there are, by product, read consistently.
	Meanings(ctx context.Context, products ...string) (map[string]Meant, error)
}

// TextOf is what of a product is encoded: its title first, as the encoder reads the first hundred words or so only.
func TextOf(p catalog.Product) string {
	path := strings.ReplaceAll(strings.Join(p.CategoryPath, " "), "-", " ")
	var values []string
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		values = append(values, p.Attributes[name])
	}
	parts := []string{p.Title, p.Brand, strings.TrimSpace(path + " " + strings.Join(values, " ")), p.Description, strings.Join(p.Bullets, ". ")}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ". ")
}

// WordsOf tells texts apart that give other vectors: of the product, and of the model.
func WordsOf(p catalog.Product) string {
	sum := sha256.Sum256([]byte(Encoding + "\n" + TextOf(p)))
	return hex.EncodeToString(sum[:12])
}

// meaning is a document with its product's vector, unless that was made of other words.
func (d Document) meaning(p catalog.Product, m Meant, language string) Document {
	if !d.Deleted && Understood(language) && m.Words != "" && m.Words == WordsOf(p) {
		d.Vector, d.VectorOf = m.Vector, m.Words
	}
	return d
}

// Meaning is what a search by meaning came to.
type Meaning string

// What becomes of it. Words alone settle a search that needs none.
const (
	Settled   Meaning = ""
	Used      Meaning = "used"
	Away      Meaning = "away"          // the encoder is away: words alone were asked
	NoEncoder Meaning = "not_available" // the marketplace's language has none
)

// Nearest hits that a search by meaning takes, and how near they must be: the least cosine of what is about the same thing. Of a long
// question that finds nothing else, what is farther is shown: a chef's knife as a gift for someone who cooks has 0.29, and what has nothing
// to do with a question 0.22 at most.
const (
	NearestHits = 100
	LeastNear   = 0.35
	LeastFar    = 0.24
)

// byMeaning tells whether a query may be asked by what it means: one that is ordered by relevance, has words, and neither quotes
// nor the name of a single product, which are meant as they are written.
func (q Query) byMeaning() bool {
	w := Read(q.Text)
	return q.Sort == Relevance && len(w.Loose) > 0 && len(w.Phrases) == 0 && q.Ranker == Fused &&
		!slices.ContainsFunc(w.Loose, namesOne)
}

// namesOne tells whether a word is a model or a number of a product: letters and digits in one, or many digits.
func namesOne(word string) bool {
	letters, digits := 0, 0
	for _, r := range word {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits > 0 && letters > 0 && letters+digits > 4 || digits > 5
}

// fusing is how fast a place counts less in fuse (Cormack, Clarke and Büttcher, 2009).
const fusing = 60

// fuse orders hits by their places in two lists (reciprocal rank fusion), each of which is put in order by what a shopper would get
// before. Equal hits stay in the order of the first.
func fuse(words, near []Hit) []Hit {
	at := map[string]int{}
	var out []Hit
	for _, list := range [][]Hit{words, near} {
		for place, h := range list {
			i, there := at[h.stands()]
			if !there {
				i = len(out)
				at[h.stands()] = i
				out = append(out, h)
			}
			out[i].Ranking.Fused += 1 / float64(fusing+place+1)
			out[i].Ranking.Near = max(out[i].Ranking.Near, h.Ranking.Near)
		}
	}
	slices.SortStableFunc(out, func(a, b Hit) int { return cmp.Compare(b.Ranking.Fused, a.Ranking.Fused) })
	return out
}
