package catalogstore

import (
	"context"

	"rialto/functions/catalog"
)

// Barred tells of which products no offer is taken, and why; those that there are not are among them.
func (s *Store) Barred(ctx context.Context, ids ...string) (map[string]error, error) {
	found, err := s.GetMany(ctx, ids...)
	if err != nil {
		return nil, err
	}
	out := map[string]error{}
	for _, id := range ids {
		p, there := found[id]
		switch err := p.Offerable(); {
		case !there:
			out[id] = catalog.ErrProductNotFound
		case err != nil:
			out[id] = err
		}
	}
	return out, nil
}
