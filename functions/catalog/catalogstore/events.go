package catalogstore

import (
	"fmt"
	"strings"

	"rialto/functions/catalog"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
)

// Events turns a change of the table products into ProductChanged. What is no product and writes that changed no
// version mean nothing to others.
func Events(c outbox.Change) ([]outbox.Event, error) {
	var before, after struct {
		PK      string `dynamodbav:"pk"`
		Version int64  `dynamodbav:"version"`
	}
	if err := store.Unmarshal(c.Old, &before); err != nil {
		return nil, fmt.Errorf("read change: %w", err)
	}
	if err := store.Unmarshal(c.New, &after); err != nil {
		return nil, fmt.Errorf("read change: %w", err)
	}
	data := catalog.ProductChanged{ProductID: after.PK, Version: after.Version}
	if c.New == nil {
		data = catalog.ProductChanged{ProductID: before.PK, Version: before.Version, Deleted: true}
	}
	if !strings.HasPrefix(data.ProductID, ids.Product) || !data.Deleted && before.Version == after.Version {
		return nil, nil
	}
	e, err := outbox.New("ProductChanged", data.ProductID, data)
	return []outbox.Event{e}, err
}
