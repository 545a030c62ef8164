package checkoutaws

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
)

// checker takes as long as it may for one checkout, and no time for the others.
type checker struct{ slow string }

func (l checker) Check(ctx context.Context, id string) (time.Duration, error) {
	if id != l.slow {
		return 0, nil
	}
	<-ctx.Done()
	return 0, ctx.Err()
}

// Seen to catch: a look that lasts until Lambda ends the function, and every message with it.
func TestALongRecoveryKeepsTheAnswersForOthers(t *testing.T) {
	t.Parallel()
	slow := ids.Derive(ids.Checkout, "slow")
	ctx, stop := context.WithTimeout(context.Background(), spare+time.Second)
	defer stop()
	out, err := OnTimer(checker{slow}, Timer{}, store.Pause)(ctx, events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "1", Body: slow}, {MessageId: "2", Body: ids.Derive(ids.Checkout, "done")}, {MessageId: "3", Body: "no checkout"}}})
	if err != nil || ctx.Err() != nil {
		t.Fatal(err, ctx.Err())
	}
	failed := map[string]bool{}
	for _, f := range out.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	if len(failed) != 2 || !failed["1"] || !failed["3"] {
		t.Errorf("failed: %v", failed)
	}
}
