package bucket

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/fault"
)

// Object is one that came to a bucket.
type Object struct {
	Key, ETag string
	Bytes     int64
}

var errMessage = fault.New(fault.Malformed, "malformed_message", "the message is none that this queue takes")

// ParseNotification reads what S3 tells a queue of objects that came: none when it says that it will tell. Errors:
// malformed_message.
func ParseNotification(body []byte) ([]Object, error) {
	var m struct {
		Event   string                 `json:"Event"` // s3:TestEvent, when the notification is set up
		Records []events.S3EventRecord `json:"Records"`
	}
	if err := json.Unmarshal(body, &m); err != nil || m.Records == nil && m.Event == "" {
		return nil, errMessage.Because(err)
	}
	var list []Object
	for _, r := range m.Records {
		key, err := url.QueryUnescape(r.S3.Object.Key) // S3 writes keys as forms do
		if err != nil {
			return nil, errMessage.Because(err)
		}
		list = append(list, Object{key, r.S3.Object.ETag, r.S3.Object.Size})
	}
	return list, nil
}

// Receive returns the handler of a queue that S3 tells of objects that came.
func Receive(do func(ctx context.Context, key, etag string, bytes int64) error) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		list, err := ParseNotification([]byte(m.Body))
		if err != nil {
			return err
		}
		for _, o := range list {
			if err := do(ctx, o.Key, o.ETag, o.Bytes); err != nil {
				return err
			}
		}
		return nil
	})
}
