package restore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Options say what is rehearsed.
type Options struct {
	Table string    // as functions/contract names it
	At    time.Time // what it is restored to; zero for the latest that can be
	Items int       // how many are compared each way at most, spread over the table; 0 for all
	Keep  bool      // the copy stays, for looking things up and for PutBack, until the next drill of its table
}

// Report is what came of a drill.
type Report struct {
	Copy     string        // its table
	At       time.Time     // what it was restored to
	Restored time.Duration // how long that took
	Compared time.Duration
	Comparison
}

// left is how long a drill that was interrupted goes on to delete its copy.
const left = time.Minute

// Drill restores a table beside the live one, compares them, and deletes the copy, one that an earlier drill left before
// it begins, too. It fails if the copy is no such table, and if it differs by more than the writes since explain.
func (c *Client) Drill(ctx context.Context, o Options) (r Report, err error) {
	if _, err := stepsOf(o.Table); err != nil {
		return r, err
	}
	if err := c.drop(ctx, o.Table); err != nil {
		return r, err
	}
	r.Copy = c.prefix + o.Table + suffix
	defer func() {
		if o.Keep && r.Restored > 0 {
			return
		}
		clean, stop := ctx, context.CancelFunc(func() {})
		if ctx.Err() != nil {
			clean, stop = context.WithTimeout(context.WithoutCancel(ctx), left)
		}
		defer stop()
		err = errors.Join(err, c.drop(clean, o.Table))
	}()
	began := time.Now()
	if c.local {
		r.At, err = began.UTC(), c.scanned(ctx, o.Table)
	} else {
		r.At, err = c.restored(ctx, o.Table, o.At)
	}
	if err != nil {
		return r, err
	}
	if err := c.alike(ctx, o.Table); err != nil {
		return r, err
	}
	r.Restored = time.Since(began)
	began = time.Now()
	r.Comparison, err = compare(ctx, c.db, r.Copy, c.prefix+o.Table, o.Items)
	r.Compared = time.Since(began)
	if err != nil {
		return r, err
	}
	return r, r.verdict(r.Copy)
}

// restored has DynamoDB restore a table to a point in time, and waits for it.
func (c *Client) restored(ctx context.Context, table string, at time.Time) (time.Time, error) {
	in := &dynamodb.RestoreTableToPointInTimeInput{SourceTableName: aws.String(c.prefix + table), TargetTableName: aws.String(c.prefix + table + suffix)}
	if at.IsZero() {
		in.UseLatestRestorableTime = aws.Bool(true)
	} else {
		in.RestoreDateTime = &at
	}
	if _, err := c.db.RestoreTableToPointInTime(ctx, in); err != nil {
		return at, fmt.Errorf("restore %s: %w", table, err)
	}
	made, err := c.ready(ctx, c.prefix+table+suffix)
	if err != nil {
		return at, err
	}
	if s := made.RestoreSummary; s != nil && s.RestoreDateTime != nil {
		at = *s.RestoreDateTime
	}
	return at.UTC(), nil
}

// alike checks that what was made has the live table's keys and indexes: functions that were pointed at it would find them.
func (c *Client) alike(ctx context.Context, table string) error {
	var shapes []string
	for _, name := range []string{c.prefix + table, c.prefix + table + suffix} {
		d, err := c.ready(ctx, name)
		if err != nil {
			return err
		}
		shapes = append(shapes, shape(d))
	}
	if shapes[0] != shapes[1] {
		return fmt.Errorf("the copy of %s has %s, and the table has %s", table, shapes[1], shapes[0])
	}
	return nil
}

// shape is a table's keys and indexes in words.
func shape(d *types.TableDescription) string {
	keys := func(s []types.KeySchemaElement) string {
		var names []string
		for _, k := range s {
			names = append(names, aws.ToString(k.AttributeName))
		}
		return strings.Join(names, "+")
	}
	var indexes []string
	for _, i := range d.GlobalSecondaryIndexes {
		indexes = append(indexes, fmt.Sprintf(", index %s %s %s", aws.ToString(i.IndexName), keys(i.KeySchema), i.Projection.ProjectionType))
	}
	slices.Sort(indexes)
	return "key " + keys(d.KeySchema) + strings.Join(indexes, "")
}
