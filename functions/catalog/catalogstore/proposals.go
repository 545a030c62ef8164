package catalogstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/store"
)

// proposals is the key of names of categories that nothing maps, in the table contributions, by their words. They are few:
// each is written once.
const proposals = "proposals"

type proposal struct {
	Name     string    `dynamodbav:"name"`
	Under    string    `dynamodbav:"under"`
	SellerID string    `dynamodbav:"by"` // the index lists what has a seller_id
	At       time.Time `dynamodbav:"at"`
	Decided  string    `dynamodbav:"decided"`
}

func proposalOf(i store.Item) (catalog.Proposal, error) {
	var p proposal
	if err := store.Unmarshal(i, &p); err != nil {
		return catalog.Proposal{}, fmt.Errorf("read proposal: %w", err)
	}
	return catalog.Proposal{Name: p.Name, Under: p.Under, SellerID: p.SellerID, At: p.At.UTC(), Decided: p.Decided}, nil
}

// Proposed returns the proposal of a key, the zero Proposal for none.
func (s *Store) Proposed(ctx context.Context, key string) (catalog.Proposal, error) {
	i, err := s.DB.Get(ctx, contributions, store.Key{PK: proposals, SK: key})
	if err != nil || i == nil {
		return catalog.Proposal{}, err
	}
	return proposalOf(i)
}

// Propose keeps a proposal unless there is one of its key.
func (s *Store) Propose(ctx context.Context, p catalog.Proposal) error {
	w := store.Put(contributions, store.Key{PK: proposals, SK: p.Key()}, proposal{p.Name, p.Under, p.SellerID, p.At, p.Decided})
	_, err := s.DB.Apply(ctx, w.If(store.Absent()).Named("proposal"))
	if _, there := store.FailedCondition(err); there {
		return nil
	}
	return refusal("propose category", err)
}

// Decide sets the category of a proposal, which may be new.
func (s *Store) Decide(ctx context.Context, p catalog.Proposal) error {
	if err := s.Propose(ctx, p); err != nil {
		return err
	}
	_, err := s.DB.Apply(ctx, store.Update(contributions, store.Key{PK: proposals, SK: p.Key()}).Set("decided", p.Decided).Named("proposal"))
	return refusal("decide category", err)
}

// Proposals lists up to limit proposals by key, after one ("" for the first), and where the next page begins, "" on the last.
func (s *Store) Proposals(ctx context.Context, after string, limit int) ([]catalog.Proposal, string, error) {
	q := store.Query{Table: contributions, Hash: proposals, Limit: limit}
	if after != "" {
		q.After = store.Item{"pk": text(proposals), "sk": text(after)}
	}
	page, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list proposals: %w", err)
	}
	list := make([]catalog.Proposal, 0, len(page.Items))
	for _, i := range page.Items {
		p, err := proposalOf(i)
		if err != nil {
			return nil, "", err
		}
		list = append(list, p)
	}
	if page.Next == nil || len(list) == 0 {
		return list, "", nil
	}
	return list, sk(page.Items[len(page.Items)-1]), nil
}
