package deadletters

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Failure is stream records that a function gave up, as Lambda put them into the bucket
// (docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html).
type Failure struct {
	Key      string
	Function string // "<context>-<function>"
	At       time.Time
	Records  []Record

	arn string
	doc map[string]json.RawMessage
}

// Record is one of them; Whole is what the function got.
type Record struct {
	Sequence string
	Whole    json.RawMessage
	Reason
}

// where Lambda puts failures.
const where = "aws/lambda/"

// Failures lists what is in the bucket, oldest first, with the reasons.
func (c *Client) Failures(ctx context.Context) ([]Failure, error) {
	bucket, err := c.bucket(ctx)
	if err != nil {
		return nil, err
	}
	var out []Failure
	for pages := s3.NewListObjectsV2Paginator(c.s3, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: aws.String(where)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", bucket, err)
		}
		for _, object := range page.Contents {
			f, err := c.failure(ctx, bucket, aws.ToString(object.Key))
			if err != nil {
				return nil, err
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// bucket has the account's number in its name, which a queue's URL tells.
func (c *Client) bucket(ctx context.Context) (string, error) {
	url, err := c.url(ctx, queues()[0])
	if err != nil {
		return "", err
	}
	return c.prefix + "stream-failures-" + path.Base(path.Dir(url)), nil
}

func (c *Client) failure(ctx context.Context, bucket, key string) (Failure, error) {
	object, err := c.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return Failure{}, fmt.Errorf("read %s: %w", key, err)
	}
	defer object.Body.Close()
	b, err := io.ReadAll(object.Body)
	if err != nil {
		return Failure{}, fmt.Errorf("read %s: %w", key, err)
	}
	f, err := parse(b)
	if err != nil {
		return Failure{}, fmt.Errorf("read %s: %w", key, err)
	}
	f.Key, f.Function = key, strings.TrimPrefix(f.name(), c.prefix)
	for i := range f.Records {
		if f.Records[i].Reason, err = c.reason(ctx, f.Function, f.Records[i].Sequence, time.Now().Add(-90*24*time.Hour)); err != nil {
			return Failure{}, err
		}
	}
	return f, nil
}

// parse reads a failure. Its payload is text on AWS, and an object in LocalStack.
func parse(b []byte) (Failure, error) {
	var f Failure
	var in struct {
		Timestamp      time.Time `json:"timestamp"`
		RequestContext struct {
			FunctionARN string `json:"functionArn"`
		} `json:"requestContext"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := errors.Join(json.Unmarshal(b, &f.doc), json.Unmarshal(b, &in)); err != nil {
		return f, fmt.Errorf("no record of a failure: %w", err)
	}
	f.arn, f.At = in.RequestContext.FunctionARN, in.Timestamp
	payload := []byte(in.Payload)
	var text string
	if json.Unmarshal(payload, &text) == nil {
		payload = []byte(text)
	}
	var event struct{ Records []json.RawMessage }
	if err := json.Unmarshal(payload, &event); err != nil || f.arn == "" || len(event.Records) == 0 {
		return f, fmt.Errorf("it has no function or no records (%w)", err)
	}
	for _, r := range event.Records {
		var id struct {
			DynamoDB, Kinesis struct{ SequenceNumber string }
		}
		if err := json.Unmarshal(r, &id); err != nil {
			return f, fmt.Errorf("a record cannot be read: %w", err)
		}
		f.Records = append(f.Records, Record{Sequence: id.DynamoDB.SequenceNumber + id.Kinesis.SequenceNumber, Whole: r})
	}
	return f, nil
}

// name is the function's, without an alias.
func (f Failure) name() string {
	_, after, _ := strings.Cut(f.arn, ":function:")
	name, _, _ := strings.Cut(after, ":")
	return name
}

// Replay gives a failure's records to their function again, in their order. What passes leaves the bucket; what fails
// again stays, whole, and the others do not wait for it. It returns what stays.
func (c *Client) Replay(ctx context.Context, f Failure) ([]Record, error) {
	bucket, err := c.bucket(ctx)
	if err != nil {
		return nil, err
	}
	left, err := replay(f.Records, func(records []Record) (int, string, error) { return c.again(ctx, f.arn, records) })
	if err != nil {
		return left, fmt.Errorf("replay %s: %w", f.Key, err)
	}
	for i := range left {
		if left[i].Text == "" { // it was alone in its batch, and so its function said which, not why
			if left[i].Reason, err = c.reason(ctx, f.Function, left[i].Sequence, time.Now().Add(-time.Hour)); err != nil {
				return left, err
			}
		}
	}
	if len(left) == 0 {
		if _, err := c.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &f.Key}); err != nil {
			return nil, fmt.Errorf("remove %s: %w", f.Key, err)
		}
		return nil, nil
	}
	if len(left) == len(f.Records) {
		return left, nil
	}
	if f.doc["payload"], err = payload(left); err != nil {
		return left, err
	}
	b, err := json.Marshal(f.doc)
	if err != nil {
		return left, err
	}
	if _, err := c.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &f.Key, Body: bytes.NewReader(b)}); err != nil {
		return left, fmt.Errorf("keep what is left of %s: %w", f.Key, err)
	}
	return left, nil
}

// replay tries all records, and where they stop, the first one alone, so that it keeps nobody else.
func replay(records []Record, try func([]Record) (done int, why string, err error)) (left []Record, err error) {
	for len(records) > 0 {
		done, why, err := try(records)
		if err != nil {
			return append(left, records...), err
		}
		records = records[done:]
		if len(records) == 0 {
			break
		}
		if done > 0 {
			continue // from the record at which it stopped
		}
		if len(records) > 1 {
			if done, why, err = try(records[:1]); err != nil {
				return append(left, records...), err
			}
		}
		if done == 0 {
			bad := records[0]
			bad.Reason = Reason{Text: why}
			left = append(left, bad)
		}
		records = records[1:]
	}
	return left, nil
}

// again invokes the function. done is how many records it is through with; why is empty if the function does not say.
func (c *Client) again(ctx context.Context, arn string, records []Record) (done int, why string, err error) {
	event, err := payload(records)
	if err != nil {
		return 0, "", err
	}
	out, err := c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &arn, Payload: event})
	if err != nil {
		return 0, "", fmt.Errorf("invoke %s: %w", arn, err)
	}
	var answer struct {
		Message  string `json:"errorMessage"`
		Failures []struct {
			Sequence string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(out.Payload, &answer); err != nil {
		return 0, "", fmt.Errorf("read the answer of %s: %w", arn, err)
	}
	if out.FunctionError != nil {
		return 0, answer.Message, nil
	}
	if len(answer.Failures) == 0 {
		return len(records), "", nil
	}
	for i, r := range records {
		if r.Sequence == answer.Failures[0].Sequence {
			return i, "", nil
		}
	}
	return 0, "", fmt.Errorf("%s failed on a record that it was not given", arn)
}

func payload(records []Record) (json.RawMessage, error) {
	whole := []json.RawMessage{}
	for _, r := range records {
		whole = append(whole, r.Whole)
	}
	return json.Marshal(map[string]any{"Records": whole})
}
