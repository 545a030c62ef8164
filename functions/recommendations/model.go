package recommendations

import (
	"encoding/json"
	"fmt"
	"time"
)

// Scored is a product with a score: in a model's files a list of the two.
type Scored struct {
	ProductID string
	Score     float32
}

// UnmarshalJSON reads ["prd_…",0.5].
func (s *Scored) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&s.ProductID, &s.Score})
}

// MarshalJSON writes the same.
func (s Scored) MarshalJSON() ([]byte, error) { return json.Marshal([]any{s.ProductID, s.Score}) }

// Kind is in what way products are neighbours.
type Kind string

// The kinds.
const (
	Bought   Kind = "bought"   // by the same customers
	Viewed   Kind = "viewed"   // in the same sessions
	Together Kind = "together" // in the same order
)

var kinds = []Kind{Bought, Viewed, Together}

// Neighbours are the products that go with one, the best first.
type Neighbours struct {
	ProductID string   `json:"product_id"`
	Kind      Kind     `json:"kind"`
	Items     []Scored `json:"items"`
}

// Popular lists what is popular in a marketplace, or in a category of it, the best first.
type Popular struct {
	Marketplace string   `json:"marketplace"`
	Category    string   `json:"category"` // "" for all
	Kind        string   `json:"kind"`
	Items       []Scored `json:"items"`
}

// The kinds of Popular.
const (
	Recent   = "recent"
	Trending = "trending"
)

// Dimensions of a Vector.
const Dimensions = 64

// Vector is where a product or a customer stands: the dot product of two says how well they go together.
type Vector [Dimensions]float32

// UnmarshalJSON reads a list of exactly as many numbers: encoding/json would fill up what is missing.
func (v *Vector) UnmarshalJSON(b []byte) error {
	var list []float32
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if len(list) != Dimensions {
		return fmt.Errorf("a vector of %d numbers", len(list))
	}
	copy(v[:], list)
	return nil
}

// ProductVector is a product's.
type ProductVector struct {
	ProductID string  `json:"product_id"`
	Vector    *Vector `json:"vector"`
}

// Purchase is a product that a customer bought on a day.
type Purchase struct {
	ProductID string
	Day       time.Time
}

// UnmarshalJSON reads ["prd_…","2026-11-30"].
func (p *Purchase) UnmarshalJSON(b []byte) error {
	var day string
	if err := json.Unmarshal(b, &[]any{&p.ProductID, &day}); err != nil {
		return err
	}
	var err error
	p.Day, err = time.Parse(time.DateOnly, day)
	return err
}

// MarshalJSON writes the same.
func (p Purchase) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{p.ProductID, p.Day.Format(time.DateOnly)})
}

// Customer is what a model knows of a customer, by their pseudonym in the lake.
type Customer struct {
	Subject string     `json:"subject"`
	Vector  *Vector    `json:"vector"`
	Bought  []Purchase `json:"bought"`
}

// Files of a model, in the order in which they are loaded.
const (
	neighboursFile = "neighbours.jsonl"
	popularFile    = "popular.jsonl"
	customersFile  = "customers.jsonl"
	vectorsFile    = "vectors.jsonl"
	rankerFile     = "ranker.json"
)

var lineFiles = []string{neighboursFile, popularFile, customersFile, vectorsFile}

// Manifest says what a model is, and what it was made of.
type Manifest struct {
	Schema    int       `json:"schema"`
	Version   string    `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	Window    struct {
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	} `json:"window"`
	Code string `json:"code"` // the digest of the code that trained it
	Lake struct {
		Rows  int64 `json:"rows"`
		Files int64 `json:"files"`
	} `json:"lake"`
	Features []string           `json:"features"`
	Metrics  map[string]Metrics `json:"metrics"`
	Events   int64              `json:"events"` // that were held out
	Files    map[string]File    `json:"files"`
}

// Metrics are what a way of ordering products is worth on the events held out.
type Metrics struct {
	NDCG *float64 `json:"ndcg@20"`
}

// File is what a file of the model has to be.
type File struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`
}

// Pointer says which model serves.
type Pointer struct {
	Version  string    `json:"version"`
	Previous string    `json:"previous"`
	At       time.Time `json:"at"`
}

const pointerKey = "models/serving.json"

func fileOf(version, name string) string { return "models/" + version + "/" + name }
