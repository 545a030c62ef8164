package clickstream

import (
	"bytes"
	"encoding/base64"
	"strings"
	"time"

	"rialto/functions/internal/fault"
)

// Origin says who put a record on the stream.
type Origin string

const (
	Browser Origin = "browser" // anybody, by way of the gateway: nothing in it is believed of anybody
	Server  Origin = "server"  // a function of ours
)

// Record is what one request or one function put on the stream: one batch of events of one session.
type Record struct {
	Shard, Sequence string    // where it stands on the stream
	ReceivedAt      time.Time // when the stream took it
	Origin          Origin
	RequestID       string
	Agent           string // the User-Agent of a browser's request
	Body            []byte // JSON, as it came
}

// errRecord is what is kept with a record that neither the gateway nor a function of ours wrote.
var errRecord = fault.New(fault.Malformed, "malformed_record", "the record does not begin with its origin, its request and its agent")

// Frame is a record's bytes on the stream: its origin, its request's id and its agent in base64, each ended by a space, and
// then the body as it came. The gateway writes the same by a template (infra/clickstream.go), which can neither escape text
// nor build JSON around a body that may be none.
func (r Record) Frame() []byte {
	head := string(r.Origin) + " " + r.RequestID + " " + base64.StdEncoding.EncodeToString([]byte(r.Agent)) + " "
	return append([]byte(head), r.Body...)
}

// Unframe reads what Frame wrote. Errors: malformed_record.
func (r *Record) Unframe(data []byte) error {
	parts := bytes.SplitN(data, []byte(" "), 4)
	if len(parts) != 4 {
		return errRecord
	}
	agent, err := base64.StdEncoding.DecodeString(string(parts[2]))
	if err != nil {
		return errRecord.Because(err)
	}
	origin := Origin(parts[0])
	if origin != Browser && origin != Server {
		return errRecord
	}
	r.Origin, r.RequestID, r.Agent, r.Body = origin, string(parts[1]), strings.ToValidUTF8(string(agent), ""), parts[3]
	return nil
}
