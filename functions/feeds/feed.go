package feeds

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// Kind is what a feed's rows are about.
type Kind string

// The kinds of feeds, one for each of what sellers have in files.
const (
	Products  Kind = "products"
	Offers    Kind = "offers"
	Prices    Kind = "prices"
	Inventory Kind = "inventory"
)

var kinds = []Kind{Products, Offers, Prices, Inventory}

// The formats of a feed's file.
const (
	CSV   = "csv"
	Lines = "jsonl"
)

// State is how far a feed is.
type State string

// The states of a feed, in the order in which they come; the last three are over.
const (
	Created    State = "CREATED"    // its file has not come
	Processing State = "PROCESSING" // its rows are read, or on their way, or counted
	Done       State = "DONE"       // every row stands
	WithErrors State = "DONE_WITH_ERRORS"
	Failed     State = "FAILED" // its file cannot be read; Reason says why
)

// Over tells whether nothing more happens to a feed of that state.
func (s State) Over() bool { return s == Done || s == WithErrors || s == Failed }

const (
	// MaxBytes is the largest file: some ten million rows of stock.
	MaxBytes = 1 << 30
	// UploadFor is how long an upload's address works.
	UploadFor = time.Hour
	// ReportFor is how long a report's address works. Each request of it gives a new one.
	ReportFor = 15 * time.Minute
	// KeepFor is how long a feed is remembered.
	KeepFor = 90 * 24 * time.Hour
	// stalledAfter is for how long a feed may make no progress before it is called stalled.
	stalledAfter = time.Hour
)

// Reason is why a feed failed.
type Reason struct {
	Code    string `json:"code" dynamodbav:"code"`
	Message string `json:"message" dynamodbav:"message"`
}

// Tally counts rows. Written now stand otherwise than before, Unchanged stood so before, Refused do not stand; Dead of
// the refused were given up after every try, and wait in a dead-letter queue.
type Tally struct {
	Rows      int64 `json:"rows" dynamodbav:"rows"`
	Written   int64 `json:"written" dynamodbav:"written"`
	Unchanged int64 `json:"unchanged" dynamodbav:"unchanged"`
	Refused   int64 `json:"refused" dynamodbav:"refused"`
	Dead      int64 `json:"dead" dynamodbav:"dead"`
}

// Add returns the sum.
func (t Tally) Add(o Tally) Tally {
	return Tally{t.Rows + o.Rows, t.Written + o.Written, t.Unchanged + o.Unchanged, t.Refused + o.Refused, t.Dead + o.Dead}
}

// Sub returns the difference.
func (t Tally) Sub(o Tally) Tally {
	return Tally{t.Rows - o.Rows, t.Written - o.Written, t.Unchanged - o.Unchanged, t.Refused - o.Refused, t.Dead - o.Dead}
}

// Feed is a file of rows and what became of it.
type Feed struct {
	ID          string `dynamodbav:"feed_id"`
	SellerID    string `dynamodbav:"seller_id"`
	Kind        Kind   `dynamodbav:"kind"`
	Format      string `dynamodbav:"format"`
	Filename    string `dynamodbav:"filename"`
	Marketplace string `dynamodbav:"marketplace"` // of rows that name none
	Bytes       int64  `dynamodbav:"bytes"`       // of the file
	SHA256      string `dynamodbav:"sha256"`      // in hexadecimal, "" where the seller did not say
	Declared    string `dynamodbav:"declared"`    // encoding of the file, "" where the seller did not say
	Encoding    string `dynamodbav:"encoding"`    // that the file is read in, "" until it is known
	Again       bool   `dynamodbav:"again"`       // changes of stock that were uploaded before are meant to be made again

	State     State     `dynamodbav:"state"`
	Reason    *Reason   `dynamodbav:"reason,omitempty"`
	CreatedAt time.Time `dynamodbav:"created"`
	BegunAt   time.Time `dynamodbav:"begun"`
	MovedAt   time.Time `dynamodbav:"moved"` // when something last happened
	OverAt    time.Time `dynamodbav:"over"`

	ETag          string   `dynamodbav:"etag"`     // of the file that was begun
	Position      int64    `dynamodbav:"position"` // how many of its bytes are cut into chunks
	Chunks        int64    `dynamodbav:"chunks"`   // cut so far; all of them once Split
	Split         bool     `dynamodbav:"split"`
	CountedChunks int64    `dynamodbav:"counted_chunks"`
	Ignored       []string `dynamodbav:"ignored,omitempty"`
	Groups        []Group  `dynamodbav:"groups,omitempty"` // of the refused rows, once the feed is over
	Tally
}

// UploadKey is where the feed's file is put. It names the seller, and is signed for this seller's feed alone.
func (f Feed) UploadKey() string { return "uploads/" + f.SellerID + "/" + f.ID }

// ReportKey is where the report on the rows is.
func (f Feed) ReportKey() string { return "reports/" + f.SellerID + "/" + f.ID + ".csv" }

var uploadKey = regexp.MustCompile(`^uploads/(sel_[a-z2-7]{26})/(fed_[a-z2-7]{26})$`)

// FeedOf is the feed that an object was uploaded for, if it is an upload.
func FeedOf(key string) (feedID string, ok bool) {
	m := uploadKey.FindStringSubmatch(key)
	if m == nil {
		return "", false
	}
	return m[2], true
}

// Counted tells whether every chunk is cut and counted.
func (f Feed) Counted() bool { return f.Split && f.CountedChunks == f.Chunks }

// Outcome is the state of a feed whose chunks are all counted.
func (f Feed) Outcome() State {
	if f.Refused > 0 {
		return WithErrors
	}
	return Done
}

// Stalled tells whether a feed should have moved on by now: then a message of it waits in a dead-letter queue.
func (f Feed) Stalled(now time.Time) bool {
	return f.State == Processing && now.Sub(f.MovedAt) > stalledAfter
}

// Percent is how much of a feed is done, 0 to 100: of the bytes, as far as they are cut and their chunks counted.
func (f Feed) Percent() int64 {
	switch {
	case f.State.Over():
		return 100
	case f.Bytes == 0 || f.Chunks == 0:
		return 0
	}
	return min(99, f.Position*100/f.Bytes*f.CountedChunks/f.Chunks)
}

// Order is what a seller asks for when it creates a feed.
type Order struct {
	Kind        Kind
	Format      string
	Filename    string
	Marketplace string
	Bytes       int64
	SHA256      string
	Encoding    string // one of Encodings, "" to be told by the file
	Again       bool
}

var (
	// ErrFeedNotFound says that there is no such feed, or that it is another's.
	ErrFeedNotFound = fault.New(fault.NotFound, "feed_not_found", "there is no such feed")
	// ErrNoReport says that there is no report yet, or none at all.
	ErrNoReport = fault.New(fault.Conflict, "report_not_ready", "the feed is not over, or its file could not be read")
	// ErrKeyReused refuses an idempotency key that made another feed.
	ErrKeyReused = fault.KeyReused
	// ErrState says that the feed is no longer in the state that the change is for.
	ErrState = fault.New(fault.Conflict, "feed_moved", "the feed has moved on")
)

// feed makes the feed of an order.
func (o Order) feed(id, sellerID string, now time.Time) Feed {
	return Feed{ID: id, SellerID: sellerID, Kind: o.Kind, Format: o.Format, Filename: o.Filename, Marketplace: o.Marketplace, Bytes: o.Bytes,
		SHA256: o.SHA256, Declared: o.Encoding, Again: o.Again, State: Created, CreatedAt: now, MovedAt: now}
}

// Same tells whether a feed was made of this order.
func (o Order) Same(f Feed) bool {
	return o == Order{f.Kind, f.Format, f.Filename, f.Marketplace, f.Bytes, f.SHA256, f.Declared, f.Again}
}

var digest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Check returns invalid_feed with what is wrong with an order, or nil.
func (o Order) Check() error {
	var flaws []fault.Field
	for _, c := range []struct {
		ok                     bool
		pointer, code, message string
	}{
		{slices.Contains(kinds, o.Kind), "/type", "not_allowed", "must be one of: products, offers, prices, inventory"},
		{o.Format == CSV || o.Format == Lines, "/format", "not_allowed", "must be one of: csv, jsonl"},
		{o.Bytes >= 0 && o.Bytes <= MaxBytes, "/bytes", "out_of_range", "must be 0 to 1,073,741,824"},
		{o.Encoding == "" || slices.Contains(Encodings, o.Encoding), "/encoding", "not_allowed", "must be one of: " + strings.Join(Encodings, ", ")},
		{o.SHA256 == "" || digest.MatchString(o.SHA256), "/sha256", "bad_format", "must be 64 hexadecimal digits in lower case"},
	} {
		if !c.ok {
			flaws = append(flaws, fault.Field{Pointer: c.pointer, Code: c.code, Message: c.message})
		}
	}
	if flaws != nil {
		return fault.New(fault.Invalid, "invalid_feed", "the feed has fields that are not accepted").With(flaws...)
	}
	return nil
}

// Position is where a page of feeds ends; the zero Position is the start, and the end.
type Position struct {
	FeedID    string `json:"f,omitempty"`
	CreatedAt string `json:"c,omitempty"`
}

// FeedFinished is the data of the event of that name: a feed is over.
type FeedFinished struct {
	FeedID   string `json:"feed_id"`
	SellerID string `json:"seller_id"`
	Type     Kind   `json:"type"`
	State    State  `json:"state"`
	Code     string `json:"code,omitempty"` // of a feed that failed
	Tally
}

// Finished is the event of a feed that is over.
func (f Feed) Finished() FeedFinished {
	e := FeedFinished{FeedID: f.ID, SellerID: f.SellerID, Type: f.Kind, State: f.State, Tally: f.Tally}
	if f.Reason != nil {
		e.Code = f.Reason.Code
	}
	return e
}

func newFeedID(random interface{ Read([]byte) (int, error) }) (string, error) {
	return ids.New(ids.Feed, random)
}
