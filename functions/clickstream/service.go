package clickstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"rialto/functions/marketplaces"
)

// Span is the part of a shard that a batch of records is, by its first and last sequence number.
type Span struct{ Shard, First, Last string }

// Invalid is what was not taken for an event, with the reason: one event, or a whole record.
type Invalid struct {
	Reason     Reason    `json:"reason"`
	ReceivedAt time.Time `json:"received_at"`
	RequestID  string    `json:"request_id"`
	Sequence   string    `json:"sequence"`
	Text       string    `json:"text"` // as it came
}

// Tally is what became of a span's events. They sum up: Events is Kept, Refused and Invalid together.
type Tally struct {
	Records int            `json:"records"`
	Events  int            `json:"events"` // a record that could not be read counts as one
	Kept    int            `json:"kept"`
	Refused int            `json:"refused"` // consent was: nothing of them is kept
	Invalid map[Reason]int `json:"invalid,omitempty"`
	Bots    map[string]int `json:"bots,omitempty"` // of those kept
}

// Lake keeps what the consumer makes of spans. To write a span again writes the same objects again.
type Lake interface {
	// WriteRaw keeps the rows of one hour that a span brought.
	WriteRaw(ctx context.Context, hour time.Time, s Span, rows []Row) error
	// WriteInvalid keeps what came in an hour and was no event.
	WriteInvalid(ctx context.Context, received time.Time, s Span, list []Invalid) error
	WriteTally(ctx context.Context, received time.Time, s Span, t Tally) error
}

// Consumer takes what is on the stream into the lake.
type Consumer struct {
	Lake       Lake
	Pseudonyms Pseudonyms
}

// errSpan is the failure of a batch that is none.
var errSpan = errors.New("records of two shards, or none")

// Consume takes records of one shard, in order, into the lake. All of it is written, or it fails and may be run again, whole
// or in parts: what is written twice is found by Settle.
func (c Consumer) Consume(ctx context.Context, records []Record) error {
	if len(records) == 0 || slices.ContainsFunc(records, func(r Record) bool { return r.Shard != records[0].Shard }) {
		return errSpan
	}
	first, last := records[0], records[len(records)-1]
	span := Span{first.Shard, first.Sequence, last.Sequence}
	hours, invalid, tally := map[time.Time][]Row{}, []Invalid(nil), Tally{Invalid: map[Reason]int{}, Bots: map[string]int{}}
	for _, r := range records {
		rows, bad := c.Read(r, &tally)
		for _, row := range rows {
			hours[row.Hour()] = append(hours[row.Hour()], row)
		}
		invalid = append(invalid, bad...)
	}
	for _, hour := range slices.SortedFunc(maps.Keys(hours), time.Time.Compare) {
		if err := c.Lake.WriteRaw(ctx, hour, span, hours[hour]); err != nil {
			return fmt.Errorf("keep rows: %w", err)
		}
	}
	if len(invalid) > 0 {
		if err := c.Lake.WriteInvalid(ctx, first.ReceivedAt, span, invalid); err != nil {
			return fmt.Errorf("keep what is invalid: %w", err)
		}
	}
	if err := c.Lake.WriteTally(ctx, first.ReceivedAt, span, tally); err != nil {
		return fmt.Errorf("keep the tally: %w", err)
	}
	return nil
}

// Read makes rows of a record, each event by itself, and adds to a tally what became of them.
func (c Consumer) Read(r Record, tally *Tally) (rows []Row, invalid []Invalid) {
	tally.Records++
	refuse := func(reason Reason, text []byte) {
		tally.Events++
		tally.Invalid[reason]++
		invalid = append(invalid, Invalid{reason, r.ReceivedAt, r.RequestID, r.Sequence, string(text)})
	}
	if r.Origin == "" {
		refuse(malformedRecord, r.Body)
		return nil, invalid
	}
	batch, reason := open(r)
	if reason != "" {
		refuse(reason, r.Body)
		return nil, invalid
	}
	if r.Origin == Browser && !batch.Consent.Analytics {
		tally.Events += len(batch.Events)
		tally.Refused += len(batch.Events)
		return nil, nil
	}
	market, err := marketplaces.Lookup(batch.Marketplace)
	if err != nil { // open has looked
		refuse(badMarketplace, r.Body)
		return nil, invalid
	}
	for _, text := range batch.Events {
		e, reason := read(text, r.Origin, market.Currency, r.ReceivedAt)
		if reason != "" {
			refuse(reason, text)
			continue
		}
		row, err := c.row(r, batch, e, market.Currency)
		if err != nil {
			refuse(malformedEvent, text)
			continue
		}
		tally.Events++
		tally.Kept++
		if row.Bot != "" {
			tally.Bots[row.Bot]++
		}
		rows = append(rows, row)
	}
	return rows, invalid
}

// Refuses tells whether a record is of a browser whose shopper lets nothing be kept, and the pseudonym of their session.
func (c Consumer) Refuses(r Record) (session string, refuses bool) {
	b, reason := open(r)
	if reason != "" || r.Origin != Browser || b.Consent.Analytics {
		return "", false
	}
	return c.Pseudonyms.Session(b.SessionID), true
}

// row is an event as the lake keeps it.
func (c Consumer) row(r Record, b envelope, e Event, currency string) (Row, error) {
	row := Row{EventID: e.EventID, SchemaVersion: SchemaVersion, Origin: r.Origin, Action: e.ActionName,
		EventTime: e.Timestamp.UTC().Truncate(time.Millisecond), ReceivedAt: r.ReceivedAt.UTC().Truncate(time.Millisecond),
		Marketplace: b.Marketplace, Application: b.Application, Session: c.Pseudonyms.Session(b.SessionID),
		Client: c.Pseudonyms.Client(b.ClientID), Customer: b.Customer, Personalization: b.Consent.Personalization,
		QueryID: e.QueryID, RecommendationID: e.RecommendationID, ModelVersion: e.ModelVersion, SearchTerm: e.Attributes.SearchTerm,
		Currency: currency}
	if o := e.Attributes.Object; o != nil {
		row.ObjectID, row.ObjectField = o.ObjectID, o.Field
	}
	if p := e.Attributes.Position; p != nil {
		row.Position = p.Ordinal
	}
	if v := e.Attributes.Value; v != nil {
		row.Value = v.Minor
	}
	for _, i := range e.Attributes.Items {
		item := RowItem{ItemID: i.ItemID, SellerID: i.SellerID, Quantity: max(i.Quantity, 1), Index: i.Index, ListID: i.ListID}
		if i.Price != nil {
			item.Price = i.Price.Minor
		}
		row.Items = append(row.Items, item)
	}
	var err error
	if row.PayloadHash, err = row.hash(); err != nil {
		return Row{}, err
	}
	if r.Origin == Browser {
		row.Bot = agentOfBot(r.Agent)
	}
	return row, nil
}

// serverRecord frames a server's batch for the stream.
func serverRecord(id string, b ServerBatch) (Record, error) {
	body, err := json.Marshal(b)
	if err != nil {
		return Record{}, fmt.Errorf("batch: %w", err)
	}
	return Record{Origin: Server, RequestID: id, Body: body}, nil
}
