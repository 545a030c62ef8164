package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Scan reads one of Segments disjoint parts of a whole table, from 0, in no order that means anything.
type Scan struct {
	Table             string
	Segment, Segments int
	Limit             int  // the most items a page holds; 0 leaves it to the service (1 MB)
	After             Item // the Next of the page before
	// Eventual allows a stale read at half the price.
	Eventual bool
}

// Scanner reads whole tables. It stands apart from DB since nothing that anybody waits for may: it is for building
// anew what is derived from a table.
type Scanner interface {
	// Scan reads consistently, unless it is Eventual. An item that is there throughout comes once; one that comes or goes meanwhile may.
	Scan(ctx context.Context, s Scan) (Page, error)
}

// Scan implements Scanner.
func (d *Dynamo) Scan(ctx context.Context, s Scan) (Page, error) {
	in := &dynamodb.ScanInput{TableName: d.table(s.Table), ConsistentRead: aws.Bool(!s.Eventual), ExclusiveStartKey: s.After,
		Segment: aws.Int32(int32(s.Segment)), TotalSegments: aws.Int32(int32(max(1, s.Segments)))}
	if s.Limit > 0 {
		in.Limit = aws.Int32(int32(s.Limit))
	}
	out, err := d.Client.Scan(ctx, in)
	if err != nil {
		return Page{}, fmt.Errorf("scan %s: %w", s.Table, told(err))
	}
	p := Page{Items: out.Items}
	if len(out.LastEvaluatedKey) > 0 {
		p.Next = out.LastEvaluatedKey
	}
	return p, nil
}
