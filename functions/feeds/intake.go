package feeds

import (
	"bytes"
	"context"
	"encoding/json"

	"rialto/functions/internal/fault"
)

// Message is a feed's rows, or where they are, as a seller puts them on the queue. It names a feed that the seller
// created through the API: the id is 128 random bits that only its seller was told, and says whose the rows are.
type Message struct {
	FeedID string            `json:"feed_id"`
	Rows   []json.RawMessage `json:"rows,omitempty"`
	Bucket string            `json:"bucket,omitempty"`
	Key    string            `json:"key,omitempty"`
	ETag   string            `json:"etag,omitempty"`
	Bytes  int64             `json:"bytes,omitempty"`
}

var errMessage = fault.New(fault.Malformed, "malformed_message", "the message is neither rows of a feed of JSON lines nor a pointer to its upload")

// Intake takes a feed's rows as a message.
type Intake struct {
	Store  FeedReader
	Files  Files
	Queues Queues
	Bucket string // that uploads come to
}

// Take brings a message's rows to where an upload of its feed would be, from where it is the same feed; a pointer to
// the feed's own upload begins it. A message that comes again changes nothing.
func (i *Intake) Take(ctx context.Context, m Message) error {
	f, err := i.Store.Feed(ctx, m.FeedID)
	if err != nil {
		return err
	}
	switch {
	case f.State != Created:
		return nil
	case len(m.Rows) > 0 && m.Key == "" && f.Format == Lines && f.Bytes == 0:
		var b bytes.Buffer
		for _, r := range m.Rows {
			if err := json.Compact(&b, r); err != nil {
				return errMessage.Because(err)
			}
			b.WriteByte('\n')
		}
		return i.Files.Write(ctx, f.UploadKey(), &b)
	case len(m.Rows) == 0 && m.Bucket == i.Bucket && m.Key == f.UploadKey() && m.ETag != "":
		return i.Queues.Next(ctx, Task{FeedID: f.ID, ETag: m.ETag, Bytes: m.Bytes})
	}
	return errMessage
}
