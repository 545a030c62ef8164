package searchencoder

import (
	"context"
	"sync"

	"rialto/functions/search"
)

// remembered bounds how many vectors a process remembers: half a megabyte.
const remembered = 1_000

// Remembering implements search.Questions: a process remembers the last, before the others that all processes share are asked.
type Remembering struct {
	Shared  search.Questions // nil for none
	mu      sync.Mutex
	vectors map[string]search.Vector
	asked   []string // the oldest first
}

// Recall returns what is remembered here, or else is shared.
func (r *Remembering) Recall(ctx context.Context, key string) (search.Vector, error) {
	r.mu.Lock()
	v := r.vectors[key]
	r.mu.Unlock()
	if v != nil || r.Shared == nil {
		return v, nil
	}
	v, err := r.Shared.Recall(ctx, key)
	if err == nil && v != nil {
		r.remember(key, v)
	}
	return v, err
}

// Keep remembers a vector, and shares it.
func (r *Remembering) Keep(ctx context.Context, key string, v search.Vector) error {
	r.remember(key, v)
	if r.Shared == nil {
		return nil
	}
	return r.Shared.Keep(ctx, key, v)
}

func (r *Remembering) remember(key string, v search.Vector) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.vectors == nil {
		r.vectors = map[string]search.Vector{}
	}
	if _, there := r.vectors[key]; !there {
		r.asked = append(r.asked, key)
	}
	r.vectors[key] = v
	if len(r.asked) > remembered {
		delete(r.vectors, r.asked[0])
		r.asked = r.asked[1:]
	}
}
