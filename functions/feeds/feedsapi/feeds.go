package feedsapi

import (
	"context"
	"time"

	"rialto/functions/feeds"
	"rialto/functions/internal/api"
	"rialto/functions/internal/files"
)

// Feed is how far a feed is.
type Feed struct {
	FeedID      string     `json:"feed_id"`
	Type        string     `json:"type" enum:"products,offers,prices,inventory"`
	Format      string     `json:"format" enum:"csv,jsonl"`
	Filename    string     `json:"filename,omitempty"`
	Marketplace string     `json:"marketplace" doc:"Of rows that name none"`
	State       string     `json:"state" enum:"CREATED,PROCESSING,DONE,DONE_WITH_ERRORS,FAILED"`
	Reason      *Reason    `json:"reason,omitempty" doc:"Why it failed, or does not get on"`
	Stalled     bool       `json:"stalled,omitempty" doc:"Nothing has happened for an hour: operators are told"`
	Bytes       int64      `json:"bytes" doc:"Of the file"`
	Progress    Progress   `json:"progress"`
	Counts      Counts     `json:"counts"`
	Encoding    string     `json:"encoding,omitempty" doc:"That the file is read in"`
	Ignored     []string   `json:"ignored_columns,omitempty" doc:"Columns that are not taken: they mean nothing here, or another is preferred"`
	CreatedAt   time.Time  `json:"created_at"`
	StartedAt   *time.Time `json:"started_at,omitempty"`
	FinishedAt  *time.Time `json:"finished_at,omitempty"`
}

// Reason is why a feed failed.
type Reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Progress is how much is done.
type Progress struct {
	Percent   int64 `json:"percent" minimum:"0" maximum:"100"`
	BytesRead int64 `json:"bytes_read"`
}

// Counts are rows so far.
type Counts struct {
	Rows      int64 `json:"rows"`
	Written   int64 `json:"written" doc:"Now stand otherwise than before"`
	Unchanged int64 `json:"unchanged" doc:"Stood so before"`
	Refused   int64 `json:"refused" doc:"Are in the report"`
	GivenUp   int64 `json:"given_up" doc:"Of the refused: failed on our side after every try; operators can send them again"`
}

func (h handler) shown(f feeds.Feed) Feed {
	out := Feed{FeedID: f.ID, Type: string(f.Kind), Format: f.Format, Filename: f.Filename, Marketplace: f.Marketplace, State: string(f.State),
		Stalled: f.Stalled(h.now()), Bytes: f.Bytes, Progress: Progress{f.Percent(), f.Position}, Encoding: f.Encoding, Ignored: f.Ignored,
		CreatedAt: f.CreatedAt,
		Counts:    Counts{f.Rows, f.Written, f.Unchanged, f.Refused, f.Dead}, StartedAt: given(f.BegunAt), FinishedAt: given(f.OverAt)}
	if f.Reason != nil {
		out.Reason = &Reason{f.Reason.Code, f.Reason.Message}
	}
	return out
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type createInput struct {
	api.Marketplace
	api.IdempotencyKey
	Body struct {
		Type     string `json:"type" enum:"products,offers,prices,inventory"`
		Format   string `json:"format" enum:"csv,jsonl"`
		Filename string `json:"filename,omitempty" maxLength:"200"`
		Bytes    int64  `json:"bytes,omitempty" minimum:"0" maximum:"1073741824" doc:"The file's exact size. Without it, rows come as a message"`
		SHA256   string `json:"sha256,omitempty" pattern:"^[0-9a-f]{64}$" patternDescription:"64 hexadecimal digits" doc:"Other bytes are refused"`
		Encoding string `json:"encoding,omitempty" maxLength:"20" doc:"Of the file, such as windows-1252, shift_jis or gbk, where its bytes do not show it"`
		Again    bool   `json:"again,omitempty" doc:"Make the same changes of stock again, though the same file came in the last 24 hours"`
	}
}

type createOutput struct {
	api.Location
	api.Replayed
	Body Created
}

// Created is a feed that waits for its rows.
type Created struct {
	Feed   Feed           `json:"feed"`
	Upload *files.Address `json:"upload,omitempty"`
	Queue  *Intake        `json:"queue,omitempty" doc:"Where the rows of a feed without bytes are sent as a message"`
}

// Intake is the queue for messages {"feed_id":…,"rows":[…]}.
type Intake struct {
	URL string `json:"url"`
}

func (h handler) create(ctx context.Context, in *createInput) (*createOutput, error) {
	b := in.Body
	o, err := h.feeds.Create(ctx, me(ctx), in.Key, feeds.Order{Kind: feeds.Kind(b.Type), Format: b.Format, Filename: b.Filename,
		Marketplace: in.Market,
		Bytes:       b.Bytes, SHA256: b.SHA256, Encoding: feeds.EncodingOf(b.Encoding), Again: b.Again})
	if err != nil {
		return nil, err
	}
	out := &createOutput{
		Location: api.Location{Location: "/seller/v1/feeds/" + o.ID},
		Replayed: api.Replay(o.Replayed),
		Body:     Created{Feed: h.shown(o.Feed)},
	}
	switch {
	case o.Upload.URL != "":
		out.Body.Upload = &o.Upload
	case o.State == feeds.Created:
		out.Body.Queue = &Intake{h.intake}
	}
	return out, nil
}

type listInput struct{ api.Page }

type listOutput struct {
	Body struct {
		Feeds      []Feed `json:"feeds"`
		NextCursor string `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h handler) list(ctx context.Context, in *listInput) (*listOutput, error) {
	out := &listOutput{}
	var err error
	out.Body.Feeds, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after feeds.Position) ([]feeds.Feed, feeds.Position, error) {
		return h.feeds.Feeds(ctx, me(ctx), in.Limit, after)
	}, h.shown)
	return out, err
}

type feedInput struct {
	FeedID string `path:"feed_id" pattern:"^fed_[a-z2-7]{26}$" patternDescription:"a feed id"`
}

type feedOutput struct{ Body Feed }

func (h handler) get(ctx context.Context, in *feedInput) (*feedOutput, error) {
	f, err := h.feeds.Feed(ctx, me(ctx), in.FeedID)
	if err != nil {
		return nil, err
	}
	return &feedOutput{h.shown(f)}, nil
}

type reportOutput struct {
	Body struct {
		URL       string    `json:"url" doc:"To be fetched without a token"`
		ExpiresAt time.Time `json:"expires_at"`
		Refused   []Group   `json:"refused" doc:"Equal lines together, the most first"`
	}
}

// Group are refused rows with one code and one message, but for the numbers in it.
type Group struct {
	Code       string `json:"code"`
	Message    string `json:"message" doc:"Of the first"`
	Rows       int64  `json:"rows"`
	FirstLines []int  `json:"first_lines" doc:"Of the file"`
}

func (h handler) report(ctx context.Context, in *feedInput) (*reportOutput, error) {
	a, err := h.feeds.Report(ctx, me(ctx), in.FeedID)
	if err != nil {
		return nil, err
	}
	out := &reportOutput{}
	out.Body.URL, out.Body.ExpiresAt, out.Body.Refused = a.URL, a.Expires, make([]Group, 0, len(a.Groups))
	for _, g := range a.Groups {
		out.Body.Refused = append(out.Body.Refused, Group{g.Code, g.Message, g.Rows, g.Lines})
	}
	return out, nil
}
