// Package sweepstore keeps where a sweep begins, in one item of its context's table.
package sweepstore

import (
	"context"
	"fmt"

	"rialto/functions/internal/store"
)

// Prefix begins the partition keys of marks. No record's begins so.
const Prefix = "!sweep#"

// Mark is a sweep's item: PK !sweep#<name>, in a sorted table with the name as SK.
type Mark struct {
	DB     store.DB
	Table  string
	Name   string
	Sorted bool
}

func (m Mark) key() store.Key {
	k := store.Key{PK: Prefix + m.Name}
	if m.Sorted {
		k.SK = m.Name
	}
	return k
}

type mark struct {
	From string `dynamodbav:"sweep_from"`
}

// SweepFrom returns where the next sweep begins, "" if none has ended yet.
func (m Mark) SweepFrom(ctx context.Context) (string, error) {
	var x mark
	i, err := m.DB.Get(ctx, m.Table, m.key())
	if err == nil && i != nil {
		err = store.Unmarshal(i, &x)
	}
	if err != nil {
		return "", fmt.Errorf("get mark of %s: %w", m.Name, err)
	}
	return x.From, nil
}

// KeepSweepFrom keeps where the next sweep begins.
func (m Mark) KeepSweepFrom(ctx context.Context, from string) error {
	if _, err := m.DB.Apply(ctx, store.Put(m.Table, m.key(), mark{from}).Named("mark")); err != nil {
		return fmt.Errorf("keep mark of %s: %w", m.Name, err)
	}
	return nil
}
