package feedsstore

import (
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
)

// Events turns a change of the table feeds into FeedFinished where a feed came to be over, or was counted anew after
// it was.
func Events(c outbox.Change) ([]outbox.Event, error) {
	var key struct {
		SK string `dynamodbav:"sk"`
	}
	if err := store.Unmarshal(c.New, &key); err != nil || key.SK != feedSK {
		return nil, err
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
