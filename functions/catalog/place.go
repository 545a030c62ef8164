package catalog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
)

// Proposal is a name that sellers have for a category, and that nothing says where it belongs. Products of it are sold in the
// nearest category meanwhile; once an operator decides, the rows that come with it are listed there.
type Proposal struct {
	Name     string    `json:"name"`     // as it was said first
	Under    string    `json:"under"`    // the category that its products are in meanwhile
	SellerID string    `json:"by"`       // who said it first
	At       time.Time `json:"at"`       // when
	Decided  string    `json:"category"` // the operator's word, "" for none yet
}

// Key is what the name has in common with others that mean the same.
func (p Proposal) Key() string { return wordsOf(p.Name) }

// Proposals keeps them, by the key of their names.
type Proposals interface {
	// Proposed returns the proposal of a key, the zero Proposal for none.
	Proposed(ctx context.Context, key string) (Proposal, error)
	// Propose keeps a proposal unless there is one of its key.
	Propose(ctx context.Context, p Proposal) error
	// Decide sets the category of a proposal, which may be new.
	Decide(ctx context.Context, p Proposal) error
	// Proposals lists them by key, after one ("" for the first), and where the next page begins, "" on the last.
	Proposals(ctx context.Context, after string, limit int) (list []Proposal, next string, err error)
}

// maxSaid is the most characters of a seller's name of a category.
const maxSaid = 300

// placement is where the products of a name belong.
type placement struct {
	id    string
	path  []string
	types map[string]string
}

// places finds categories by the names that a batch of rows has for them, each once.
type places struct {
	s      *ListingService
	seller string
	mu     sync.Mutex
	found  map[string]placement
}

func (p *places) of(ctx context.Context, said string) (placement, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at, there := p.found[said]; there {
		return at, nil
	}
	at, err := p.s.place(ctx, p.seller, said)
	if err == nil {
		p.found[said] = at
	}
	return at, err
}

// place finds the category that a seller's name means: by its id or by its name as a category of this catalog, as the
// built-in tree has it, as an operator decided; else the nearest, and the name is proposed.
func (s *ListingService) place(ctx context.Context, seller, said string) (placement, error) {
	said = strings.TrimSpace(said)
	if id := slugOf(said); id != "" {
		at, err := s.standing(ctx, id)
		if err != nil || at.id != "" {
			return at, err
		}
	}
	id, exact := Categorize(said)
	if !exact {
		decided, err := s.proposed(ctx, seller, said, id)
		if err != nil {
			return placement{}, err
		}
		if decided != "" {
			id = decided
		}
	}
	return s.standing(ctx, id)
}

// standing is a category by its id, the zero placement for none.
func (s *ListingService) standing(ctx context.Context, id string) (placement, error) {
	path, types, err := s.category(ctx, id)
	if errors.Is(err, ErrCategoryNotFound) {
		return placement{}, nil
	}
	return placement{id, path, types}, err
}

// proposed returns what an operator decided for a name, "" if nobody did yet: then the name is proposed.
func (s *ListingService) proposed(ctx context.Context, seller, said, under string) (string, error) {
	p := Proposal{Name: clip(display.Clean(said), maxSaid), Under: under, SellerID: seller, At: s.Now().UTC()}
	if p.Key() == "" {
		return "", nil
	}
	before, err := s.Proposals.Proposed(ctx, p.Key())
	if err != nil || before.Name != "" {
		return before.Decided, err
	}
	slog.WarnContext(ctx, "a category that nothing maps", "name", p.Name, "under", under)
	return "", s.Proposals.Propose(ctx, p)
}

// slugOf is the id that a category of that name would have.
func slugOf(name string) string {
	if slug.MatchString(name) {
		return name
	}
	id := strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r < '0' || r > '9' && r < 'a' || r > 'z' }), "-")
	if !slug.MatchString(id) {
		return ""
	}
	return id
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// ProposalService is what operators ask of proposals.
type ProposalService struct {
	Proposals  Proposals
	Categories Categories
	Now        func() time.Time
}

// Decision is where the products of a name belong.
type Decision struct {
	Name       string `json:"name"`
	CategoryID string `json:"category_id"`
}

// ProposalsInput decides what it names, and lists what is proposed after a place.
type ProposalsInput struct {
	Decide []Decision `json:"decide,omitempty"`
	After  string     `json:"after,omitempty"`
}

// ProposalsPage is a page of proposals.
type ProposalsPage struct {
	Proposals []Proposal `json:"proposals"`
	Next      string     `json:"next,omitempty"` // where the next page begins
}

// perPage is how many proposals a page has.
const perPage = 200

// Handle takes an operator's decisions, and returns a page of proposals. Errors: invalid_decision, category_not_found.
func (s *ProposalService) Handle(ctx context.Context, in ProposalsInput) (ProposalsPage, error) {
	for _, d := range in.Decide {
		p := Proposal{Name: d.Name, Decided: d.CategoryID, At: s.Now().UTC()}
		if p.Key() == "" || !slug.MatchString(d.CategoryID) {
			return ProposalsPage{}, fault.New(fault.Invalid, "invalid_decision", "a decision names a category as sellers do, and its id")
		}
		if _, err := s.Categories.Category(ctx, d.CategoryID); err != nil {
			if _, built := taxonomy()[d.CategoryID]; !built || !errors.Is(err, ErrCategoryNotFound) {
				return ProposalsPage{}, err
			}
		}
		if err := s.Proposals.Decide(ctx, p); err != nil {
			return ProposalsPage{}, fmt.Errorf("decide: %w", err)
		}
	}
	list, next, err := s.Proposals.Proposals(ctx, in.After, perPage)
	return ProposalsPage{list, next}, err
}
