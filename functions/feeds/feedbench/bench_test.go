package feedbench

import (
	"bufio"
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"rialto/functions/feeds"
	"rialto/functions/feeds/feedsstore"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/chunks"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/rows"
	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/recorded"
	"rialto/functions/laboratory/storetest"
)

const (
	bucketName = "rialto-bench"
	// badEvery is how many rows there are to one that is refused, and units how many each good one brings.
	badEvery = 100
	units    = 7
	// owners is how many chunks are booked at once, waiting how many may stand in the queue before cutting stops, and
	// perCount how many results are counted together, as one invocation takes them.
	owners, waiting, perCount = 4, 64, 10
	// perInvocation is what one invocation cuts, as deployed.
	perInvocation = 8 << 20
	// most is when cutting stops, whatever is left of the file; what is cut by then is booked.
	most = 15 * time.Minute
)

// A feed whose chunks are booked. Seen to catch: a file read whole; a chunk booked and not counted; a row booked twice.
func TestFeed(t *testing.T) { bench(t, wanted(t, "RIALTO_BENCH_ROWS"), true) }

// A feed whose chunks are reported on as if they were booked: what the way of the rows costs without its end, which on the
// local cloud is the slowest part by far.
func TestFeedUnbooked(t *testing.T) { bench(t, wanted(t, "RIALTO_BENCH_UNBOOKED"), false) }

func wanted(t *testing.T, name string) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil || n < 1 {
		t.Skip("make bench-feed runs it")
	}
	return n
}

func bench(t *testing.T, n int, booked bool) {
	endpoint := os.Getenv("RIALTO_TEST_S3")
	ctx := context.Background()
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	files := bucket.New(cfg, bucketName)
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucketName)}); err != nil &&
		!strings.Contains(err.Error(), "BucketAlready") {
		t.Fatal(err)
	}
	db := storetest.Dynamo(t)
	r := &run{
		unbooked: !booked,
		files:    files,
		db:       db,
		feeds:    feedsstore.Store{DB: db},
		queue:    make(chan chunks.Chunk, waiting),
		counts:   make(chan chunks.Result, waiting),
		stock:    &inventory.Service{Store: inventorystore.Store{DB: db}, Now: time.Now},
	}
	f := r.upload(ctx, t, client, n, booked)
	if booked {
		fmt.Println(cost(t))
		fmt.Printf("DynamoDB takes %.0f conditional updates a second, by themselves and as many at once\n", alone(ctx, t, db))
	}
	f, n, bad := r.timed(ctx, t, f, n)
	lines := bad
	if !r.stopped {
		lines = reported(ctx, t, files, client, f)
	}
	r.verify(ctx, t, booked, lines, bad, int64(n)-bad)
}

// upload makes a feed with a file of n rows and the task that begins it.
func (r *run) upload(ctx context.Context, t *testing.T, client *s3.Client, n int, booked bool) feeds.Feed {
	t.Helper()
	seller := ids.Derive(ids.Seller, "bench")
	svc := &feeds.Service{Store: r.feeds, Signer: r.files, Now: time.Now, Random: crand.Reader}
	opened, err := svc.Create(ctx, seller, "bench-key", feeds.Order{Kind: feeds.Inventory, Format: feeds.CSV, Marketplace: "US"})
	if err != nil {
		t.Fatal(err)
	}
	f := opened.Feed

	began := time.Now()
	size, err := upload(ctx, r.files, f.UploadKey(), n)
	if err != nil {
		t.Fatal(err)
	}
	head, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucketName), Key: aws.String(f.UploadKey())})
	if err != nil {
		t.Fatal(err)
	}
	what := map[bool]string{true: "rows booked in DynamoDB", false: "rows cut, sent, counted and reported, not booked"}[booked]
	fmt.Printf("%s\na file of %d rows, %.1f MB, written to S3 in %s\n", what, n, float64(size)/1e6, time.Since(began).Round(100*time.Millisecond))
	r.tasks = []feeds.Task{{FeedID: f.ID, ETag: aws.ToString(head.ETag), Bytes: size}}
	return f
}

// timed brings the feed through, and tells how fast. It returns the feed, how many rows it got to and how many are bad.
func (r *run) timed(ctx context.Context, t *testing.T, f feeds.Feed, n int) (feeds.Feed, int, int64) {
	t.Helper()
	runtime.GC()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak begins here, where the kernel lets it
	before := resident(t)
	r.began = time.Now()
	if err := r.all(ctx, f.ID); err != nil {
		t.Fatal(err)
	}
	took := time.Since(r.began)
	f, err := r.feeds.Feed(ctx, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	bad := int64(n / badEvery)
	if r.stopped { // as many of its rows are bad as were told so; the sums below must agree
		fmt.Printf("stopped after %s, with %d of %d rows\n", took.Round(time.Second), f.Rows, n)
		n, bad = int(f.Rows), f.Refused
		f.State = f.Outcome()
	}
	good := int64(n) - bad
	fmt.Printf("%s: %d rows, %d written, %d unchanged, %d refused, in %d chunks over %d invocations of the splitter\n",
		f.State, f.Rows, f.Written, f.Unchanged, f.Refused, f.CountedChunks, r.invocations)
	fmt.Printf("%s, %.0f rows a second; the splitter had cut all after %s (it waits for the owners here)\n",
		took.Round(100*time.Millisecond), float64(n)/took.Seconds(), r.cut.Round(100*time.Millisecond))
	fmt.Printf("resident memory: %.1f MB before, %.1f MB at its peak\n", float64(before)/1e6, float64(peak(t))/1e6)
	if f.State != feeds.WithErrors || f.Rows != int64(n) || f.Written+f.Unchanged != good || f.Refused != bad || f.Dead != 0 {
		t.Errorf("wanted %d rows, %d good, %d bad", n, good, bad)
	}
	return f, n, bad
}

// verify holds the report and the stock against what the file had.
func (r *run) verify(ctx context.Context, t *testing.T, booked bool, lines, bad, good int64) {
	t.Helper()
	if !booked {
		fmt.Printf("the report has %d lines, as it should: %d\n\n", lines, bad)
		if lines != bad {
			t.Error("rows are missing")
		}
		return
	}
	items, sum, err := fold(ctx, r.db)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("the report has %d lines; the table has %d stock items with %d units available, as it should: %d and %d\n",
		lines, items, sum, good, good*units)
	if lines != bad || items != good || sum != good*units {
		t.Error("the sums differ")
	}
}

// reported counts the lines of a report.
func reported(ctx context.Context, t *testing.T, files *bucket.Bucket, client *s3.Client, f feeds.Feed) int64 {
	t.Helper()
	report, err := files.Open(ctx, f.ReportKey(), etagOf(ctx, t, client, f.ReportKey()), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer report.Close()
	lines := int64(-1)
	for s := bufio.NewScanner(report); s.Scan(); {
		lines++
	}
	return lines
}

// upload writes the file as it makes it: n rows of different products, each badEvery-th with a fraction of a unit.
func upload(ctx context.Context, files *bucket.Bucket, key string, n int) (int64, error) {
	r, w := io.Pipe()
	count := &counting{Reader: r}
	var g errgroup.Group
	g.Go(func() error {
		b := bufio.NewWriterSize(w, 64<<10)
		_, err := b.WriteString("product-id,quantity,fulfillment-center-id\r\n")
		for i := 1; i <= n && err == nil; i++ {
			quantity := strconv.Itoa(units)
			if i%badEvery == 0 {
				quantity = "1.5"
			}
			_, err = fmt.Fprintf(b, "%s,%s,us-west-%d\r\n", ids.Derive(ids.Product, "bench", strconv.Itoa(i)), quantity, 1+i%3)
		}
		err = errors.Join(err, b.Flush())
		w.CloseWithError(err)
		return err
	})
	err := files.Write(ctx, key, count)
	r.CloseWithError(err)
	return count.n, errors.Join(err, g.Wait())
}

type counting struct {
	io.Reader
	n int64
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}

// run is the functions and the queues between them.
type run struct {
	files *bucket.Bucket
	db    *store.Dynamo
	feeds feedsstore.Store
	stock *inventory.Service
	began time.Time

	unbooked bool // chunks are reported on, and their rows forgotten
	stopped  bool // the file was too long for the time
	rows     atomic.Int64

	tasks       []feeds.Task
	invocations int
	cut         time.Duration
	queue       chan chunks.Chunk
	counts      chan chunks.Result
	mu          sync.Mutex
	assembled   int
}

func (r *run) all(ctx context.Context, feedID string) error {
	counter := &feeds.Counter{Store: r.feeds, Files: r.files, Queues: r, Now: time.Now}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { defer close(r.queue); return r.split(ctx) })
	var booking sync.WaitGroup
	for range owners {
		booking.Add(1)
		g.Go(func() error { defer booking.Done(); return r.book(ctx) })
	}
	over := make(chan struct{})
	go func() { booking.Wait(); close(r.counts); close(over) }()
	g.Go(func() error { return r.count(ctx, counter, feedID) })
	g.Go(func() error { r.progress(over); return nil })
	if err := g.Wait(); err != nil || r.stopped {
		return err
	}
	return counter.Assemble(context.WithoutCancel(ctx), feedID)
}

// progress says now and then how far the feed is.
func (r *run) progress(over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-time.After(15 * time.Second):
			rss, _ := status("VmRSS:")
			at := time.Since(r.began)
			fmt.Printf("  %4.0f s  %9d rows  %6.0f a second  %5.1f MB\n", at.Seconds(), r.rows.Load(), float64(r.rows.Load())/at.Seconds(), float64(rss)/1e6)
		}
	}
}

func (r *run) split(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	s := &feeds.Splitter{Store: r.feeds, Files: r.files, Queues: r, Now: time.Now}
	for len(r.tasks) > 0 {
		t := r.tasks[0]
		r.tasks = r.tasks[1:]
		r.invocations++
		if err := s.Split(ctx, t, func(cut int64) bool { return cut >= perInvocation }); errors.Is(ctx.Err(), context.DeadlineExceeded) {
			r.stopped = true
			break
		} else if err != nil {
			return err
		}
	}
	r.cut = time.Since(r.began)
	return nil
}

func (r *run) book(ctx context.Context) error {
	for c := range r.queue {
		report, err := r.booked(ctx, c)
		if err != nil {
			return err
		}
		select {
		case r.counts <- c.Result(report):
			r.rows.Add(int64(len(c.Rows) + len(c.Refused)))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// booked books a chunk, again where rows may pass later, as its queue would have it.
func (r *run) booked(ctx context.Context, c chunks.Chunk) (report rows.Report, err error) {
	if r.unbooked {
		return rows.Report{Rows: make([]rows.Result, len(c.Rows)), Written: len(c.Rows)}, nil
	}
	changes := make([]inventory.Change, len(c.Rows))
	for i, raw := range c.Rows {
		if err := json.Unmarshal(raw, &changes[i]); err != nil {
			return report, err
		}
	}
	for range 5 {
		if report, err = r.stock.Apply(ctx, changes); err != nil {
			return report, err
		}
		again := false
		for _, f := range report.Rows {
			again = again || f.Retry
		}
		if !again {
			break
		}
	}
	return report, nil
}

func (r *run) count(ctx context.Context, c *feeds.Counter, feedID string) error {
	for {
		var batch []chunks.Result
		for a := range r.counts {
			if batch = append(batch, a); len(batch) == perCount {
				break
			}
		}
		if len(batch) == 0 {
			return nil
		}
		if err := c.Count(ctx, feedID, batch); err != nil {
			return err
		}
	}
}

func (r *run) Chunks(ctx context.Context, _ feeds.Kind, list []chunks.Chunk) error {
	for _, c := range list {
		select {
		case r.queue <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (r *run) Results(ctx context.Context, list []chunks.Result) error {
	for _, a := range list {
		select {
		case r.counts <- a:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (r *run) Next(_ context.Context, t feeds.Task) error {
	r.tasks = append(r.tasks, t)
	return nil
}

// Later is for feeds that stall.
func (r *run) Later(context.Context, feeds.Task, time.Duration) error { return nil }

func (r *run) Assemble(context.Context, string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.assembled++
	return nil
}

func etagOf(ctx context.Context, t *testing.T, client *s3.Client, key string) string {
	t.Helper()
	head, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucketName), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(head.ETag)
}

// fold counts the stock items and their units, by a reader that shares no code with the writers.
func fold(ctx context.Context, db *store.Dynamo) (items, sum int64, err error) {
	p := dynamodb.NewScanPaginator(db.Client, &dynamodb.ScanInput{TableName: aws.String(db.Prefix + "inventory"), ConsistentRead: aws.Bool(true),
		FilterExpression: aws.String("attribute_exists(available)"), ProjectionExpression: aws.String("available")})
	for p.HasMorePages() {
		page, err := p.NextPage(ctx)
		if err != nil {
			return 0, 0, err
		}
		for _, i := range page.Items {
			n, ok := i["available"].(*types.AttributeValueMemberN)
			if !ok {
				return 0, 0, errors.New("stock without a number")
			}
			v, err := strconv.ParseInt(n.Value, 10, 64)
			if err != nil {
				return 0, 0, err
			}
			items, sum = items+1, sum+v
		}
	}
	return items, sum, nil
}

// cost is what one row costs, by the calculator of internal/store.
func cost(t *testing.T) string {
	t.Helper()
	db := &recorded.DB{DB: memory.New(), Tables: tables.All()}
	now := time.Now()
	svc := &inventory.Service{Store: inventorystore.Store{DB: db}, Now: func() time.Time { return now }}
	out := "a row costs"
	for round, name := range []string{"of new stock", "of stock that was counted before"} {
		db.Reset()
		var changes []inventory.Change
		for i := range rows.Max {
			changes = append(changes, inventory.Change{
				ID: fmt.Sprint("c", round, "-", i), SKU: inventory.SKU{ProductID: fmt.Sprint("p", i), SellerID: "s"}, Centre: "c1",
				Kind: inventory.Counted, Quantity: units, AsOf: now.Add(time.Duration(round-9) * time.Minute),
			})
		}
		if report, err := svc.Apply(context.Background(), changes); err != nil || report.Failed > 0 {
			t.Fatal(report, err)
		}
		read, write := 0.0, 0.0
		for _, c := range db.Calls() {
			read, write = read+c.RCU, write+c.WCU
		}
		out += fmt.Sprintf("%s %.2f calls, %.0f read units and %.0f write units %s",
			[]string{"", ","}[round], float64(len(db.Calls()))/rows.Max, read/rows.Max, write/rows.Max, name)
	}
	return out
}

// alone is how many conditional writes a second the database takes from as many clients as book rows, for a while.
func alone(ctx context.Context, t *testing.T, db *store.Dynamo) float64 {
	t.Helper()
	const clients, each = 16 * owners, 100
	began := time.Now()
	var g errgroup.Group
	for c := range clients {
		g.Go(func() error {
			for n := range each {
				key := store.Key{PK: fmt.Sprint("alone", c, "-", n), SK: "x"}
				_, err := db.Apply(ctx, store.Update("holds", key).Add("available", units).Set("fulfillment_center_id", "c1").If(store.Lacks("shard")))
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	return clients * each / time.Since(began).Seconds()
}

func resident(t *testing.T) int64 { return must(t, "VmRSS:") }

// peak is the most memory that the process ever had, the making of the file included.
func peak(t *testing.T) int64 { return must(t, "VmHWM:") }

func must(t *testing.T, field string) int64 {
	t.Helper()
	n, err := status(field)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// status is a field of /proc/self/status, in bytes.
func status(field string) (int64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(b) {
		if words := strings.Fields(string(line)); len(words) == 3 && words[0] == field {
			kb, err := strconv.ParseInt(words[1], 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no %s", field)
}
