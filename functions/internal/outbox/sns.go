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

// perCall is what PublishBatch takes at most
// (docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html).
const perCall = 10

// SNS is a context's topic.
type SNS struct {
	Client *sns.Client
	ARN    string
}

// NewSNS returns the topic with that ARN.
func NewSNS(cfg aws.Config, arn string) *SNS { return &SNS{sns.NewFromConfig(cfg), arn} }

// Publish sends all events or reports an error; after an error some may have been sent.
func (t *SNS) Publish(ctx context.Context, es []Event) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for start := 0; start < len(es); start += perCall {
		part := es[start:min(start+perCall, len(es))]
		g.Go(func() error { return t.publish(ctx, part) })
	}
	return g.Wait()
}

func (t *SNS) publish(ctx context.Context, es []Event) error {
	in := &sns.PublishBatchInput{TopicArn: &t.ARN}
	for i, e := range es {
		body, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("event %s: %w", e.Name, err)
		}
		in.PublishBatchRequestEntries = append(in.PublishBatchRequestEntries, types.PublishBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), Message: aws.String(string(body)),
			MessageAttributes: map[string]types.MessageAttributeValue{"name": {DataType: aws.String("String"), StringValue: &e.Name}}})
	}
	out, err := t.Client.PublishBatch(ctx, in)
	if err != nil {
		return fmt.Errorf("publish %d events: %w", len(es), err)
	}
	if n := len(out.Failed); n > 0 {
		return fmt.Errorf("publish %d events: %d failed, the first with %s", len(es), n, aws.ToString(out.Failed[0].Code))
	}
	return nil
}
