package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"golang.org/x/sync/errgroup"
)

// What PublishBatch takes at most: entries, and bytes of all of them together, attributes included
// (docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html).
const (
	perCall     = 10
	perCallSize = 256 * 1024
)

// SNS is a context's topic.
type SNS struct {
	Client *sns.Client
	ARN    string
}

// NewSNS returns the topic with that ARN.
func NewSNS(cfg aws.Config, arn string) *SNS { return &SNS{sns.NewFromConfig(cfg), arn} }

// Publish sends all events or reports an error; after an error some may have been sent.
func (t *SNS) Publish(ctx context.Context, es []Event) error {
	calls, err := batches(es)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, entries := range calls {
		g.Go(func() error { return t.publish(ctx, entries) })
	}
	return g.Wait()
}

// batches divides events into calls, in order. One that is too large by itself goes alone, for SNS to refuse it by name.
func batches(es []Event) (calls [][]types.PublishBatchRequestEntry, err error) {
	size := 0
	for _, e := range es {
		body, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", e.Name, err)
		}
		const attribute = len("name" + "String")
		entry := len(body) + attribute + len(e.Name)
		if last := len(calls) - 1; last < 0 || len(calls[last]) == perCall || size+entry > perCallSize {
			calls, size = append(calls, nil), 0
		}
		last := len(calls) - 1
		calls[last] = append(calls[last], types.PublishBatchRequestEntry{
			Id: aws.String(strconv.Itoa(len(calls[last]))), Message: aws.String(string(body)),
			MessageAttributes: map[string]types.MessageAttributeValue{"name": {DataType: aws.String("String"), StringValue: &e.Name}}})
		size += entry
	}
	return calls, nil
}

func (t *SNS) publish(ctx context.Context, entries []types.PublishBatchRequestEntry) error {
	out, err := t.Client.PublishBatch(ctx, &sns.PublishBatchInput{TopicArn: &t.ARN, PublishBatchRequestEntries: entries})
	if err != nil {
		return fmt.Errorf("publish %d events: %w", len(entries), err)
	}
	if n := len(out.Failed); n > 0 {
		return fmt.Errorf("publish %d events: %d failed, the first with %s", len(entries), n, aws.ToString(out.Failed[0].Code))
	}
	return nil
}
