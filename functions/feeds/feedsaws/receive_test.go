package feedsaws

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/feeds"
	"rialto/functions/internal/ids"
)

// Seen to catch: a key that S3 wrote as a form does, not read back; an object of another folder taken for an upload.
func TestWhatComesToTheQueueOfFiles(t *testing.T) {
	t.Parallel()
	feed, seller := ids.Derive(ids.Feed, "f"), ids.Derive(ids.Seller, "s")
	event := func(key string) string {
		return `{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"` + key + `","size":12,"eTag":"abc"}}}]}`
	}
	came := []feeds.Task{{FeedID: feed, ETag: "abc", Bytes: 12}}
	for name, c := range map[string]struct {
		body string
		want []feeds.Task
		bad  bool
	}{
		"an upload":       {event("uploads/" + seller + "/" + feed), came, false},
		"as a form":       {event("uploads%2F" + seller + "%2F" + feed), came, false},
		"a report":        {event("reports/" + seller + "/" + feed), nil, false},
		"a deeper folder": {event("uploads/x/" + seller + "/" + feed), nil, false},
		"another name":    {event("uploads/" + seller + "/" + feed + ".csv"), nil, false},
		"a bad key":       {event("uploads/%zz"), nil, true},
		"a test":          {`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, nil, false},
		"our own": {
			`{"feed_id":"` + feed + `","etag":"abc","bytes":12,"position":7,"line":3,"chunk":1,"comma":";","columns":["sku",""]}`,
			[]feeds.Task{{FeedID: feed, ETag: "abc", Bytes: 12, Position: 7, Line: 3, Chunk: 1, Comma: ";", Columns: []string{"sku", ""}}}, false,
		},
		"nothing": {`{}`, nil, true},
		"no JSON": {`x`, nil, true},
	} {
		got, err := tasksOf([]byte(c.body))
		if (err != nil) != c.bad {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
