package campaignsaws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"rialto/functions/campaigns"
)

// leastPollers is the most that a mapping may have at its least
// (docs.aws.amazon.com/lambda/latest/api/API_ProvisionedPollerConfig.html).
const leastPollers = 200

// Pollers is how many pollers a function's queue may have, which are kept ready. A mapping that has any is not capped by calls at once
// (services-sqs-scaling.html): the two exclude each other, and its cap comes back with the last of them.
type Pollers struct {
	Lambda        *lambda.Client
	Prefix, Alias string
	Queues        []campaigns.Queue
}

// mapping is what feeds a function from its queue.
func (w Pollers) mapping(ctx context.Context, id string) (types.EventSourceMappingConfiguration, error) {
	out, err := w.Lambda.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: aws.String(w.Prefix + id + ":" + w.Alias)})
	if err != nil {
		return types.EventSourceMappingConfiguration{}, fmt.Errorf("list mappings: %w", err)
	}
	for _, m := range out.EventSourceMappings {
		if strings.HasSuffix(aws.ToString(m.EventSourceArn), ":"+w.Prefix+id) {
			return m, nil
		}
	}
	return types.EventSourceMappingConfiguration{}, campaigns.Absence("no mapping feeds the function from its queue")
}

func levelOf(m types.EventSourceMappingConfiguration) campaigns.Level {
	if m.ProvisionedPollerConfig == nil {
		return campaigns.Level{}
	}
	return campaigns.Level{Is: int64(aws.ToInt32(m.ProvisionedPollerConfig.MaximumPollers))}
}

// Read implements campaigns.Warmer.
func (w Pollers) Read(ctx context.Context, id string) (campaigns.Level, error) {
	m, err := w.mapping(ctx, id)
	return levelOf(m), err
}

// Set implements campaigns.Warmer.
func (w Pollers) Set(ctx context.Context, id string, level int64) (campaigns.Level, error) {
	m, err := w.mapping(ctx, id)
	if err != nil {
		return campaigns.Level{}, err
	}
	in := &lambda.UpdateEventSourceMappingInput{UUID: m.UUID, ScalingConfig: &types.ScalingConfig{},
		ProvisionedPollerConfig: &types.ProvisionedPollerConfig{}}
	if level > 0 {
		in.ProvisionedPollerConfig.MinimumPollers = aws.Int32(int32(min(level, leastPollers)))
		in.ProvisionedPollerConfig.MaximumPollers = aws.Int32(int32(level))
	} else if n := slices.IndexFunc(w.Queues, func(q campaigns.Queue) bool { return q.ID == id }); n >= 0 {
		in.ScalingConfig.MaximumConcurrency = aws.Int32(int32(w.Queues[n].Cap))
	}
	out, err := w.Lambda.UpdateEventSourceMapping(ctx, in)
	if is[*types.ResourceInUseException](err) || is[*types.ResourceConflictException](err) {
		return levelOf(m), nil // it is changing: the next run looks again
	}
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("set pollers: %w", err)
	}
	return levelOf(types.EventSourceMappingConfiguration{ProvisionedPollerConfig: out.ProvisionedPollerConfig}), nil
}
