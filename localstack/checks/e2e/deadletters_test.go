package e2e

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/contract"
	"rialto/infra/operate/deadletters"
	"rialto/localstack/demo/shop"
)

// A record that cannot be turned into an event is tried a bounded number of times and then lies in S3, whole and with
// its reason in reach; what came behind it is published all the same. Once its trouble is over, a replay publishes it.
// LocalStack does not halve batches, so there what came behind it may go to S3 too, and is published by the replay. Not
// parallel: the others wait for the same stream.
func TestAPoisonedRecordIsKeptWholeAndReplayed(t *testing.T) {
	ctx := deployed(t)
	dl := deadletters.New(stage)
	heard := listen(ctx, t, "inventory")
	bad := sku{shop.NewID("prd_"), shop.NewID("sel_")}
	poison(ctx, t, bad)
	good := newSKU(ctx, t, "Replay lamp", 9)

	var kept deadletters.Failure
	until(ctx, t, "the poisoned record is in S3", 3*time.Minute, func() bool {
		failures, err := dl.Failures(ctx)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(failures, func(f deadletters.Failure) bool {
			return slices.ContainsFunc(f.Records, func(r deadletters.Record) bool { return strings.Contains(string(r.Whole), bad.product) })
		})
		if i >= 0 {
			kept = failures[i]
		}
		return i >= 0
	})
	if first := kept.Records[0]; kept.Function != "inventory-publish" || !strings.Contains(string(first.Whole), `"kept": {"S": "whole"}`) ||
		!strings.Contains(first.Text, "read stock") {
		t.Errorf("%s: %s: %s", kept.Function, first.Reason, first.Whole)
	}
	left, err := dl.Replay(ctx, kept)
	if err != nil || len(left) != 1 || !strings.Contains(string(left[0].Whole), bad.product) || !strings.Contains(left[0].Text, "read stock") {
		t.Fatalf("%+v %v", left, err)
	}
	until(ctx, t, "what came behind it is published", 3*time.Minute, func() bool { return heard(good.product) })

	cured := kept // as if the function could read it now
	cured.Records = []deadletters.Record{left[0]}
	cured.Records[0].Whole = json.RawMessage(strings.Replace(string(left[0].Whole), `"available": {"S": "many"}`, `"available": {"N": "7"}`, 1))
	if left, err := dl.Replay(ctx, cured); err != nil || len(left) != 0 {
		t.Fatalf("%+v %v", left, err)
	}
	until(ctx, t, "the replayed record is published", 3*time.Minute, func() bool { return heard(bad.product) })
	failures, err := dl.Failures(ctx)
	if err != nil || slices.ContainsFunc(failures, func(f deadletters.Failure) bool { return f.Key == kept.Key }) {
		t.Errorf("it is still in the bucket: %v", err)
	}
}

// A message in a dead-letter queue is shown with the reason that its function logged, and moved back.
func TestADeadLetterIsShownWithItsReasonAndRedriven(t *testing.T) {
	ctx := deployed(t)
	dl := deadletters.New(stage)
	queue, err := queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("rialto-local-carts-refresh-dead")})
	if err != nil {
		t.Fatal(err)
	}
	// A cart that is not there needs no refreshing: back in its queue, the message is done with.
	body := `{"id":"evt_x","name":"OrderPlaced","version":1,"key":"ord_x","data":{"customer_id":"` + shop.NewID("cus_") + `","marketplace":"US"}}`
	sent, err := queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue.QueueUrl, MessageBody: &body})
	if err != nil {
		t.Fatal(err)
	}
	id := aws.ToString(sent.MessageId)
	// It would take a quarter of an hour to fail often enough by itself.
	invoke(ctx, t, "carts-refresh", map[string]any{"Records": []map[string]any{{"messageId": id, "body": "no event"}}}, nil)
	find := func() (deadletters.Message, bool) {
		dead, err := dl.Messages(ctx)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(dead, func(l deadletters.Message) bool { return l.ID == id })
		if i < 0 {
			return deadletters.Message{}, false
		}
		return dead[i], true
	}
	until(ctx, t, "the message is shown with its reason", 3*time.Minute, func() bool {
		l, ok := find()
		return ok && l.Queue == "carts-refresh" && l.Body == body && l.Code == "malformed_event" && l.Text != ""
	})
	if n, err := dl.Redrive(ctx, "carts-refresh"); err != nil || n < 1 {
		t.Fatal(n, err)
	}
	until(ctx, t, "the dead-letter queue is empty again", 3*time.Minute, func() bool { _, there := find(); return !there })
}

// poison writes stock whose units are no number, and takes it away when the test is over.
func poison(ctx context.Context, t *testing.T, k sku) {
	t.Helper()
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	table, key := aws.String("rialto-local-inventory"), map[string]types.AttributeValue{"pk": s(k.product + "#" + k.seller), "sk": s("us-west-2")}
	item := map[string]types.AttributeValue{"pk": key["pk"], "sk": key["sk"], "product_id": s(k.product), "seller_id": s(k.seller),
		"fulfillment_center_id": s("us-west-2"),
		"available":             s("many"), "kept": s("whole")}
	if _, err := tables.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: item}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := tables.DeleteItem(context.Background(), &dynamodb.DeleteItemInput{TableName: table, Key: key}); err != nil {
			t.Error(err)
		}
	})
}

// listen returns a function that tells whether an event whose text has a word was published since.
func listen(ctx context.Context, t *testing.T, topic string) func(word string) bool {
	t.Helper()
	topics := sns.New(sns.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), Credentials: keys})
	q, err := queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(shop.NewID("test-"))})
	if err != nil {
		t.Fatal(err)
	}
	name := aws.ToString(q.QueueUrl)[strings.LastIndex(aws.ToString(q.QueueUrl), "/")+1:]
	arn := func(service, name string) *string {
		return aws.String("arn:aws:" + service + ":" + contract.LocalRegion + ":" + contract.LocalAccount + ":" + name)
	}
	sub, err := topics.Subscribe(ctx, &sns.SubscribeInput{TopicArn: arn("sns", "rialto-local-"+topic), Protocol: aws.String("sqs"),
		Endpoint:   arn("sqs", name),
		Attributes: map[string]string{"RawMessageDelivery": "true"}, ReturnSubscriptionArn: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := topics.Unsubscribe(context.Background(), &sns.UnsubscribeInput{SubscriptionArn: sub.SubscriptionArn}); err != nil {
			t.Error(err)
		}
		if _, err := queues.DeleteQueue(context.Background(), &sqs.DeleteQueueInput{QueueUrl: q.QueueUrl}); err != nil {
			t.Error(err)
		}
	})
	var got []string
	return func(word string) bool {
		page, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: q.QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 300})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Messages {
			got = append(got, aws.ToString(m.Body))
		}
		return slices.ContainsFunc(got, func(body string) bool { return strings.Contains(body, word) })
	}
}
