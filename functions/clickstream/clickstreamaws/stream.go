package clickstreamaws

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"rialto/functions/clickstream"
	"rialto/functions/internal/batch"
)

// Stream puts records on the stream.
type Stream struct {
	client *kinesis.Client
	name   string
}

// NewStream returns the stream of that name.
func NewStream(cfg aws.Config, name string) *Stream { return &Stream{kinesis.NewFromConfig(cfg), name} }

// Put implements clickstream.Stream.
func (s *Stream) Put(ctx context.Context, key string, r clickstream.Record) error {
	if _, err := s.client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: &s.name, PartitionKey: &key, Data: r.Frame()}); err != nil {
		return fmt.Errorf("put record: %w", err)
	}
	return nil
}

// Consumer takes records of one shard.
type Consumer interface {
	Consume(ctx context.Context, records []clickstream.Record) error
}

// OnRecords returns the handler of the stream's mapping. A record that cannot be read is the consumer's to keep; what fails is
// the whole batch, which Lambda halves and tries again.
func OnRecords(c Consumer) batch.KinesisHandler {
	return batch.Kinesis(func(ctx context.Context, list []events.KinesisEventRecord) error {
		records := make([]clickstream.Record, 0, len(list))
		for _, k := range list {
			shard, _ := batch.ShardOf(k)
			r := clickstream.Record{Shard: shard, Sequence: k.Kinesis.SequenceNumber, ReceivedAt: k.Kinesis.ApproximateArrivalTimestamp.UTC()}
			if err := r.Unframe(k.Kinesis.Data); err != nil {
				r.Body = k.Kinesis.Data // without an origin, it is kept as it is
			}
			records = append(records, r)
		}
		return c.Consume(ctx, records)
	})
}
