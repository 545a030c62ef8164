package audit

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/parquet-go/parquet-go"

	"rialto/functions/contract"
)

// Lake reads the clickstream's files. Its client is for other buckets of the local cloud, too.
type Lake struct{ *s3.Client }

// lakeBucket is where the local stage's lake lies.
const lakeBucket = "rialto-local-clickstream-files-" + contract.LocalAccount

// LocalLake returns the reader of the local cloud's lake.
func LocalLake() Lake {
	return Lake{s3.New(s3.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(contract.LocalAccount, "test", "")})}
}

// Clicked is the part of a row that is looked at.
type Clicked struct {
	EventID string `parquet:"event_id"`
	Payload string `parquet:"payload_hash"`
	Action  string `parquet:"action_name"`
	Origin  string `parquet:"origin"`
	Session string `parquet:"session"`
	Object  string `parquet:"object_id"`
	Value   int64  `parquet:"value"`
	Items   []struct {
		ItemID   string `parquet:"item_id"`
		Quantity int64  `parquet:"quantity"`
	} `parquet:"items,list"`
}

// Rows reads the Parquet files of a folder, by event id.
func (l Lake) Rows(ctx context.Context, folder string) (map[string][]Clicked, error) {
	found := map[string][]Clicked{}
	err := l.each(ctx, folder, func(content []byte) error {
		rows, err := parquet.Read[Clicked](bytes.NewReader(content), int64(len(content)))
		for _, r := range rows {
			found[r.EventID] = append(found[r.EventID], r)
		}
		return err
	})
	return found, err
}

// NoEvent is a line that was no event: as it came, and why it is none.
type NoEvent struct{ Reason, Text string }

// Invalid reads the lines that were no events.
func (l Lake) Invalid(ctx context.Context) (list []NoEvent, err error) {
	err = l.each(ctx, "invalid", func(content []byte) error {
		z, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			return err
		}
		for lines := json.NewDecoder(z); lines.More(); {
			var line NoEvent
			if err := lines.Decode(&line); err != nil {
				return err
			}
			list = append(list, line)
		}
		return nil
	})
	return list, err
}

// each reads every object of a folder, but for one that is gone before it is read: what has become empty is deleted.
func (l Lake) each(ctx context.Context, folder string, do func(content []byte) error) error {
	pages := s3.NewListObjectsV2Paginator(l.Client, &s3.ListObjectsV2Input{Bucket: aws.String(lakeBucket), Prefix: aws.String(folder + "/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list %s of the lake: %w", folder, err)
		}
		for _, o := range page.Contents {
			out, err := l.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(lakeBucket), Key: o.Key})
			if gone := new(types.NoSuchKey); errors.As(err, &gone) {
				continue
			}
			if err != nil {
				return fmt.Errorf("read %s: %w", *o.Key, err)
			}
			content, err := io.ReadAll(out.Body)
			if err := errors.Join(err, out.Body.Close()); err != nil {
				return fmt.Errorf("read %s: %w", *o.Key, err)
			}
			if err := do(content); err != nil {
				return fmt.Errorf("read %s: %w", *o.Key, err)
			}
		}
	}
	return nil
}
