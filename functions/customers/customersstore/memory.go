package customersstore

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"rialto/functions/customers"
)

// Memory is the fake of SQL.
type Memory struct {
	mu      sync.Mutex
	records map[string]customers.CustomerRecord
	shared  map[string][]byte
}

// NewMemory returns an empty one.
func NewMemory() *Memory {
	return &Memory{records: map[string]customers.CustomerRecord{}, shared: map[string][]byte{}}
}

// Get implements customers.Store.
func (m *Memory) Get(_ context.Context, id string) (customers.CustomerRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, ok := m.records[id]
	if !ok {
		return customers.CustomerRecord{}, customers.ErrUnknown
	}
	return h.Clone(), nil
}

// Create implements customers.Store.
func (m *Memory) Create(_ context.Context, id string, wrapped []byte, now time.Time) (customers.CustomerRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.records[id]; !ok {
		m.records[id] = customers.CustomerRecord{CustomerID: id, WrappedKey: wrapped, Version: 1, CreatedAt: now.UTC()}
	}
	return m.records[id].Clone(), nil
}

// Update implements customers.Store.
func (m *Memory) Update(_ context.Context, id string, change func(*customers.CustomerRecord) error) (customers.CustomerRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, ok := m.records[id]
	if !ok {
		return customers.CustomerRecord{}, customers.ErrUnknown
	}
	h := was.Clone()
	if err := change(&h); err != nil {
		return customers.CustomerRecord{}, err
	}
	if !h.Equal(was) {
		h.Version = was.Version + 1
		m.records[id] = h.Clone()
	}
	return h, nil
}

// ByEmail implements customers.Store.
func (m *Memory) ByEmail(_ context.Context, hash []byte) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []string
	for id, h := range m.records {
		if h.EmailHash != nil && bytes.Equal(h.EmailHash, hash) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found, nil
}

// SharedKey implements customers.Store.
func (m *Memory) SharedKey(_ context.Context, name string, wrapped []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shared[name] == nil && wrapped != nil {
		m.shared[name] = wrapped
	}
	return m.shared[name], nil
}
