package memory

import (
	"context"
	"hash/fnv"
	"sort"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/capacity"
)

// Scan implements store.Scanner.
func (m *DB) Scan(ctx context.Context, s store.Scan) (store.Page, error) {
	if err := m.called(ctx, "Scan", nil); err != nil {
		return store.Page{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []store.Key
	after := store.KeyOf(s.After)
	for k := range m.tables[s.Table] {
		h := fnv.New32a()
		_, _ = h.Write([]byte(k.PK)) // never fails
		later := s.After == nil || k.PK > after.PK || k.PK == after.PK && k.SK > after.SK
		if int(h.Sum32())%max(1, s.Segments) == s.Segment && later {
			keys = append(keys, k)
		}
	}
	sort.Slice(keys, func(a, b int) bool {
		return keys[a].PK < keys[b].PK || keys[a].PK == keys[b].PK && keys[a].SK < keys[b].SK
	})
	var p store.Page
	for _, k := range keys {
		if s.Limit > 0 && len(p.Items) == s.Limit {
			p.Next = capacity.Pick(p.Items[len(p.Items)-1], "pk", "sk")
			break
		}
		p.Items = append(p.Items, store.Clone(m.tables[s.Table][k]))
	}
	return p, nil
}
