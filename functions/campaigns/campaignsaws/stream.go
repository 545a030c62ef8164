package campaignsaws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"rialto/functions/campaigns"
)

// Stream is how many MB a second a Kinesis stream takes: the warm throughput of one on demand, the shards of one that is not.
type Stream struct {
	Kinesis *kinesis.Client
	Prefix  string
}

func (w Stream) stream(ctx context.Context, name string) (level campaigns.Level, onDemand bool, err error) {
	out, err := w.Kinesis.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String(w.Prefix + name)})
	if err != nil {
		return level, false, fmt.Errorf("describe stream: %w", err)
	}
	s := out.StreamDescriptionSummary
	if m := s.StreamModeDetails; m == nil || m.StreamMode != types.StreamModeOnDemand {
		return campaigns.Level{Is: int64(aws.ToInt32(s.OpenShardCount))}, false, nil
	}
	if s.WarmThroughput != nil {
		level.Is = int64(aws.ToInt32(s.WarmThroughput.CurrentMiBps))
	}
	return level, true, nil
}

// Read implements campaigns.Warmer.
func (w Stream) Read(ctx context.Context, name string) (campaigns.Level, error) {
	level, _, err := w.stream(ctx, name)
	return level, err
}

// Set implements campaigns.Warmer. Shards are at most doubled, or halved, by one call.
func (w Stream) Set(ctx context.Context, name string, level int64) (campaigns.Level, error) {
	now, onDemand, err := w.stream(ctx, name)
	if err != nil {
		return now, err
	}
	physical := aws.String(w.Prefix + name)
	if onDemand {
		_, err = w.Kinesis.UpdateStreamWarmThroughput(ctx, &kinesis.UpdateStreamWarmThroughputInput{StreamName: physical,
			WarmThroughputMiBps: aws.Int32(int32(level))})
	} else {
		_, err = w.Kinesis.UpdateShardCount(ctx, &kinesis.UpdateShardCountInput{StreamName: physical,
			TargetShardCount: aws.Int32(int32(min(max(level, (now.Is+1)/2), 2*now.Is))), ScalingType: types.ScalingTypeUniformScaling})
	}
	if is[*types.ResourceInUseException](err) {
		return now, nil // it is changing: the next run looks again
	}
	if err != nil {
		return now, fmt.Errorf("set throughput: %w", err)
	}
	return w.Read(ctx, name)
}
