package inventorystore

import (
	"context"
	"log/slog"
	"strings"

	"rialto/functions/internal/metrics"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// Events turns a change of the table inventory into StockBandChanged, if a band was crossed. Of stock that is divided,
// the layout's hint crosses bands, not its shards: an event is about all units in a centre, and not one a shard.
func Events(c outbox.Change) ([]outbox.Event, error) {
	if c.New == nil {
		return nil, nil
	}
	var key struct {
		PK string `dynamodbav:"pk"`
		SK string `dynamodbav:"sk"`
	}
	if err := store.Unmarshal(c.New, &key); err != nil || strings.HasPrefix(key.PK, "!") {
		return nil, err
	}
	if !strings.HasPrefix(key.SK, "!") {
		if err := audit(c); err != nil {
			return nil, err
		}
	}
	layout := strings.HasPrefix(key.SK, shards.LayoutPrefix)
	if !layout && (shards.Divided(c.New) || strings.HasPrefix(key.SK, "!")) || layout && c.Old == nil {
		return nil, nil // dividing stock changes how it is kept, not how much there is
	}
	after, err := banded(c.New, layout)
	if err != nil {
		return nil, err
	}
	var before *inventory.Stock
	if c.Old != nil {
		b, err := banded(c.Old, layout)
		if err != nil {
			return nil, err
		}
		before = &b
	}
	change, crossed := inventory.Crossed(before, after)
	if !crossed {
		return nil, nil
	}
	e, err := outbox.New("StockBandChanged", after.SKU.String(), change)
	return []outbox.Event{e}, err
}

// audit tells of stock that a change left out of balance. It holds nothing up: what is wrong is in the table already.
func audit(c outbox.Change) error {
	s, err := readStock(c.New)
	if err != nil {
		return err
	}
	if odd := s.Oddity(); odd != "" {
		slog.Error("stock does not balance", "sku", s.SKU.String(), "center", s.Centre, "shard", s.Shard, "version", s.Version, "with", odd)
		metrics.Count(context.Background(), metrics.Unbalanced, odd, 1, c.At)
	}
	return nil
}

func banded(i store.Item, layout bool) (inventory.Stock, error) {
	s, err := readStock(i)
	if err != nil || !layout {
		return s, err
	}
	l, err := shards.ReadLayout(i)
	s.Available = l.Free
	return s, err
}
