package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const allOld = types.ReturnValuesOnConditionCheckFailureAllOld

func (d *Dynamo) Apply(ctx context.Context, w Write) (Item, error) {
	if err := errors.Join(w.err, w.cond.problem()); err != nil {
		return nil, fmt.Errorf("%s: %w", w.Label(), err)
	}
	var out Item
	err := Again(ctx, d.Pause, func() (err error) {
		out, err = d.one(ctx, w)
		return refusal(err, []Write{w})
	})
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", w.Label(), told(err))
	}
	return out, nil
}

func (d *Dynamo) one(ctx context.Context, w Write) (Item, error) {
	var e expression
	switch w.kind {
	case KindPut:
		_, err := d.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: d.table(w.Table), Item: w.item, ConditionExpression: e.condition(w.cond),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: allOld})
		return w.item, err
	case KindUpdate:
		in := &dynamodb.UpdateItemInput{TableName: d.table(w.Table), Key: w.Key.item(), UpdateExpression: aws.String(e.update(w.actions)),
			ConditionExpression: e.condition(w.cond), ReturnValues: types.ReturnValueAllNew, ReturnValuesOnConditionCheckFailure: allOld}
		in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.names, e.values
		res, err := d.Client.UpdateItem(ctx, in)
		if err != nil {
			return nil, err
		}
		return res.Attributes, nil
	case KindDelete:
		_, err := d.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: d.table(w.Table), Key: w.Key.item(),
			ConditionExpression:      e.condition(w.cond),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: allOld})
		return nil, err
	}
	return nil, errors.New("a Check is made in a transaction")
}

func (d *Dynamo) Transact(ctx context.Context, writes ...Write) error {
	if err := Transactable(writes); err != nil {
		return err
	}
	in := &dynamodb.TransactWriteItemsInput{}
	for _, w := range writes {
		if err := errors.Join(w.err, w.cond.problem()); err != nil {
			return fmt.Errorf("%s: %w", w.Label(), err)
		}
		in.TransactItems = append(in.TransactItems, d.part(w))
	}
	err := Again(ctx, d.Pause, func() error {
		_, err := d.Client.TransactWriteItems(ctx, in)
		return refusal(err, writes)
	})
	if err != nil {
		return fmt.Errorf("transaction: %w", told(err))
	}
	return nil
}

func (d *Dynamo) part(w Write) types.TransactWriteItem {
	var e expression
	table, key := d.table(w.Table), w.Key.item()
	switch w.kind {
	case KindPut:
		p := &types.Put{TableName: table, Item: w.item, ConditionExpression: e.condition(w.cond), ReturnValuesOnConditionCheckFailure: allOld}
		p.ExpressionAttributeNames, p.ExpressionAttributeValues = e.names, e.values
		return types.TransactWriteItem{Put: p}
	case KindUpdate:
		u := &types.Update{TableName: table, Key: key, UpdateExpression: aws.String(e.update(w.actions)),
			ConditionExpression: e.condition(w.cond), ReturnValuesOnConditionCheckFailure: allOld}
		u.ExpressionAttributeNames, u.ExpressionAttributeValues = e.names, e.values
		return types.TransactWriteItem{Update: u}
	case KindDelete:
		x := &types.Delete{TableName: table, Key: key, ConditionExpression: e.condition(w.cond), ReturnValuesOnConditionCheckFailure: allOld}
		x.ExpressionAttributeNames, x.ExpressionAttributeValues = e.names, e.values
		return types.TransactWriteItem{Delete: x}
	}
	c := &types.ConditionCheck{TableName: table, Key: key, ConditionExpression: e.condition(w.cond), ReturnValuesOnConditionCheckFailure: allOld}
	c.ExpressionAttributeNames, c.ExpressionAttributeValues = e.names, e.values
	return types.TransactWriteItem{ConditionCheck: c}
}

// causes maps the service's cancellation codes
// (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
var causes = map[string]Cause{
	"None": None, "ConditionalCheckFailed": ConditionFailed, "TransactionConflict": Conflicted,
	"ThrottlingError": Throttled, "ProvisionedThroughputExceeded": Throttled,
}

// refusal turns the service's ways of saying no into *Refused and leaves every other error as it is.
func refusal(err error, writes []Write) error {
	label := func(i int) string {
		if i < len(writes) {
			return writes[i].Label()
		}
		return "read"
	}
	var cancelled *types.TransactionCanceledException
	var failed *types.ConditionalCheckFailedException
	var conflict *types.TransactionConflictException
	switch {
	case errors.As(err, &cancelled):
		r := &Refused{}
		for i, c := range cancelled.CancellationReasons {
			cause, known := causes[aws.ToString(c.Code)]
			if !known {
				cause = Rejected
			}
			r.Reasons = append(r.Reasons, Reason{Write: label(i), Cause: cause, Found: found(c.Item)})
		}
		return r
	case errors.As(err, &failed):
		return &Refused{[]Reason{{Write: label(0), Cause: ConditionFailed, Found: found(failed.Item)}}}
	case errors.As(err, &conflict):
		return &Refused{[]Reason{{Write: label(0), Cause: Conflicted}}}
	}
	return err
}

func found(i Item) Item {
	if len(i) == 0 {
		return nil
	}
	return i
}
