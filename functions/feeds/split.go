package feeds

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/catalog"
	"rialto/functions/internal/chunks"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
	"rialto/functions/offers"
)

const (
	// chunkBytes is the text at which a chunk is full, and messageBytes the most that may come of it, below the 256 KB
	// of a message: a row that does not fit is too long.
	chunkBytes   = 64 << 10
	messageBytes = 220 << 10
	// perSend is how many chunks are sent in one call, and sending how many calls run at once.
	perSend = 10
	sending = 6
)

// Task is where to go on in a feed's file. It is all that one invocation tells the next. The zero Position begins.
type Task struct {
	FeedID   string `json:"feed_id"`
	ETag     string `json:"etag"`
	Bytes    int64  `json:"bytes"`
	Position int64  `json:"position,omitempty"` // a row begins there
	Line     int    `json:"line,omitempty"`     // of the file, from 1
	Chunk    int64  `json:"chunk,omitempty"`    // the next one's number
	// What the beginning of the file showed.
	Encoding string            `json:"encoding,omitempty"`
	Comma    string            `json:"comma,omitempty"`
	Columns  []string          `json:"columns,omitempty"`
	Decimals map[string]string `json:"decimals,omitempty"` // the mark before them, by column
	Money    string            `json:"money,omitempty"`    // the currency of prices, as the header says it
	Ignored  []string          `json:"ignored,omitempty"`  // fields of JSON lines that were met so far
	// Parent is the row whose variants may follow.
	Parent map[string]string `json:"parent,omitempty"`
	// Watch looks whether a feed whose file is cut still moves; GiveUp cuts it again, to give up the chunks that nobody
	// reported on.
	Watch  bool `json:"watch,omitempty"`
	GiveUp bool `json:"give_up,omitempty"`
}

// SplitterStore is what cutting needs of the store.
type SplitterStore interface {
	FeedReader
	// Begin takes a feed from CREATED to PROCESSING; ErrState if it is elsewhere.
	Begin(ctx context.Context, feedID, etag string, bytes int64, now time.Time) (Feed, error)
	// Claim remembers whose file that content is, unless another feed of the seller has it since then; it returns that one.
	Claim(ctx context.Context, f Feed, since, now time.Time) (other string, err error)
	// Ignore notes the encoding that a file is read in, and the columns that are not read.
	Ignore(ctx context.Context, feedID, encoding string, columns []string) error
	// Advance notes how far a file is cut, unless somebody was farther.
	Advance(ctx context.Context, feedID string, position, chunks int64, all bool, now time.Time) (Feed, error)
	// Fail ends a feed that is not over.
	Fail(ctx context.Context, feedID string, why Reason, now time.Time) error
	// Note leaves a reason at a feed that is not over.
	Note(ctx context.Context, feedID string, why Reason) error
	// CountedChunks tells which of some chunks, 100 at most, are counted.
	CountedChunks(ctx context.Context, feedID string, numbers []int64) (map[int64]bool, error)
}

// Uploads reads what sellers uploaded.
type Uploads interface {
	// Open reads an object from a position to its end. It fails with files.ErrChanged if that is not its etag.
	Open(ctx context.Context, key, etag string, from int64) (io.ReadCloser, error)
}

// Queues are what cutting and counting write to.
type Queues interface {
	Chunks(ctx context.Context, kind Kind, list []chunks.Chunk) error
	Results(ctx context.Context, list []chunks.Result) error
	Next(ctx context.Context, t Task) error
	// Later is Next after a while, 15 minutes at most.
	Later(ctx context.Context, t Task, after time.Duration) error
	Assemble(ctx context.Context, feedID string) error
}

// Names finds the products that a seller names in a marketplace; those that are not there are left out.
type Names interface {
	Products(ctx context.Context, sellerID, marketplace string, names ...Name) (map[Name]string, error)
}

// Splitter cuts files into chunks.
type Splitter struct {
	Store  SplitterStore
	Files  Uploads
	Queues Queues
	Names  Names
	Now    func() time.Time
}

// again is for how long the same changes of stock are taken for the same file.
const again = 24 * time.Hour

// Split cuts a feed's file from where the task says until it ends, or enough says of the bytes cut that it is time to
// let another invocation go on. Chunks are cut by the file alone and whole, so a task that comes twice cuts the same
// ones. What is wrong with the file fails the feed and is no error.
func (s *Splitter) Split(ctx context.Context, t Task, enough func(cut int64) bool) error {
	if t.Watch {
		stalled, err := s.watch(ctx, t)
		if err != nil || !stalled {
			return err
		}
		t.Watch, t.GiveUp = false, true
	}
	f, wanted, err := s.admit(ctx, t)
	if err != nil || !wanted {
		return err
	}
	in, err := s.Files.Open(ctx, f.UploadKey(), t.ETag, t.Position)
	if err == nil {
		defer in.Close()
		err = s.cut(ctx, f, t, in, enough)
	}
	var why *fault.Error
	if errors.As(err, &why) && !why.Kind.Transient() {
		return s.Store.Fail(ctx, f.ID, Reason{why.Code, why.Message}, s.Now())
	}
	return err
}

// GiveUp notes at a feed that its task is tried no more.
func (s *Splitter) GiveUp(ctx context.Context, t Task) error {
	const message = "reading the file failed again and again; operators are told, and can go on from where it stopped"
	return s.Store.Note(ctx, t.FeedID, Reason{"given_up", message})
}

// admit begins a feed, or tells whether the task is still wanted.
func (s *Splitter) admit(ctx context.Context, t Task) (Feed, bool, error) {
	f, err := s.Store.Feed(ctx, t.FeedID)
	if errors.Is(err, ErrFeedNotFound) {
		slog.WarnContext(ctx, "a file of no feed", "feed_id", t.FeedID)
		return f, false, nil
	}
	if err != nil {
		return f, false, err
	}
	if f.State == Created && t.Position == 0 {
		if t.Bytes > MaxBytes || f.Bytes > 0 && t.Bytes != f.Bytes {
			why := Reason{"wrong_size", fmt.Sprintf("the file has %d bytes, and %d were announced", t.Bytes, f.Bytes)}
			return f, false, s.Store.Fail(ctx, f.ID, why, s.Now())
		}
		begun, err := s.Store.Begin(ctx, f.ID, t.ETag, t.Bytes, s.Now())
		if !errors.Is(err, ErrState) {
			return begun, err == nil, err
		}
		if f, err = s.Store.Feed(ctx, t.FeedID); err != nil {
			return f, false, err
		}
	}
	if t.GiveUp {
		return f, f.State == Processing && f.ETag == t.ETag, nil
	}
	// Whoever got further has sent all that this task would.
	return f, f.State == Processing && f.ETag == t.ETag && f.Position <= t.Position && !f.Split, nil
}

// cut sends what it cuts until the file ends or it is enough, and says where to go on.
func (s *Splitter) cut(ctx context.Context, f Feed, t Task, in io.Reader, enough func(int64) bool) error {
	c := &cutter{feed: f, task: t, names: s.Names}
	first := t.Position == 0
	if err := c.start(ctx, s.Store, in); err != nil {
		return err
	}
	g, sendCtx := errgroup.WithContext(ctx)
	g.SetLimit(sending)
	ended := false
	for {
		var list []chunks.Chunk
		for len(list) < perSend && !ended {
			chunk, err := c.chunk(ctx)
			if errors.Is(err, io.EOF) {
				ended = true
				break
			}
			if err != nil {
				return errors.Join(err, g.Wait())
			}
			if first && !t.GiveUp {
				if err := s.checkFirst(ctx, f, c, chunk); err != nil {
					return err
				}
				first = false
			}
			list = append(list, chunk)
		}
		if len(list) > 0 {
			g.Go(func() error {
				if t.GiveUp {
					return s.giveUpChunks(sendCtx, f, list)
				}
				return s.post(sendCtx, f.Kind, list)
			})
		}
		if ended || enough(c.scan.position-t.Position) || sendCtx.Err() != nil {
			break
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if ended && c.next.Chunk == 0 {
		return badFile("empty_file", "the file has no rows")
	}
	if len(c.ignored) > len(t.Ignored) {
		if err := s.Store.Ignore(ctx, f.ID, c.task.Encoding, c.ignored); err != nil {
			return err
		}
	}
	return s.goOn(ctx, f, t, c.next, ended)
}

// goOn notes how far the file is cut, and lets another invocation cut the rest, or watch the feed where all is cut.
func (s *Splitter) goOn(ctx context.Context, f Feed, t, next Task, ended bool) error {
	if !ended {
		if err := s.Queues.Next(ctx, next); err != nil {
			return err
		}
	}
	if !t.GiveUp {
		after, err := s.Store.Advance(ctx, f.ID, next.Position, next.Chunk, ended, s.Now())
		if err == nil && after.Counted() && !after.State.Over() {
			err = s.Queues.Assemble(ctx, f.ID)
		}
		if err != nil || after.State.Over() {
			return err
		}
	}
	if !ended {
		return nil
	}
	return s.Queues.Later(ctx, Task{FeedID: t.FeedID, ETag: t.ETag, Bytes: t.Bytes, Watch: true}, watchEvery)
}

// checkFirst looks at a file's first chunk: whether it is a table at all, and was not uploaded before.
func (s *Splitter) checkFirst(ctx context.Context, f Feed, c *cutter, first chunks.Chunk) error {
	unread := func(r rows.Result) bool { return r.Code == errJSON.Code }
	if f.Format == Lines && len(first.Rows) == 0 && !slices.ContainsFunc(first.Refused, func(r rows.Result) bool { return !unread(r) }) {
		return badFile("not_json_lines", "none of the first %d lines is a JSON object", len(first.Refused))
	}
	if f.Kind != Inventory || f.Again || !c.relative {
		return nil
	}
	other, err := s.Store.Claim(ctx, f, s.Now().Add(-again), s.Now())
	if err == nil && other != "" {
		err = badFile("duplicate_file",
			"the same changes of stock came with feed %s in the last 24 hours; if they are to be made again, create the feed with again: true", other)
	}
	return err
}

// post sends chunks to their owner. One without a row that can be read has its result here.
func (s *Splitter) post(ctx context.Context, kind Kind, list []chunks.Chunk) error {
	var work []chunks.Chunk
	var results []chunks.Result
	for _, c := range list {
		if len(c.Rows) == 0 {
			results = append(results, c.Result(rows.Report{}))
			continue
		}
		work = append(work, c)
	}
	if len(results) > 0 {
		if err := s.Queues.Results(ctx, results); err != nil {
			return err
		}
	}
	if len(work) == 0 {
		return nil
	}
	return s.Queues.Chunks(ctx, kind, work)
}

// cutter makes chunks of records.
type cutter struct {
	feed     Feed
	task     Task // of which what the beginning of the file showed holds for the whole of it
	next     Task // where the next chunk begins
	names    Names
	scan     *scanner
	reading  reading
	parent   row      // whose variants may follow
	ignored  []string // fields of JSON lines that were met
	relative bool     // a row changed stock by a number
}

// start reads what stands before the rows.
func (c *cutter) start(ctx context.Context, store SplitterStore, in io.Reader) error {
	c.parent, c.ignored = c.task.Parent, c.task.Ignored
	if c.task.Position == 0 {
		if err := c.begin(ctx, store, in); err != nil {
			return err
		}
	} else {
		text, width := decode(in, c.task.Encoding)
		c.scan = newScanner(text, c.comma(), c.task.Position, c.task.Line)
		c.scan.width = width
	}
	c.scan.columns = len(c.task.Columns)
	c.reading = reading{c.feed, c.feed.BegunAt, c.task.Decimals, c.task.Money}
	c.mark()
	return nil
}

func (c *cutter) comma() byte {
	if c.feed.Format != CSV {
		return 0
	}
	return c.task.Comma[0]
}

// begin looks at the first window of a file, notes what it shows of the whole, and goes to the first row.
func (c *cutter) begin(ctx context.Context, store SplitterStore, in io.Reader) error {
	file := bufio.NewReaderSize(in, window)
	head, err := file.Peek(window)
	whole := errors.Is(err, io.EOF)
	if err != nil && !whole {
		return fmt.Errorf("read file: %w", err)
	}
	if err := sniff(head); err != nil {
		return err
	}
	encoding, mark, err := detect(head, whole, c.feed.Declared, c.feed.Marketplace)
	if err != nil {
		return err
	}
	first, _ := decode(bytes.NewReader(head[mark:]), encoding)
	shown, err := io.ReadAll(first)
	if err != nil {
		return fmt.Errorf("decode file: %w", err)
	}
	if err := linesEnd(shown, whole); err != nil {
		return err
	}
	if _, err := file.Discard(mark); err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	c.task.Encoding = encoding
	text, width := decode(file, encoding)
	if c.feed.Format != CSV {
		c.scan = newScanner(text, 0, int64(mark), 1)
		c.scan.width = width
		return store.Ignore(ctx, c.feed.ID, encoding, nil)
	}
	l, err := layoutOf(c.feed.Kind, shown, whole)
	if err != nil {
		return err
	}
	c.task.Comma, c.task.Columns, c.task.Decimals, c.task.Money = string(l.comma), l.columns, l.decimals, l.money
	c.scan = newScanner(text, l.comma, int64(mark), 1)
	c.scan.width = width
	if err := c.scan.goTo(l.skip, l.line); err != nil {
		return err
	}
	if _, err := c.scan.next(); err != nil { // the header
		return err
	}
	return store.Ignore(ctx, c.feed.ID, encoding, l.ignored)
}

// mark notes that the next chunk begins here.
func (c *cutter) mark() {
	number := c.task.Chunk
	if c.next.FeedID != "" {
		number = c.next.Chunk + 1
	}
	c.next = c.task
	c.next.Position, c.next.Line, c.next.Chunk = c.scan.position, c.scan.line, number
	c.next.Parent, c.next.Ignored = c.parent, c.ignored
}

// chunk cuts the next chunk, or fails with io.EOF. Where it ends depends on the records alone.
func (c *cutter) chunk(ctx context.Context) (chunks.Chunk, error) {
	out := chunks.Chunk{FeedID: c.feed.ID, SellerID: c.feed.SellerID, Kind: string(c.feed.Kind), Number: c.next.Chunk}
	var items []item
	ended := true
	for size := 0; len(items) < rows.Max && size < chunkBytes; {
		r, err := c.scan.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return out, err
		}
		size += len(r.text)
		if i, isRow := c.item(r, items); isRow {
			items = append(items, i)
		}
		ended = false
	}
	if ended {
		return out, io.EOF
	}
	c.mark()
	return out, c.fill(ctx, &out, items)
}

// item reads a record, and tells whether it is a row: a further image of a product among those before it is none.
func (c *cutter) item(r record, before []item) (item, bool) {
	if r.flaw != nil {
		return item{line: r.line, refuse: r.flaw}, true
	}
	var of row
	var err error
	if c.feed.Format == CSV {
		of, err = rowOfCells(r.text, c.task.Comma[0], c.task.Columns)
	} else {
		var ignored []string
		of, ignored, err = rowOfObject(r.text, c.feed.Kind)
		c.ignore(ignored)
	}
	if err != nil {
		return item{line: r.line, refuse: err}, true
	}
	of.related(c.parent)
	var under bool
	if under, c.parent = of.inherit(c.parent); under && of.saysNothing() {
		err := addImages(before, of)
		return item{line: r.line, refuse: err}, err != nil
	}
	c.relative = c.relative || of[colChange] != ""
	return c.reading.itemOf(r.line, of), true
}

// ignore notes fields that are not taken.
func (c *cutter) ignore(names []string) {
	for _, name := range names {
		if len(c.ignored) < maxColumns && !slices.Contains(c.ignored, name) {
			c.ignored = append(slices.Clip(c.ignored), name)
		}
	}
}

// fill looks up what rows have by name alone, and puts all into the chunk.
func (c *cutter) fill(ctx context.Context, out *chunks.Chunk, items []item) error {
	products, err := c.products(ctx, items)
	if err != nil {
		return err
	}
	size, seen := 0, rowsSeen{}
	for n, i := range items {
		if i.refuse == nil && len(i.names) > 0 && products[n] == "" {
			i.refuse = cmp.Or(i.lost, error(errName))
		}
		var raw []byte
		if i.refuse == nil {
			what := i.finish(products[n])
			if raw, err = encode(what); err != nil {
				return err
			}
			if size+len(raw) > messageBytes {
				i.refuse = tooLong
			} else {
				i.refuse = seen.again(i, what)
			}
		}
		if i.refuse != nil {
			out.Refused = append(out.Refused, rows.Refuse(i.line, i.refuse))
			continue
		}
		size += len(raw)
		out.Lines, out.Rows = append(out.Lines, i.line), append(out.Rows, raw)
	}
	return nil
}

// rowsSeen are the rows of a chunk that are about one thing each, by what it is.
type rowsSeen map[string]item

// again refuses a row about what an earlier row of the chunk is about, as nobody can tell which of them is meant: the
// earlier one stands. Stock may be counted and changed as often as one likes.
func (s rowsSeen) again(i item, what any) error {
	var key string
	switch w := what.(type) {
	case offers.Offer:
		key = w.ProductID + w.Marketplace
	case offers.Row:
		key = w.ProductID + w.Marketplace
	case offers.Repricing:
		key = w.ProductID + w.Marketplace
	case catalog.Row:
		key, i.by, _ = w.Name("") // the catalog refuses one without
	}
	first, twice := s[key]
	switch {
	case key == "":
	case !twice:
		s[key] = i
	case first.by != i.by:
		return fault.New(fault.Conflict, "duplicate_row", "line %d has the same product", first.line)
	default:
		return fault.New(fault.Conflict, "duplicate_row", "line %d has the same %s", first.line, i.by)
	}
	return nil
}

// products finds the product of each item that has names: by the first, and where that names none, by the next.
func (c *cutter) products(ctx context.Context, items []item) ([]string, error) {
	out := make([]string, len(items))
	for turn := 0; ; turn++ {
		var names []Name
		for n, i := range items {
			if i.refuse == nil && out[n] == "" && turn < len(i.names) && !slices.Contains(names, i.names[turn]) {
				names = append(names, i.names[turn])
			}
		}
		if len(names) == 0 {
			return out, nil
		}
		found, err := c.names.Products(ctx, c.feed.SellerID, c.feed.Marketplace, names...)
		if err != nil {
			return nil, err
		}
		for n, i := range items {
			if out[n] != "" || turn >= len(i.names) {
				continue
			}
			name := i.names[turn]
			if out[n] = found[name]; name.GTIN != "" {
				items[n].by = "GTIN"
			} else {
				items[n].by = "sku"
			}
		}
	}
}

var errName = fault.New(fault.NotFound, "product_not_found",
	"no product has that GTIN, and none of the seller's goes by that sku; send the products first, or name one by its id or GTIN")
