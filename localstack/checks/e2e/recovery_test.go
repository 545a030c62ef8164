package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/contract"
	"rialto/localstack/demo/shop"
)

// What these tests do to time is all they do: they set a record's due time, and its holds' end, to another instant, as
// if the minutes until then had passed. Who finds the record then, and what becomes of it, is what is deployed.

var (
	functions = lambda.New(lambda.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), Credentials: keys})
	queues    = sqs.New(sqs.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), Credentials: keys})
	tables    = dynamodb.New(dynamodb.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalDynamoDBURL),
		Credentials: credentials.NewStaticCredentialsProvider(contract.LocalAccount, "test", "")})
)

// stop takes a function away; giving it back is the test's or its end's.
func stop(ctx context.Context, t *testing.T, function string) (again func()) {
	t.Helper()
	name := aws.String("rialto-local-" + function)
	if _, err := functions.PutFunctionConcurrency(ctx,
		&lambda.PutFunctionConcurrencyInput{FunctionName: name, ReservedConcurrentExecutions: aws.Int32(0)}); err != nil {
		t.Fatal(err)
	}
	again = func() {
		if _, err := functions.DeleteFunctionConcurrency(context.WithoutCancel(ctx),
			&lambda.DeleteFunctionConcurrencyInput{FunctionName: name}); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(again)
	return again
}

// dueAt makes a record due at an instant, and its holds end then if it waits for the bank.
func dueAt(ctx context.Context, t *testing.T, checkoutID, orderID string, at time.Time, holdsToo bool) {
	t.Helper()
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: checkoutID}}
	found, err := tables.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("rialto-local-checkouts"), Key: key,
		ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	bucket, ok := found.Item["due_bucket"].(*types.AttributeValueMemberS)
	if !ok {
		t.Fatalf("%s is not due at all", checkoutID)
	}
	_, number, _ := strings.Cut(bucket.Value, "#")
	at = at.UTC()
	_, err = tables.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("rialto-local-checkouts"), Key: key,
		UpdateExpression: aws.String("SET due_at = :at, due_bucket = :bucket, expires_at = :end"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":at":     &types.AttributeValueMemberS{Value: at.Format("2006-01-02T15:04:05.000Z")},
			":bucket": &types.AttributeValueMemberS{Value: at.Format("2006-01-02T15:04") + "#" + number},
			":end":    &types.AttributeValueMemberN{Value: fmt.Sprint(at.UnixMilli())}}})
	if err != nil || !holdsToo {
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	holds, err := tables.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("rialto-local-holds"), KeyConditionExpression: aws.String("pk = :o"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":o": &types.AttributeValueMemberS{Value: orderID}}})
	if err != nil || len(holds.Items) == 0 {
		t.Fatal(err, "no holds")
	}
	for _, h := range holds.Items {
		if _, err := tables.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("rialto-local-holds"),
			Key: map[string]types.AttributeValue{"pk": h["pk"], "sk": h["sk"]}, UpdateExpression: aws.String("SET expires_at = :end"),
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":end": &types.AttributeValueMemberN{Value: fmt.Sprint(at.UnixMilli())}}}); err != nil {
			t.Fatal(err)
		}
	}
}

// An execution dies with the card charged and the units held: neither the pivot nor the fence can be called. Once it
// is due the sweep finds it, its timer recovers it, and nothing is left. Seen to catch: a sweep that looks in the
// wrong minutes.
func TestADeadExecutionIsRecovered(t *testing.T) {
	ctx := deployed(t)
	k := newSKU(ctx, t, "Dead lamp", 10)
	s := mustShopper(ctx, t, "pm_card_visa")
	c := s.mustPut(ctx, t, k, 2)
	place, fence := stop(ctx, t, "checkout-place"), stop(ctx, t, "checkout-fence")
	a, err := s.Do(ctx, http.MethodPost, "/api/v1/orders/checkout", s.Order(c.ID), shop.Key(shop.NewKey()))
	if err != nil || a.Status != http.StatusAccepted {
		t.Fatalf("%d %s %v", a.Status, a.Problem().Code, err)
	}
	place()
	fence()
	last, err := auditor.LastCheckout(ctx, s.ID)
	if err != nil || last.State != "OPEN" {
		t.Fatalf("%+v %v", last, err)
	}
	if money, err := auditor.MoneyOf(ctx, last.OrderID); err != nil || money.Open == 0 {
		t.Fatalf("%+v %v", money, err)
	}
	if holds, err := auditor.Holds(ctx, last.OrderID); err != nil || holds["HELD"] != 1 {
		t.Fatalf("%v %v", holds, err)
	}
	dueAt(ctx, t, last.ID, last.OrderID, time.Now().Add(-3*time.Minute), false)
	var swept struct {
		Set int `json:"timers_set"`
	}
	invoke(ctx, t, "checkout-sweep", map[string]any{}, &swept)
	until(ctx, t, "the checkout ends", 3*time.Minute, func() bool {
		last, err = auditor.LastCheckout(ctx, s.ID)
		return err == nil && last.State == "FAILED"
	})
	money, err := auditor.MoneyOf(ctx, last.OrderID)
	if err != nil || money.Open+money.Captured != 0 || money.Authorized == 0 {
		t.Errorf("%+v %v", money, err)
	}
	if holds, err := auditor.Holds(ctx, last.OrderID); err != nil || holds["RELEASED"] != 1 {
		t.Errorf("%v %v", holds, err)
	}
	if there, err := auditor.OrderExists(ctx, last.OrderID); err != nil || there {
		t.Error("an order", err)
	}
	if st := balanced(ctx, t, k); st.Available != 10 {
		t.Errorf("%+v", st)
	}
	if o, err := s.checkout(ctx, c.ID, shop.NewKey()); err != nil || o.Status != "placed" {
		t.Errorf("the cart afterwards: %+v %v", o, err)
	}
}

// A 3-D Secure challenge is not answered: when the hold ends its units are free again.
func TestUnitsComeBackWhenTheirHoldEnds(t *testing.T) {
	ctx := deployed(t)
	k := newSKU(ctx, t, "Bank lamp", 3)
	s := mustShopper(ctx, t, "pm_card_authenticationRequired")
	o, err := s.checkout(ctx, s.mustPut(ctx, t, k, 3).ID, shop.NewKey())
	if err != nil || o.Status != "action_required" {
		t.Fatalf("%+v %v", o, err)
	}
	last, err := auditor.LastCheckout(ctx, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(6 * time.Second).Truncate(time.Millisecond)
	dueAt(ctx, t, last.ID, last.OrderID, end, true)
	queue, err := queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("rialto-local-checkout-timer")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue.QueueUrl, MessageBody: &last.ID}); err != nil { // as the sweep does
		t.Fatal(err)
	}
	until(ctx, t, "the units come back", 3*time.Minute, func() bool {
		st, err := auditor.Stock(ctx, k.product, k.seller)
		return err == nil && st.Available == 3
	})
	late := time.Since(end)
	if late < 0 {
		t.Errorf("%s before their hold's end", -late)
	}
	t.Logf("units were free again %s after their hold's end, seen every 200 ms", late.Round(10*time.Millisecond))
	until(ctx, t, "the checkout ends", 3*time.Minute, func() bool {
		last, err = auditor.LastCheckout(ctx, s.ID)
		return err == nil && last.State == "FAILED"
	})
	if money, err := auditor.MoneyOf(ctx, last.OrderID); err != nil || money.Open+money.Captured != 0 {
		t.Errorf("%+v %v", money, err)
	}
}
