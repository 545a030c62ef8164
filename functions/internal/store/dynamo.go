package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Dynamo is the DB on AWS. Tables are named Prefix + table.
type Dynamo struct {
	Client *dynamodb.Client
	Prefix string
	// Pause waits before try n (1, 2, …) of a write that met another transaction; an error ends the trying.
	Pause func(ctx context.Context, try int) error
}

// NewDynamo returns the DB of one stage.
func NewDynamo(cfg aws.Config, prefix string, random func() float64) *Dynamo {
	return &Dynamo{Client: dynamodb.NewFromConfig(cfg), Prefix: prefix, Pause: Backoff(FirstWait, random)}
}

func (d *Dynamo) table(name string) *string { return aws.String(d.Prefix + name) }

func (d *Dynamo) Get(ctx context.Context, table string, key Key) (Item, error) {
	out, err := d.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: d.table(table), Key: key.item(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("get from %s: %w", table, told(err))
	}
	return out.Item, nil
}

func (d *Dynamo) GetMany(ctx context.Context, gets ...Get) ([]Item, error) {
	if len(gets) == 0 {
		return nil, nil
	}
	asked := map[string]types.KeysAndAttributes{}
	place := map[Get][]int{}
	for i, g := range gets {
		place[g] = append(place[g], i)
		if len(place[g]) > 1 {
			continue // BatchGetItem refuses a key named twice
		}
		t := asked[d.Prefix+g.Table]
		t.ConsistentRead = aws.Bool(true)
		t.Keys = append(t.Keys, g.Key.item())
		asked[d.Prefix+g.Table] = t
	}
	out := make([]Item, len(gets))
	for try := 1; len(asked) > 0; try++ {
		res, err := d.Client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: asked})
		if err != nil {
			return nil, fmt.Errorf("get many: %w", told(err))
		}
		for table, items := range res.Responses {
			for _, item := range items {
				for _, i := range place[Get{table[len(d.Prefix):], KeyOf(item)}] {
					out[i] = item
				}
			}
		}
		if asked = res.UnprocessedKeys; len(asked) > 0 {
			if try == tries {
				return nil, errBusy.Because(fmt.Errorf("get many: %d tables still throttled after %d tries", len(asked), tries))
			}
			if err := d.Pause(ctx, try); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (d *Dynamo) Snapshot(ctx context.Context, gets ...Get) ([]Item, error) {
	in := &dynamodb.TransactGetItemsInput{}
	for _, g := range gets {
		in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: d.table(g.Table), Key: g.Key.item()}})
	}
	var out []Item
	err := Again(ctx, d.Pause, func() error {
		res, err := d.Client.TransactGetItems(ctx, in)
		if err != nil {
			return refusal(err, nil)
		}
		out = make([]Item, len(gets))
		for i, r := range res.Responses {
			out[i] = r.Item
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", told(err))
	}
	return out, nil
}

func (d *Dynamo) Query(ctx context.Context, q Query) (Page, error) {
	q = q.Defaulted()
	if err := q.Placed(); err != nil {
		return Page{}, err
	}
	var e expression
	where := e.name(q.HashAttr) + " = " + e.value(&types.AttributeValueMemberS{Value: q.Hash})
	s := func(v string) string { return e.value(&types.AttributeValueMemberS{Value: v}) }
	switch {
	case q.Prefix != "":
		where += " AND begins_with(" + e.name(q.SortAttr) + ", " + s(q.Prefix) + ")"
	case q.From != "" && q.To != "":
		where += " AND " + e.name(q.SortAttr) + " BETWEEN " + s(q.From) + " AND " + s(q.To)
	case q.From != "":
		where += " AND " + e.name(q.SortAttr) + " >= " + s(q.From)
	case q.To != "":
		where += " AND " + e.name(q.SortAttr) + " <= " + s(q.To)
	}
	in := &dynamodb.QueryInput{TableName: d.table(q.Table), KeyConditionExpression: &where, ExpressionAttributeNames: e.names,
		ExpressionAttributeValues: e.values, ScanIndexForward: aws.Bool(!q.Reverse), ExclusiveStartKey: q.After,
		ConsistentRead: aws.Bool(q.Index == "" && !q.Eventual)}
	if q.Index != "" {
		in.IndexName = &q.Index
	}
	if q.Limit > 0 {
		in.Limit = aws.Int32(int32(q.Limit))
	}
	out, err := d.Client.Query(ctx, in)
	if err != nil {
		return Page{}, fmt.Errorf("query %s: %w", q.Table, told(err))
	}
	p := Page{Items: out.Items}
	if len(out.LastEvaluatedKey) > 0 {
		p.Next = out.LastEvaluatedKey
	}
	return p, nil
}
