package search

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// The most synonyms that a marketplace may have of its own.
const (
	MaxSynonyms     = 500 // groups
	MaxSynonymGroup = 10
	MaxSynonym      = 40 // characters
	maxWays         = 8  // that a text is looked for in besides its own
)

// Synonyms are a marketplace's own: of each group, what has one of the names is found by the others. They come on top of
// those of its language, and hold from the next search on, as they are put to the words of a search and not to the index.
type Synonyms [][]string

// SynonymStore keeps them.
type SynonymStore interface {
	// Synonyms returns none of a marketplace that has none.
	Synonyms(ctx context.Context, marketplace string) (Synonyms, error)
	SaveSynonyms(ctx context.Context, marketplace string, s Synonyms) error
}

// SynonymsInput replaces a marketplace's synonyms, or asks for them where it has none.
type SynonymsInput struct {
	Marketplace string    `json:"marketplace"`
	Synonyms    *Synonyms `json:"synonyms"`
}

// SynonymsOutput is how they stand then.
type SynonymsOutput struct {
	Marketplace string   `json:"marketplace"`
	Synonyms    Synonyms `json:"synonyms"`
}

// Editor changes what operators may change of a search.
type Editor struct{ Store SynonymStore }

// Synonyms replaces all of a marketplace's synonyms, or none of them. Errors: unknown_marketplace, invalid_synonyms.
func (e *Editor) Synonyms(ctx context.Context, in SynonymsInput) (SynonymsOutput, error) {
	m, err := marketplaces.Lookup(in.Marketplace)
	if err != nil {
		return SynonymsOutput{}, err
	}
	out := SynonymsOutput{Marketplace: m.Code}
	if in.Synonyms == nil {
		out.Synonyms, err = e.Store.Synonyms(ctx, m.Code)
		return out, err
	}
	if out.Synonyms, err = in.Synonyms.Clean(); err != nil {
		return SynonymsOutput{}, err
	}
	return out, e.Store.SaveSynonyms(ctx, m.Code, out.Synonyms)
}

// Clean returns them in lower case, with single spaces. It fails with invalid_synonyms, naming every flaw.
func (s Synonyms) Clean() (Synonyms, error) {
	out := make(Synonyms, 0, len(s))
	var flaws []fault.Field
	flaw := func(pointer, code, message string) {
		flaws = append(flaws, fault.Field{Pointer: pointer, Code: code, Message: message})
	}
	if len(s) > MaxSynonyms {
		flaw("/synonyms", "too_many", "must have at most "+strconv.Itoa(MaxSynonyms)+" groups")
	}
	for i, group := range s {
		var clean []string
		for _, name := range group {
			name = strings.ToLower(plain(name))
			if n := utf8.RuneCountInString(name); n == 0 || n > MaxSynonym || strings.Contains(name, `"`) {
				flaw("/synonyms/"+strconv.Itoa(i), "bad_format", "must have names of 1 to "+strconv.Itoa(MaxSynonym)+" characters, none a quote")
				break
			}
			if !slices.Contains(clean, name) {
				clean = append(clean, name)
			}
		}
		if len(clean) < 2 || len(clean) > MaxSynonymGroup {
			flaw("/synonyms/"+strconv.Itoa(i), "out_of_range", "must have 2 to "+strconv.Itoa(MaxSynonymGroup)+" different names")
		}
		out = append(out, clean)
	}
	if flaws != nil {
		return nil, fault.New(fault.Invalid, "invalid_synonyms", "the synonyms are not accepted").With(flaws...)
	}
	return out, nil
}

// Ways are the other texts that words may be looked for as: a name in them replaced by each of its synonyms.
func (s Synonyms) Ways(words []string) (out []string) {
	lower := strings.Fields(strings.ToLower(strings.Join(words, " ")))
	for _, group := range s {
		for _, name := range group {
			parts := strings.Fields(name)
			for i := 0; i+len(parts) <= len(lower); i++ {
				if !slices.Equal(lower[i:i+len(parts)], parts) {
					continue
				}
				for _, other := range group {
					if other != name && len(out) < maxWays {
						out = append(out, strings.Join(slices.Concat(lower[:i], []string{other}, lower[i+len(parts):]), " "))
					}
				}
			}
		}
	}
	return out
}

// SynonymMemory is how long a reading of a marketplace's synonyms is used.
const SynonymMemory = time.Minute

// RememberedSynonyms reads a marketplace's synonyms once in SynonymMemory. Where they cannot be read those from before hold: a
// search does not fail for them.
type RememberedSynonyms struct {
	Store SynonymStore
	Now   func() time.Time
	mu    sync.Mutex
	read  map[string]remembered
}

type remembered struct {
	synonyms Synonyms
	at       time.Time
}

// Of returns a marketplace's.
func (r *RememberedSynonyms) Of(ctx context.Context, marketplace string) Synonyms {
	r.mu.Lock()
	defer r.mu.Unlock()
	last, now := r.read[marketplace], r.Now()
	if !last.at.IsZero() && now.Sub(last.at) < SynonymMemory {
		return last.synonyms
	}
	s, err := r.Store.Synonyms(ctx, marketplace)
	if err != nil {
		slog.WarnContext(ctx, "synonyms cannot be read", "marketplace", marketplace, "error", err)
		s = last.synonyms
	}
	if r.read == nil {
		r.read = map[string]remembered{}
	}
	r.read[marketplace] = remembered{s, now}
	return s
}
