package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"rialto/functions/contract"
	"rialto/infra/operate"
	"rialto/infra/operate/deadletters"
	"rialto/localstack/demo/shop"
)

// testMarket is the products of this test in a marketplace that no other test uses, so that its index can be dropped.
type testMarket struct {
	market, currency string
	products         []string
	round            int
}

// stock imports products and their offers, each time with other titles and prices.
func (s *testMarket) stock(ctx context.Context, t *testing.T, seller string, products []string) {
	t.Helper()
	s.round++
	var list []any
	for n, id := range products {
		list = append(list, map[string]any{"product_id": id, "title": fmt.Sprintf("Recovery lamp %d of round %d", n, s.round),
			"description": "For end-to-end tests.", "brand": "Testwell",
			"category_id": "recovery-lamps", "category_path": []string{"tests", "recovery-lamps"}, "bullets": []string{"Bright"},
			"attributes": map[string]string{"colour": "red", "round": fmt.Sprint(s.round)},
			"images":     []string{}, "owner_id": seller})
	}
	imported(ctx, t, "catalog-import", map[string]any{"products": list})
	s.offer(ctx, t, seller, int64(1000*s.round), products)
}

// offer imports a seller's offers, the first at a price, each further one a cent dearer.
func (s *testMarket) offer(ctx context.Context, t *testing.T, seller string, price int64, products []string) {
	t.Helper()
	money := func(n int64) map[string]any { return map[string]any{"amount": n, "currency": s.currency} }
	var list []any
	for n, id := range products {
		list = append(list, map[string]any{"product_id": id, "seller_id": seller, "seller_name": "Test seller", "marketplace": s.market,
			"price":    money(price + int64(n)),
			"shipping": money(50), "condition": "new", "fulfillment": "rialto"})
	}
	imported(ctx, t, "offers-import", map[string]any{"offers": list})
}

func imported(ctx context.Context, t *testing.T, function string, input any) {
	t.Helper()
	var report struct {
		Rows []struct{ Code, Message string }
	}
	invoke(ctx, t, function, input, &report)
	for _, r := range report.Rows {
		if r.Code != "" {
			t.Fatalf("%s: %+v", function, r)
		}
	}
}

// differ lists what the index does not show as the tables say: of the test's products, or of all that the marketplace has.
func (s *testMarket) differ(ctx context.Context, t *testing.T, all bool) (out []string) {
	t.Helper()
	tables, err := auditor.Tables(ctx, s.market)
	if err != nil {
		t.Fatal(err)
	}
	index, err := auditor.Index(ctx, s.market)
	if err != nil { // it is away while its shard starts
		return []string{err.Error()}
	}
	for _, id := range s.products {
		if tables[id] == nil {
			out = append(out, id+": nobody has its buy box yet")
		}
	}
	return append(out, slices.DeleteFunc(tables.Differ(index),
		func(d string) bool { return !all && !slices.Contains(s.products, d[:len(s.products[0])]) })...)
}

func (s *testMarket) equal(ctx context.Context, t *testing.T, when string, all bool) {
	t.Helper()
	var last []string
	t.Cleanup(func() {
		if len(last) > 0 {
			t.Logf("%s, %d differ: %q", when, len(last), last[:min(3, len(last))])
		}
	})
	until(ctx, t, when+", the index equals the tables", 3*time.Minute, func() bool {
		last = s.differ(ctx, t, all)
		return len(last) == 0
	})
}

// The indexer's processes are killed while they work, a record is poisoned, and the index is dropped, while products and
// prices change through everything that is deployed: tables, streams, topics, the buy box's decisions, queues. What
// recovers is what an operator has: make redrive and make reindex. Each time every document of the index then is what the
// tables say, by a reader that shares no code with the functions. Not parallel: the others' changes go through the same
// indexer.
//
// Seen to catch: buy boxes that told nobody when the number of offers changed; a redrive that is left out; a reindex of
// another marketplace.
func TestTheIndexRecovers(t *testing.T) {
	ctx := deployed(t)
	s, seller := &testMarket{market: "ZA", currency: "ZAR"}, shop.NewID("sel_")
	for range 24 {
		s.products = append(s.products, shop.NewID("prd_"))
	}
	patient := hasten(ctx, t, "search-index")
	s.stock(ctx, t, seller, s.products)
	s.equal(ctx, t, "at first", false)
	s.offer(ctx, t, shop.NewID("sel_"), 1_000_000, s.products[:5]) // buy boxes stay as they are, but for how many offer
	until(ctx, t, "the buy boxes count them", 3*time.Minute, func() bool {
		buyBoxes, err := auditor.Tables(ctx, s.market)
		if err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(s.products[:5], func(id string) bool { return buyBoxes[id]["offer_count"] != 2.0 })
	})
	s.equal(ctx, t, "after dearer offers", false)

	s.recoverFromKillsAndPoison(ctx, t, seller, patient)
	s.recoverFromALostIndex(ctx, t, seller)
}

// recoverFromKillsAndPoison: a record that its reader cannot read, and an indexer that is killed again and again in the
// middle of its work. patient lets messages wait as long as they are deployed to.
func (s *testMarket) recoverFromKillsAndPoison(ctx context.Context, t *testing.T, seller string, patient func()) {
	t.Helper()
	dl := deadletters.New(stage)
	poisoned, cure := poisonProduct(ctx, t, s.products[0])
	began := time.Now()
	stop := killer(t, "search-index")
	until(ctx, t, "the indexer died at work", 3*time.Minute, func() bool {
		s.stock(ctx, t, seller, s.products[1:])
		return deaths(ctx, t, "search-index", began) >= 10
	})
	kills := stop()
	message := s.setAside(ctx, t, dl, poisoned)
	if !strings.Contains(message.Text, "read product") {
		t.Errorf("its reason: %+v", message.Reason)
	}
	patient()
	cure() // no event tells of it: the redriven message alone brings the product
	if d := s.differ(ctx, t, false); !slices.ContainsFunc(d, func(x string) bool { return strings.HasPrefix(x, poisoned) }) {
		t.Errorf("the poisoned product is in the index already: %q", d)
	}
	given, err := dl.Redrive(ctx, "search-index")
	if err != nil || given < 1 {
		t.Fatal(given, err)
	}
	s.equal(ctx, t, "after a redrive", false)
	t.Logf("%d kills, %d of them at work; %d messages redriven", kills, deaths(ctx, t, "search-index", began), given)
}

// setAside waits until a product's message is in the dead-letter queue with its reason. Where every try of it was in a
// process that was killed nothing tells the reason, and it is given back, as an operator would.
func (s *testMarket) setAside(ctx context.Context, t *testing.T, dl *deadletters.Client, product string) (message deadletters.Message) {
	t.Helper()
	until(ctx, t, "the poisoned record is set aside", 3*time.Minute, func() bool {
		dead, err := dl.Messages(ctx)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(dead, func(m deadletters.Message) bool {
			return m.Queue == "search-index" && strings.Contains(m.Body, product)
		})
		if i < 0 || !idle(ctx, t, "search-index") {
			return false
		}
		if message = dead[i]; message.Text == "" {
			if _, err := dl.Redrive(ctx, "search-index"); err != nil {
				t.Fatal(err)
			}
		}
		return message.Text != ""
	})
	return message
}

// recoverFromALostIndex: the next change makes a new index, without most products; a document of a product that nobody has
// is put beside them. A reindex brings the ones and leaves out the other. How many are missing before is told and not
// asked: a message of an earlier change that comes once more brings its product back.
func (s *testMarket) recoverFromALostIndex(ctx context.Context, t *testing.T, seller string) {
	t.Helper()
	search(ctx, t, http.MethodDelete, "/products-"+strings.ToLower(s.market)+"-*", "")
	s.stock(ctx, t, seller, s.products[:1])
	until(ctx, t, "a new index", 3*time.Minute, func() bool {
		index, err := auditor.Index(ctx, s.market) // it is away while its shard starts
		return err == nil && len(index) > 0
	})
	missing := len(s.differ(ctx, t, false))
	nobodys := shop.NewID("prd_")
	search(ctx, t, http.MethodPut, "/products-"+strings.ToLower(s.market)+"/_doc/"+nobodys, `{"title": "Lamp of nobody", "deleted": false}`)
	if d := s.differ(ctx, t, true); !slices.ContainsFunc(d, func(x string) bool { return strings.HasPrefix(x, nobodys) }) {
		t.Errorf("the index was dropped and has a product that nobody has, and it differs in %d others: %q", len(d), d)
	}
	var said bytes.Buffer
	if err := stage.Reindex(ctx, operate.ReindexOptions{Marketplace: s.market, Out: &said}); err != nil {
		t.Fatal(err)
	}
	s.equal(ctx, t, "after a reindex", true)
	t.Logf("%d of %d were missing; %s", missing, len(s.products), strings.TrimSpace(said.String()))
}

// hasten lets the messages that a function did not answer for come again after a second instead of minutes, until patient
// is called or the test ends. It holds from the next message but one: the local cloud looks when it begins to wait.
func hasten(ctx context.Context, t *testing.T, function string) (patient func()) {
	t.Helper()
	url := queueURL(ctx, t, function)
	const visibility = sqstypes.QueueAttributeNameVisibilityTimeout
	was, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []sqstypes.QueueAttributeName{visibility}})
	if err != nil {
		t.Fatal(err)
	}
	set := func(ctx context.Context, seconds string) {
		if _, err := queues.SetQueueAttributes(ctx,
			&sqs.SetQueueAttributesInput{QueueUrl: url, Attributes: map[string]string{string(visibility): seconds}}); err != nil {
			t.Error(err)
		}
	}
	set(ctx, "1")
	patient = func() { set(context.WithoutCancel(ctx), was.Attributes[string(visibility)]) }
	t.Cleanup(patient)
	return patient
}

func queueURL(ctx context.Context, t *testing.T, function string) *string {
	t.Helper()
	q, err := queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("rialto-local-" + function)})
	if err != nil {
		t.Fatal(err)
	}
	return q.QueueUrl
}

// idle tells whether a function's queue has nothing to do.
func idle(ctx context.Context, t *testing.T, function string) bool {
	t.Helper()
	q, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: queueURL(ctx, t, function),
		AttributeNames: []sqstypes.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	return q.Attributes["ApproximateNumberOfMessages"] == "0" && q.Attributes["ApproximateNumberOfMessagesNotVisible"] == "0"
}

// poisonProduct writes a title that is no text into a product, as a next version, of which the catalog tells. Cured, the
// product is of that version still.
func poisonProduct(ctx context.Context, t *testing.T, id string) (poisoned string, cure func()) {
	t.Helper()
	set := func(ctx context.Context, step int, title types.AttributeValue) {
		if _, err := tables.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("rialto-local-products"),
			Key:              map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: id}},
			UpdateExpression: aws.String("SET title = :t ADD version :n"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":t": title,
				":n": &types.AttributeValueMemberN{Value: strconv.Itoa(step)}}}); err != nil {
			t.Error(err)
		}
	}
	set(ctx, 1, &types.AttributeValueMemberL{})
	cure = sync.OnceFunc(func() {
		set(context.WithoutCancel(ctx), 0, &types.AttributeValueMemberS{Value: "Cured lamp"})
	})
	t.Cleanup(cure)
	return id, cure
}

// killer kills a function's processes, one after the other, each some milliseconds after it was found, until it is
// stopped, and tells then how many. They are the local cloud's own, which starts others when it needs them.
func killer(t *testing.T, function string) (stop func() int) {
	t.Helper()
	done := make(chan struct{})
	var wg sync.WaitGroup
	kills := 0
	wg.Go(func() {
		for {
			pid := processOf(t, function)
			select {
			case <-done:
				return
			case <-time.After(time.Duration(kills*7%11) * 5 * time.Millisecond):
			}
			if pid == 0 {
				continue
			}
			p, err := os.FindProcess(pid)
			if err == nil {
				err = p.Kill()
			}
			if err == nil {
				kills++
			} else if !errors.Is(err, os.ErrProcessDone) {
				t.Error(err)
				return
			}
		}
	})
	stop = sync.OnceValue(func() int { close(done); wg.Wait(); return kills })
	t.Cleanup(func() { stop() })
	return stop
}

// processOf finds a process that runs a deployed function by what the local cloud gives it, 0 for none.
func processOf(t *testing.T, function string) int {
	found, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Error(err)
	}
	for _, file := range found {
		env, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrPermission) || err != nil { // another user's, or gone
			continue
		}
		vars := strings.Split(string(env), "\x00")
		if slices.Contains(vars, "AWS_LAMBDA_FUNCTION_NAME=rialto-local-"+function) &&
			slices.ContainsFunc(vars, func(v string) bool { return strings.HasPrefix(v, "RIALTO_CLOUD=") }) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if err != nil {
				t.Error(err)
			}
			return pid
		}
	}
	return 0
}

// deaths counts the invocations of a function, since an instant, whose process was killed before it answered.
func deaths(ctx context.Context, t *testing.T, function string, since time.Time) (n int) {
	t.Helper()
	logs := cloudwatchlogs.New(cloudwatchlogs.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL),
		Credentials: keys})
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(logs,
		&cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/rialto-local-" + function),
			FilterPattern: aws.String(`"SIGKILL"`), StartTime: aws.Int64(since.UnixMilli())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			// not at its start
			if text := aws.ToString(e.Message); strings.HasPrefix(text, "REPORT") && strings.Contains(text, `"errorMessage": "RequestId: `) {
				n++
			}
		}
	}
	return n
}

// search calls OpenSearch itself, past every function.
func search(ctx context.Context, t *testing.T, method, path, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, contract.LocalSearchURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if said, _ := io.ReadAll(res.Body); res.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s %.300s", method, path, res.Status, said)
	}
}
