package feeds_test

import (
	"bytes"
	stdcmp "cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/feeds"
	"rialto/functions/feeds/feedsstore"
	"rialto/functions/internal/chunks"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/rows"
	"rialto/functions/laboratory/memory"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	me   = ids.Derive(ids.Seller, "me")
	shoe = ids.Derive(ids.Product, "shoe")
)

// world is a feed's whole way, in memory: what is posted waits until it is delivered.
type world struct {
	t     rapid.TB
	mu    sync.Mutex
	store feedsstore.Store
	files map[string][]byte
	etag  map[string]string
	now   time.Time

	tasks    []feeds.Task
	later    []feeds.Task
	chunks   []chunks.Chunk
	results  []chunks.Result
	assemble []string
	names    map[feeds.Name]string
	stop     func() bool // tells an invocation to let another go on
	market   string      // of feeds, "" for US
	failing  error       // what posting chunks fails with
}

func newWorld(t rapid.TB) *world {
	return &world{
		t:     t,
		store: feedsstore.Store{DB: memory.New()},
		files: map[string][]byte{},
		etag:  map[string]string{},
		now:   noon,
		stop:  func() bool { return false },
	}
}

func (w *world) Open(_ context.Context, key, etag string, from int64) (io.ReadCloser, error) {
	if w.etag[key] != etag {
		return nil, files.ErrChanged
	}
	return io.NopCloser(bytes.NewReader(w.files[key][from:])), nil
}
func (w *world) Read(_ context.Context, key string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b, ok := w.files[key]
	if !ok {
		return nil, errors.New("no such object: " + key)
	}
	return b, nil
}
func (w *world) Write(_ context.Context, key string, from io.Reader) error {
	b, err := io.ReadAll(from)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files[key] = b
	return err
}
func (w *world) Chunks(_ context.Context, _ feeds.Kind, list []chunks.Chunk) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failing != nil {
		return w.failing
	}
	w.chunks = append(w.chunks, list...)
	return nil
}
func (w *world) Results(_ context.Context, list []chunks.Result) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.results = append(w.results, list...)
	return nil
}
func (w *world) Next(_ context.Context, t feeds.Task) error {
	b, err := json.Marshal(t) // as it travels
	var copied feeds.Task
	if err == nil {
		err = json.Unmarshal(b, &copied)
	}
	w.tasks = append(w.tasks, copied)
	return err
}
func (w *world) Later(_ context.Context, t feeds.Task, _ time.Duration) error {
	w.later = append(w.later, t)
	return nil
}
func (w *world) Assemble(_ context.Context, id string) error {
	w.assemble = append(w.assemble, id)
	return nil
}
func (w *world) Products(_ context.Context, _, _ string, names ...feeds.Name) (map[feeds.Name]string, error) {
	return w.names, nil
}
func (w *world) clock() time.Time { return w.now }

func (w *world) service() *feeds.Service {
	return &feeds.Service{Store: w.store, Signer: signer{}, Now: w.clock, Random: rand.NewChaCha8([32]byte{byte(len(w.files))})}
}
func (w *world) intake() *feeds.Intake {
	return &feeds.Intake{Store: w.store, Files: w, Queues: w, Bucket: "files"}
}
func (w *world) splitter() *feeds.Splitter {
	return &feeds.Splitter{Store: w.store, Files: w, Queues: w, Names: w, Now: w.clock}
}
func (w *world) counter() *feeds.Counter {
	return &feeds.Counter{Store: w.store, Files: w, Queues: w, Now: w.clock}
}

type signer struct{}

func (signer) Upload(_ context.Context, key string, what files.Announced, until time.Duration) (files.Address, error) {
	return files.Address{Method: "PUT", URL: fmt.Sprintf("https://files/%s?%d", key, what.Bytes), Expires: noon.Add(until)}, nil
}
func (signer) Download(_ context.Context, key, _, _ string, until time.Duration) (files.Address, error) {
	return files.Address{Method: "GET", URL: "https://files/" + key, Expires: noon.Add(until)}, nil
}

// create makes a feed; upload puts its file, and S3 tells of it.
func (w *world) create(o feeds.Order, key string) feeds.Feed {
	o.Marketplace = stdcmp.Or(w.market, "US")
	out, err := w.service().Create(ctx, me, key, o)
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Feed
}

func (w *world) upload(f feeds.Feed, file string) {
	w.files[f.UploadKey()], w.etag[f.UploadKey()] = []byte(file), fmt.Sprintf("etag-%x", len(file))+ids.Derive("", file)
	w.tasks = append(w.tasks, feeds.Task{FeedID: f.ID, ETag: w.etag[f.UploadKey()], Bytes: int64(len(file))})
}

func (w *world) split() {
	for len(w.tasks) > 0 {
		t := w.tasks[0]
		w.tasks = w.tasks[1:]
		if err := w.splitter().Split(ctx, t, func(int64) bool { return w.stop() }); err != nil {
			w.t.Fatal(err)
		}
	}
}

// own works on chunks as an owner would: rows about the centre us-east-2 fail for now.
func own(c chunks.Chunk, down bool) chunks.Result {
	var r rows.Report
	for i, raw := range c.Rows {
		f := rows.Result{Line: i}
		if bytes.Contains(raw, []byte(`"us-east-2"`)) && down {
			f.Code, f.Message, f.Retry = "internal", "something failed on our side", true
		} else {
			r.Written++
		}
		r.Rows = append(r.Rows, f)
	}
	return c.Result(r)
}

func (w *world) count(results ...chunks.Result) {
	for _, a := range results {
		if err := w.counter().Count(ctx, a.FeedID, []chunks.Result{a}); err != nil {
			w.t.Fatal(err)
		}
	}
}

// run takes all that is posted to its end.
func (w *world) run() {
	w.split()
	for _, c := range w.chunks {
		w.count(own(c, false))
	}
	w.count(w.results...)
	w.chunks, w.results = nil, nil
	w.report()
}

func (w *world) report() {
	for _, id := range w.assemble {
		if err := w.counter().Assemble(ctx, id); err != nil {
			w.t.Fatal(err)
		}
	}
	w.assemble = nil
}

func (w *world) feed(id string) feeds.Feed {
	f, err := w.store.Feed(ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func stockFile(n int) string {
	var b strings.Builder
	b.WriteString("SKU;Menge;Lager;Notiz\r\n")
	for i := range n {
		switch i % 10 {
		case 3:
			fmt.Fprintf(&b, "%s;-1;us-west-1;=x\r\n", shoe)
		case 7:
			fmt.Fprintf(&b, "%s;5;us-west-1;\"two\r\nlines\"\r\n", shoe)
		default:
			fmt.Fprintf(&b, "%s;%d;us-west-1;\r\n", shoe, i)
		}
	}
	return b.String()
}

// A feed from its file to its report. Seen to catch: rows numbered from the header; a bad row that takes its chunk
// with it; a chunk counted without its part.
func TestAFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := "\xef\xbb\xbf" + stockFile(250)
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV, Bytes: int64(len(file))}, "key-0001")
	w.upload(f, file)
	w.run()
	got := w.feed(f.ID)
	if got.State != feeds.WithErrors || got.Tally != (feeds.Tally{Rows: 250, Written: 225,
		Refused: 25}) || got.Chunks != 3 || got.CountedChunks != 3 ||
		got.Percent() != 100 || cmp.Diff([]string{"Notiz"}, got.Ignored) != "" || got.Position != int64(len(file)) {
		t.Fatalf("%+v", got)
	}
	report := string(w.files[f.ReportKey()])
	lines := strings.Split(strings.TrimSpace(report), "\n")
	// Row i stands on line 2 + i, and one further for each row before it that has two lines.
	if len(lines) != 26 || lines[0] != "line,code,message" || lines[1] != "5,negative_quantity,/quantity must not be negative" ||
		!strings.HasPrefix(lines[2], "16,") ||
		!strings.HasPrefix(lines[25], "269,") {
		t.Errorf("%d lines: %s", len(lines), report)
	}
	a, err := w.service().Report(ctx, me, f.ID)
	if err != nil || !strings.Contains(a.URL, f.ReportKey()) || len(a.Groups) != 1 ||
		a.Groups[0].Code != "negative_quantity" || a.Groups[0].Rows != 25 ||
		len(a.Groups[0].Lines) != 10 || a.Groups[0].Lines[0] != 5 {
		t.Error(a, err)
	}
	if _, err := w.service().Report(ctx, ids.Derive(ids.Seller, "other"), f.ID); fault.Code(err) != "feed_not_found" {
		t.Error(err)
	}
}

// cutAndCount brings a file through, where stop ends an invocation and what twice says comes again. It returns the chunks by
// their number.
func cutAndCount(t rapid.TB, file string, stop, twice func() bool) (map[int64]string, feeds.Tally) {
	w := newWorld(t)
	w.stop = stop
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV, Bytes: int64(len(file))}, "key-0001")
	w.upload(f, file)
	for len(w.tasks) > 0 {
		if len(w.tasks) < 5 && twice() {
			w.tasks = append(w.tasks, w.tasks[0])
		}
		task := w.tasks[0]
		w.tasks = w.tasks[1:]
		if err := w.splitter().Split(ctx, task, func(int64) bool { return w.stop() }); err != nil {
			t.Fatal(err)
		}
	}
	out := map[int64]string{}
	for _, c := range w.chunks {
		c.FeedID = ""
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(b), f.ID, "F")
		if before, ok := out[c.Number]; ok && before != text {
			t.Fatalf("chunk %d was cut in two ways", c.Number)
		}
		out[c.Number] = text
	}
	list := w.chunks
	for len(list) > 0 { // results come in any order, some together, some again
		n := min(len(list), 7)
		var results []chunks.Result
		for _, c := range list[:n] {
			results = append(results, own(c, false))
		}
		if err := w.counter().Count(ctx, f.ID, results); err != nil {
			t.Fatal(err)
		}
		if !twice() {
			list = list[n:]
		}
	}
	w.report()
	if got := w.feed(f.ID); got.State != feeds.WithErrors || got.CountedChunks != got.Chunks {
		t.Fatalf("%+v", got)
	}
	return out, w.feed(f.ID).Tally
}

// Whoever stops where, and whatever comes twice, the chunks are the same and each is counted once. Seen to catch: an
// invocation that ends with a chunk that is not full; a task that comes again and starts a second run.
func TestChunksAreCutByTheFileAlone(t *testing.T) {
	t.Parallel()
	file := stockFile(640)
	never := func() bool { return false }
	want, tally := cutAndCount(t, file, never, never)
	if len(want) != 7 || tally.Rows != 640 {
		t.Fatal(len(want), tally)
	}
	rapid.Check(t, func(t *rapid.T) {
		stop := func() bool { return rapid.Bool().Draw(t, "stop") }
		twice := func() bool { return rapid.IntRange(0, 3).Draw(t, "twice") == 0 }
		got, counted := cutAndCount(t, file, stop, twice)
		if d := cmp.Diff(want, got); d != "" || counted != tally {
			t.Fatal(d, counted)
		}
	})
}

// Seen to catch: a file that cannot be read, tried again and again.
func TestPoisonedFilesFailWithTheirReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ format, file, code string }{
		"empty":           {feeds.CSV, " ", "empty_file"},
		"mark alone":      {feeds.CSV, "\xef\xbb\xbf", "empty_file"},
		"header alone":    {feeds.CSV, "sku,quantity,warehouse\n\n", "empty_file"},
		"blank lines":     {feeds.Lines, "\n\n", "empty_file"},
		"gzip":            {feeds.CSV, "\x1f\x8b\x08 and so on", "compressed_file"},
		"zip bomb":        {feeds.Lines, "PK\x03\x04 and so on", "compressed_file"},
		"no encoding":     {feeds.CSV, "sku,quantity,warehouse\nGr\x81\xdfe,1,x\n", "wrong_encoding"},
		"utf-16":          {feeds.CSV, "s\x00k\x00u\x00", "wrong_encoding"},
		"no header":       {feeds.CSV, "1,2,3\n4,5,6\n", "unknown_header"},
		"duplicates":      {feeds.CSV, "sku,quantity,SKU,warehouse\na,1,b,x\n", "duplicate_header"},
		"no quantity":     {feeds.CSV, "sku,warehouse\na,x\n", "missing_column"},
		"a long preamble": {feeds.CSV, strings.Repeat("\x80", 150_000) + "\nsku,quantity,warehouse\na,1,x\n", "unknown_header"},
		"a broken quote":  {feeds.CSV, "\"sku\"x,quantity,warehouse\na,1,x\n", "unknown_header"},
		"no JSON":         {feeds.Lines, "sku,quantity,warehouse\na,1,x\n", "not_json_lines"},
		"one array":       {feeds.Lines, "[{\"sku\":\"a\"}]", "not_json_lines"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			f := w.create(feeds.Order{Kind: feeds.Inventory, Format: c.format, Bytes: int64(len(c.file))}, "key-0001")
			w.upload(f, c.file)
			w.run()
			got := w.feed(f.ID)
			if got.State != feeds.Failed || got.Reason == nil || got.Reason.Code != c.code || got.Reason.Message == "" {
				t.Errorf("%s %+v", got.State, got.Reason)
			}
			if _, err := w.service().Report(ctx, me, f.ID); fault.Code(err) != "report_not_ready" {
				t.Error(err)
			}
		})
	}
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.names = map[feeds.Name]string{{SKU: "A-1"}: shoe}
	file := `{"sku":"A-1","qty":3,"fc":"us-west-1"}` + "\n\nnot json\n" + `{"sku":"A-2","qty":3,"fc":"us-west-1"}` + "\r\n" +
		`{"sku":"A-1","qty":1.5,"fc":"us-west-1"}`
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.Lines}, "key-0001")
	w.upload(f, file)
	w.split()
	if len(w.chunks) != 1 || !strings.Contains(string(w.chunks[0].Rows[0]), shoe) || cmp.Diff([]int{1}, w.chunks[0].Lines) != "" {
		t.Fatalf("%+v", w.chunks)
	}
	w.run()
	want := "line,code,message\n3,malformed_row,the line is not one JSON object\n" +
		"4,product_not_found,\"no product has that GTIN, and none of the seller's goes by that sku; " +
		"send the products first, or name one by its id or GTIN\"\n5,fractional_quantity,/quantity must be a whole number of units\n"
	if d := cmp.Diff(want, string(w.files[f.ReportKey()])); d != "" {
		t.Error(d)
	}
}

// Seen to catch: a file that was replaced while it was read, read on; one that is not what was announced.
func TestFilesThatAreNotWhatTheyWere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := stockFile(5000)
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV, Bytes: int64(len(file))}, "key-0001")
	w.upload(f, file)
	task := w.tasks[0]
	if err := w.splitter().Split(ctx, task, func(int64) bool { return true }); err != nil || w.feed(f.ID).Chunks != 10 {
		t.Fatal(err, w.feed(f.ID).Chunks)
	}
	first := w.feed(f.ID)
	if p := first.Percent(); p != 0 || first.State != feeds.Processing {
		t.Errorf("%d%% %+v", p, first)
	}
	w.tasks = w.tasks[1:]
	next := w.tasks
	w.tasks = nil
	w.upload(f, file[:len(file)-1]+"9") // S3 tells of it, and it is not begun
	w.split()
	if got := w.feed(f.ID); got.State != feeds.Processing || got.Chunks != 10 {
		t.Fatalf("%+v", got)
	}
	w.tasks = next
	w.split()
	if got := w.feed(f.ID); got.State != feeds.Failed || got.Reason.Code != "file_changed" {
		t.Errorf("%s %+v", got.State, got.Reason)
	}
	short := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV, Bytes: 5}, "key-0002")
	w.upload(short, file)
	w.split()
	if got := w.feed(short.ID); got.State != feeds.Failed || got.Reason.Code != "wrong_size" {
		t.Errorf("%s %+v", got.State, got.Reason)
	}
}

// The same changes of stock twice are most likely one click too many; the same counts are no change. Seen to catch: a
// feed that finds its own claim and refuses itself when its task comes again.
func TestTheSameFileTwice(t *testing.T) {
	t.Parallel()
	changes := "sku,change,warehouse\n" + shoe + ",5,us-west-1\n"
	counts := "sku,quantity,warehouse\n" + shoe + ",5,us-west-1\n"
	w := newWorld(t)
	for i, c := range []struct {
		file  string
		again bool
		after time.Duration
		want  feeds.State
	}{
		{changes, false, 0, feeds.Done}, {changes, false, time.Hour, feeds.Failed}, {changes, true, time.Hour, feeds.Done},
		{counts, false, 0, feeds.Done}, {counts, false, 0, feeds.Done}, {changes, false, 30 * time.Hour, feeds.Done},
	} {
		w.now = noon.Add(c.after)
		f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV, Again: c.again}, fmt.Sprint("key-000", i))
		w.upload(f, c.file)
		w.tasks = append(w.tasks, w.tasks[0])
		w.run()
		got := w.feed(f.ID)
		if got.State != c.want || got.State == feeds.Failed && (got.Reason.Code != "duplicate_file" || !strings.Contains(got.Reason.Message,
			"fed_")) {
			t.Errorf("%d: %s %+v", i, got.State, got.Reason)
		}
	}
}

// Rows that were given up are shown, and counted anew when their chunk is sent again. Seen to catch: a chunk counted
// twice; a report that keeps what is mended.
func TestWhatWasGivenUpCanComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := "sku,quantity,warehouse\n" + shoe + ",5,us-east-2\n" + shoe + ",5,us-west-1\n" + shoe + ",x,us-west-1\n"
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV}, "key-0001")
	w.upload(f, file)
	w.split()
	c := w.chunks[0]
	w.count(own(c, true), own(c, true))
	w.report()
	if got := w.feed(f.ID); got.State != feeds.WithErrors || got.Tally != (feeds.Tally{Rows: 3, Written: 1, Refused: 2, Dead: 1}) {
		t.Fatalf("%+v", got)
	}
	if r := string(w.files[f.ReportKey()]); !strings.Contains(r, "2,internal,given up after every try") {
		t.Error(r)
	}
	w.count(own(c, false), own(c, false), own(c, true)) // the last comes late
	w.report()
	if got := w.feed(f.ID); got.State != feeds.WithErrors || got.Tally != (feeds.Tally{Rows: 3, Written: 2, Refused: 1}) || got.CountedChunks != 1 {
		t.Fatalf("%+v", got)
	}
	if r := string(w.files[f.ReportKey()]); strings.Contains(r, "internal") || !strings.Contains(r, "4,invalid_value") {
		t.Error(r)
	}
}

// look lets the watch look after a while, and counts the chunks that it gives up.
func (w *world) look(t *testing.T, after time.Duration, lost int) {
	t.Helper()
	w.now = w.now.Add(after)
	if len(w.later) != 1 {
		t.Fatal(w.later)
	}
	w.tasks, w.later = w.later, nil
	w.stop = func() bool { return true }
	for len(w.tasks) > 0 {
		task := w.tasks[0]
		w.tasks = w.tasks[1:]
		if err := w.splitter().Split(ctx, task, func(int64) bool { return w.stop() }); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.results) != lost {
		t.Errorf("%d chunks are given up, not %d", len(w.results), lost)
	}
	w.count(w.results...)
	w.results = nil
}

// A chunk whose function died without a word is given up when the feed has not moved for an hour, with its lines, and is
// counted anew if somebody reports on them after all. Seen to catch: a feed that stays as it is; counted chunks told as
// lost; a second cutting that ends where an invocation does.
func TestAFeedThatStallsIsEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV}, "key-0001")
	w.upload(f, stockFile(450))
	w.split()
	var dead []chunks.Chunk
	for _, c := range w.chunks {
		if c.Number == 1 || c.Number == 4 {
			dead = append(dead, c)
			continue
		}
		w.count(own(c, false))
	}
	w.look(t, 59*time.Minute, 0)
	before := w.feed(f.ID)
	if before.State != feeds.Processing || before.CountedChunks != 3 {
		t.Fatalf("%+v", before)
	}
	w.look(t, 2*time.Minute, 2)
	w.report()
	lost := int64(len(dead[0].Rows) + len(dead[1].Rows))
	got := w.feed(f.ID)
	if got.State != feeds.WithErrors || got.Rows != 450 || got.Dead != lost || got.Written+got.Unchanged != before.Written+before.Unchanged {
		t.Fatalf("%+v", got)
	}
	if r := string(w.files[f.ReportKey()]); strings.Count(r, ",no_answer,\"given up") != int(lost) ||
		!strings.Contains(r, fmt.Sprint("\n", dead[0].Lines[0], ",no_answer")) {
		t.Error(r)
	}
	for _, c := range dead {
		w.count(own(c, false))
	}
	w.report()
	if got := w.feed(f.ID); got.Dead != 0 || got.Rows != 450 || got.CountedChunks != 5 || strings.Contains(string(w.files[f.ReportKey()]),
		"no_answer") {
		t.Errorf("%+v", got)
	}
	w.look(t, time.Hour, 0) // it is over
	if len(w.later) > 0 {
		t.Error(w.later)
	}
}

// A feed is watched for a week. Seen to catch: one that is looked at for ever.
func TestAFeedIsWatchedForAWeek(t *testing.T) {
	t.Parallel()
	for after, lost := range map[time.Duration]int{7 * 24 * time.Hour: 5, 7*24*time.Hour + time.Second: 0} {
		w := newWorld(t)
		w.upload(w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV}, "key-0001"), stockFile(450))
		w.split()
		w.look(t, after, lost)
	}
	// So is the file that it was begun with, and no other that was put in its place.
	w := newWorld(t)
	w.upload(w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV}, "key-0001"), stockFile(450))
	w.split()
	w.later[0].ETag = "another"
	w.look(t, 2*time.Hour, 0)
	if len(w.later) > 0 {
		t.Error("another file is watched", w.later)
	}
}

// An hour without a step is no stall yet.
func TestStalled(t *testing.T) {
	t.Parallel()
	f := feeds.Feed{State: feeds.Processing, MovedAt: noon}
	if f.Stalled(noon.Add(time.Hour)) || !f.Stalled(noon.Add(time.Hour+1)) {
		t.Error("it stalls at another time")
	}
	f.State = feeds.Created
	if f.Stalled(noon.Add(time.Hour + 1)) {
		t.Error("a feed stalls whose file has not come")
	}
}

// A report is asked for until it is made, and not of a file that could not be read. Seen to catch: a feed that waits for ever, as
// who had its last chunk counted died before its report was asked for.
func TestAReportIsAskedForUntilItIsMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV}, "key-0001")
	w.upload(f, stockFile(1))
	w.split()
	asked := func(what string, n int) {
		t.Helper()
		w.count(own(w.chunks[0], false))
		if len(w.assemble) != n {
			t.Errorf("%s: asked for %d times", what, len(w.assemble))
		}
	}
	asked("counted", 1)
	asked("told again", 2)
	w.report()
	asked("told when it is made", 0)

	broken := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV}, "key-0002")
	if _, err := w.store.Begin(ctx, broken.ID, "e", 10, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.Advance(ctx, broken.ID, 10, 1, true, noon); err != nil {
		t.Fatal(err)
	}
	if err := w.store.Fail(ctx, broken.ID, feeds.Reason{Code: "x"}, noon); err != nil {
		t.Fatal(err)
	}
	w.chunks[0].FeedID = broken.ID
	asked("of what failed", 0)
}

// What fails on our side leaves the feed as it was, is tried again and, in the end, noted.
func TestATaskThatFailsCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV}, "key-0001")
	w.upload(f, stockFile(250))
	w.failing = errors.New("the queue is away")
	task := w.tasks[0]
	never := func(int64) bool { return false }
	if err := w.splitter().Split(ctx, task, never); !errors.Is(err, w.failing) {
		t.Fatal(err)
	}
	if err := w.splitter().GiveUp(ctx, task); err != nil {
		t.Fatal(err)
	}
	if got := w.feed(f.ID); got.State != feeds.Processing || got.Reason == nil || got.Reason.Code != "given_up" || got.Chunks != 0 {
		t.Fatalf("%+v", got)
	}
	w.now = w.now.Add(2 * time.Hour)
	if got := w.feed(f.ID); !got.Stalled(w.now) {
		t.Error("not called stalled")
	}
	w.failing = nil
	w.run()
	if got := w.feed(f.ID); got.State != feeds.WithErrors || got.Reason != nil || got.Rows != 250 {
		t.Errorf("%+v", got)
	}
}

func TestAMessageIsTheSameFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.Lines}, "key-0001")
	m := feeds.Message{FeedID: f.ID}
	if err := json.Unmarshal([]byte("[{\"sku\":\n\""+shoe+"\",\"qty\":3,\"fc\":\"us-west-1\"},{\"qty\":1}]"), &m.Rows); err != nil {
		t.Fatal(err)
	}
	if err := w.intake().Take(ctx, m); err != nil {
		t.Fatal(err)
	}
	file := string(w.files[f.UploadKey()])
	w.upload(f, file)
	w.run()
	if got := w.feed(f.ID); got.State != feeds.WithErrors || got.Tally != (feeds.Tally{Rows: 2, Written: 1, Refused: 1}) {
		t.Fatalf("%q %+v", file, got)
	}
	if err := w.intake().Take(ctx, m); err != nil { // again, and the feed is over
		t.Error(err)
	}
	csv := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV, Bytes: 9}, "key-0002")
	w.files["another"] = nil // ids go by their number
	announced := w.create(feeds.Order{Kind: feeds.Inventory, Format: feeds.Lines, Bytes: 9}, "key-0003")
	for name, c := range map[string]struct {
		m    feeds.Message
		code string
	}{
		"rows and a file":  {feeds.Message{FeedID: announced.ID, Rows: m.Rows}, "malformed_message"},
		"no feed":          {feeds.Message{FeedID: ids.Derive(ids.Feed, "x"), Rows: m.Rows}, "feed_not_found"},
		"rows for a CSV":   {feeds.Message{FeedID: csv.ID, Rows: m.Rows}, "malformed_message"},
		"nothing":          {feeds.Message{FeedID: csv.ID}, "malformed_message"},
		"another's object": {feeds.Message{FeedID: csv.ID, Bucket: "files", Key: f.UploadKey(), ETag: "x"}, "malformed_message"},
		"another's bucket": {feeds.Message{FeedID: csv.ID, Bucket: "theirs", Key: csv.UploadKey(), ETag: "x"}, "malformed_message"},
		"its own":          {feeds.Message{FeedID: csv.ID, Bucket: "files", Key: csv.UploadKey(), ETag: "x", Bytes: 9}, ""},
	} {
		if err := w.intake().Take(ctx, c.m); fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(w.tasks) != 1 || w.tasks[0].FeedID != csv.ID {
		t.Error(w.tasks)
	}
}

func TestCreatingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := feeds.Order{Kind: feeds.Prices, Format: feeds.CSV, Bytes: 10, Marketplace: "DE"}
	one, err := w.service().Create(ctx, me, "key-0001", o)
	if err != nil || one.Replayed || !strings.Contains(one.Upload.URL, one.UploadKey()) {
		t.Fatal(one, err)
	}
	two, err := w.service().Create(ctx, me, "key-0001", o)
	if err != nil || !two.Replayed || two.ID != one.ID {
		t.Error(two, err)
	}
	other := o
	other.Bytes = 11
	if _, err := w.service().Create(ctx, me, "key-0001", other); fault.Code(err) != "idempotency_key_reused" {
		t.Error(err)
	}
	for _, bad := range []feeds.Order{
		{Kind: "x", Format: "csv", Marketplace: "US"}, {Kind: feeds.Offers, Format: "xml", Marketplace: "US"},
		{Kind: feeds.Offers, Format: "csv", Bytes: feeds.MaxBytes + 1, Marketplace: "US"},
		{Kind: feeds.Offers, Format: "csv", SHA256: "x", Marketplace: "US"}} {
		if _, err := w.service().Create(ctx, me, "key-0002", bad); fault.Code(err) != "invalid_feed" {
			t.Error(bad, err)
		}
	}
	nowhere := feeds.Order{Kind: feeds.Offers, Format: "csv", Marketplace: "XX"}
	if _, err := w.service().Create(ctx, me, "key-0002", nowhere); fault.Code(err) != "unknown_marketplace" {
		t.Error(err)
	}
}
