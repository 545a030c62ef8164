package sellersstore

import (
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/sellers"
)

// Events turns a change of the table feeds into FeedFinished where a feed came to be over, or was counted anew after
// it was, and into SellerChanged where a profile was put.
func Events(c outbox.Change) ([]outbox.Event, error) {
	var key struct {
		SK string `dynamodbav:"sk"`
	}
	if err := store.Unmarshal(c.New, &key); err != nil {
		return nil, err
	}
	switch key.SK {
	case toldSK:
		var told sellers.SellerChanged
		if err := store.Unmarshal(c.New, &told); err != nil {
			return nil, err
		}
		e, err := outbox.New("SellerChanged", told.SellerID, told)
		return []outbox.Event{e}, err
	case feedSK:
	default:
		return nil, nil
	}
	after, err := feedOf(c.New)
	if err != nil || !after.State.Over() {
		return nil, err
	}
	if c.Old != nil {
		before, err := feedOf(c.Old)
		if err != nil || before.OverAt.Equal(after.OverAt) {
			return nil, err
		}
	}
	e, err := outbox.New("FeedFinished", after.ID, after.Finished())
	return []outbox.Event{e}, err
}
