package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"sort"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Scan reads one of Segments disjoint parts of a whole table, from 0, in no order that means anything.
type Scan struct {
	Table             string
	Segment, Segments int
	Limit             int  // the most items a page holds; 0 leaves it to the service (1 MB)
	After             Item // the Next of the page before
}

// Scanner reads whole tables. It stands apart from DB since nothing that anybody waits for may: it is for building
// anew what is derived from a table.
type Scanner interface {
	// Scan reads consistently. An item that is there throughout comes once; one that comes or goes meanwhile may.
	Scan(ctx context.Context, s Scan) (Page, error)
}

// Scan implements Scanner.
func (d *Dynamo) Scan(ctx context.Context, s Scan) (Page, error) {
	in := &dynamodb.ScanInput{TableName: d.table(s.Table), ConsistentRead: aws.Bool(true), ExclusiveStartKey: s.After,
		Segment: aws.Int32(int32(s.Segment)), TotalSegments: aws.Int32(int32(max(1, s.Segments)))}
	if s.Limit > 0 {
		in.Limit = aws.Int32(int32(s.Limit))
	}
	out, err := d.Client.Scan(ctx, in)
	if err != nil {
		return Page{}, fmt.Errorf("scan %s: %w", s.Table, err)
	}
	p := Page{Items: out.Items}
	if len(out.LastEvaluatedKey) > 0 {
		p.Next = out.LastEvaluatedKey
	}
	return p, nil
}

// Scan implements Scanner.
func (m *Memory) Scan(ctx context.Context, s Scan) (Page, error) {
	if err := m.before(ctx, "Scan", nil); err != nil {
		return Page{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []Key
	after := keyOf(s.After)
	for k := range m.tables[s.Table] {
		h := fnv.New32a()
		_, _ = h.Write([]byte(k.PK)) // never fails
		later := s.After == nil || k.PK > after.PK || k.PK == after.PK && k.SK > after.SK
		if int(h.Sum32())%max(1, s.Segments) == s.Segment && later {
			keys = append(keys, k)
		}
	}
	sort.Slice(keys, func(a, b int) bool {
		return keys[a].PK < keys[b].PK || keys[a].PK == keys[b].PK && keys[a].SK < keys[b].SK
	})
	var p Page
	for _, k := range keys {
		if s.Limit > 0 && len(p.Items) == s.Limit {
			p.Next = pick(p.Items[len(p.Items)-1], "pk", "sk")
			break
		}
		p.Items = append(p.Items, copyItem(m.tables[s.Table][k]))
	}
	return p, nil
}
