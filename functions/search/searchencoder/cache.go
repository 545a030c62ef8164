package searchencoder

import (
	"context"
	"sync"

	"rialto/functions/search"
)

// remembered bounds how many vectors a process remembers: half a megabyte.
const remembered = 1_000

// Remembering is an encoder that remembers the last that were asked for, in its process. (The cache of carts is in the VPC, out of
// which no request to the index or the encoder comes.)
type Remembering struct {
	Encoder search.Encoder
	mu      sync.Mutex
	vectors map[string]search.Vector
	asked   []string // the oldest first
}

// Encode makes vectors of the texts that are not remembered.
func (r *Remembering) Encode(ctx context.Context, texts ...string) ([]search.Vector, error) {
	list := make([]search.Vector, len(texts))
	var missing []int
	var ask []string
	r.mu.Lock()
	for i, text := range texts {
		if list[i] = r.vectors[text]; list[i] == nil {
			missing, ask = append(missing, i), append(ask, text)
		}
	}
	r.mu.Unlock()
	if missing == nil {
		return list, nil
	}
	made, err := r.Encoder.Encode(ctx, ask...)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for n, i := range missing {
		list[i] = made[n]
		r.keep(ask[n], made[n])
	}
	return list, nil
}

func (r *Remembering) keep(text string, v search.Vector) {
	if r.vectors == nil {
		r.vectors = map[string]search.Vector{}
	}
	if _, there := r.vectors[text]; !there {
		r.asked = append(r.asked, text)
	}
	r.vectors[text] = v
	if len(r.asked) > remembered {
		delete(r.vectors, r.asked[0])
		r.asked = r.asked[1:]
	}
}
