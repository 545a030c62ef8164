package dashboard

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"rialto/infra/operate"
	"rialto/localstack/checks/audit"
)

// Local is the running local cloud, with its functions' logs in a folder.
func Local(logs string) *Source {
	stage := operate.Local()
	queues := sqs.NewFromConfig(stage.Config)
	return &Source{Logs: NewLogs(logs), Stock: audit.Local().Books, Queue: func(ctx context.Context, name string) (Queue, error) {
		out := Queue{Name: name}
		url, err := queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(stage.Prefix() + name)})
		if err != nil {
			return out, fmt.Errorf("find queue %s: %w", name, err)
		}
		const waiting, working = types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible
		is, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url.QueueUrl,
			AttributeNames: []types.QueueAttributeName{waiting, working}})
		if err != nil {
			return out, fmt.Errorf("look at queue %s: %w", name, err)
		}
		if out.Waiting, err = strconv.Atoi(is.Attributes[string(waiting)]); err != nil {
			return out, fmt.Errorf("look at queue %s: %w", name, err)
		}
		if out.Working, err = strconv.Atoi(is.Attributes[string(working)]); err != nil {
			return out, fmt.Errorf("look at queue %s: %w", name, err)
		}
		return out, nil
	}}
}
