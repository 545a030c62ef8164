package campaignsaws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/campaigns"
	"rialto/functions/campaigns/campaignsaws"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/opensearch"
)

var ctx = context.Background()

// service answers requests, by a part of what they say, and remembers what changes something: the first answer whose key is found in the
// method, the path, the operation or the body of a request. A body that begins with a word and a bar is an error of that name.
type service struct {
	mu      sync.Mutex
	answers [][2]string
	changes []string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	said := strings.Join(strings.Fields(strings.Join([]string{r.Method, r.URL.Path, operation, string(body)}, " ")), " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, word := range []string{"PUT /", "DELETE /", "Update", "Modify"} {
		if strings.Contains(said, word) {
			s.changes = append(s.changes, said)
			break
		}
	}
	for _, a := range s.answers {
		if !strings.Contains(said, a[0]) {
			continue
		}
		if name, _, refused := strings.Cut(a[1], "|"); refused {
			w.Header().Set("X-Amzn-ErrorType", name)
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprintf(w, `{"__type":"%s","message":"refused"}`, name)
			return
		}
		fmt.Fprint(w, a[1])
		return
	}
	w.WriteHeader(http.StatusBadRequest)
}

func serve(t *testing.T, answers ...[2]string) (*service, aws.Config) {
	t.Helper()
	s := &service{answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		RetryMaxAttempts: 1}
}

func is(t *testing.T, what string, got campaigns.Level, err error, want campaigns.Level) {
	t.Helper()
	if err != nil || got != want {
		t.Errorf("%s: %+v %v, want %+v", what, got, err, want)
	}
}

func (s *service) changed(t *testing.T, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, s.changes); d != "" {
		t.Error(d)
	}
}

// Seen to catch: environments of the alias, and not of its version; what is asked for already, asked for again.
func TestFunctions(t *testing.T) {
	t.Parallel()
	const version = "/2019-09-30/functions/p-api/provisioned-concurrency"
	s, cfg := serve(t, [2]string{"/aliases/live", `{"FunctionVersion":"7"}`},
		[2]string{"GET " + version, `{"RequestedProvisionedConcurrentExecutions":20,"AvailableProvisionedConcurrentExecutions":12,"Status":"IN_PROGRESS"}`},
		[2]string{"PUT " + version, `{}`}, [2]string{"DELETE " + version, ``}, [2]string{"PUT /2017-10-31/functions/p-api/concurrency", `{}`},
		[2]string{"GET /2019-09-30/functions/p-api/concurrency", `{"ReservedConcurrentExecutions":9}`})
	w := campaignsaws.Provisioned{Lambda: lambda.NewFromConfig(cfg), Prefix: "p-", Alias: "live"}
	for _, level := range []int64{20, 30, 0} {
		got, err := w.Set(ctx, "api", level)
		is(t, "provisioned", got, err, campaigns.Level{Is: 12})
	}
	c := campaignsaws.Concurrency{Lambda: lambda.NewFromConfig(cfg), Prefix: "p-"}
	got, err := c.Set(ctx, "api", 9)
	is(t, "reserved", got, err, campaigns.Level{Is: 9})
	if _, err := c.Set(ctx, "api", 0); err == nil {
		t.Error("a function is stopped")
	}
	s.changed(t, "PUT "+version+` {"ProvisionedConcurrentExecutions":30}`, "DELETE "+version,
		`PUT /2017-10-31/functions/p-api/concurrency {"ReservedConcurrentExecutions":9}`)

	_, cfg = serve(t, [2]string{"/aliases/live", "ResourceNotFoundException|"})
	w.Lambda = lambda.NewFromConfig(cfg)
	if _, err := w.Read(ctx, "api"); fault.Code(err) != "not_on_this_stage" {
		t.Error(err)
	}
}

// Seen to catch: a cap and pollers at once; a cap that does not come back.
func TestPollers(t *testing.T) {
	t.Parallel()
	const mapping = "/2015-03-31/event-source-mappings/u1"
	s, cfg := serve(t, [2]string{"PUT " + mapping, `{"ProvisionedPollerConfig":{"MaximumPollers":300}}`},
		[2]string{"GET", `{"EventSourceMappings":[{"UUID":"u0","EventSourceArn":"arn:aws:sqs:r:1:p-other"},{"UUID":"u1","EventSourceArn":"arn:aws:sqs:r:1:p-start"}]}`})
	w := campaignsaws.Pollers{Lambda: lambda.NewFromConfig(cfg), Prefix: "p-", Alias: "live", Queues: []campaigns.Queue{{ID: "start", Cap: 30}}}
	got, err := w.Read(ctx, "start")
	is(t, "before", got, err, campaigns.Level{})
	got, err = w.Set(ctx, "start", 300)
	is(t, "raised", got, err, campaigns.Level{Is: 300})
	if _, err = w.Set(ctx, "start", 0); err != nil {
		t.Error(err)
	}
	s.changed(t, "PUT "+mapping+` {"ProvisionedPollerConfig":{"MaximumPollers":300,"MinimumPollers":200},"ScalingConfig":{}}`,
		"PUT "+mapping+` {"ProvisionedPollerConfig":{},"ScalingConfig":{"MaximumConcurrency":30}}`)
	if _, err := w.Read(ctx, "none"); fault.Code(err) != "not_on_this_stage" {
		t.Error(err)
	}
}

// Seen to catch: reads that are set with writes.
func TestTablesAndTheStream(t *testing.T) {
	t.Parallel()
	s, cfg := serve(t, [2]string{"DescribeTable", `{"Table":{"WarmThroughput":{"ReadUnitsPerSecond":12000,"WriteUnitsPerSecond":4000}}}`},
		[2]string{`"WriteUnitsPerSecond":9000`, "ResourceInUseException|"}, [2]string{"UpdateTable", `{}`},
		[2]string{"DescribeStreamSummary",
			`{"StreamDescriptionSummary":{"StreamModeDetails":{"StreamMode":"ON_DEMAND"},"OpenShardCount":4,"WarmThroughput":{"CurrentMiBps":5}}}`},
		[2]string{"UpdateStreamWarmThroughput", `{}`})
	tables := dynamodb.NewFromConfig(cfg)
	got, err := campaignsaws.Tables{DynamoDB: tables, Prefix: "p-"}.Set(ctx, "orders", 20_000)
	is(t, "reads", got, err, campaigns.Level{Is: 12_000})
	got, err = campaignsaws.Tables{DynamoDB: tables, Prefix: "p-", Writes: true}.Set(ctx, "orders", 9_000)
	is(t, "writes, while the table changes", got, err, campaigns.Level{Is: 4_000})
	got, err = campaignsaws.Stream{Kinesis: kinesis.NewFromConfig(cfg), Prefix: "p-"}.Set(ctx, "clicks", 8)
	is(t, "a stream on demand", got, err, campaigns.Level{Is: 5})
	for n, want := range []string{`"WarmThroughput":{"ReadUnitsPerSecond":20000,"WriteUnitsPerSecond":4000}`,
		`"WarmThroughput":{"ReadUnitsPerSecond":12000,"WriteUnitsPerSecond":9000}`, `"WarmThroughputMiBps":8`} {
		if len(s.changes) != 3 || !strings.Contains(s.changes[n], want) {
			t.Error(s.changes, want)
		}
	}
	s, cfg = serve(t, [2]string{"DescribeStreamSummary",
		`{"StreamDescriptionSummary":{"StreamModeDetails":{"StreamMode":"PROVISIONED"},"OpenShardCount":4}}`},
		[2]string{"UpdateShardCount", `{}`})
	got, err = campaignsaws.Stream{Kinesis: kinesis.NewFromConfig(cfg), Prefix: "p-"}.Set(ctx, "clicks", 30)
	is(t, "shards", got, err, campaigns.Level{Is: 4})
	if len(s.changes) != 1 || !strings.Contains(s.changes[0], `"TargetShardCount":8`) {
		t.Error(s.changes)
	}
}

// Seen to catch: a node of another family that is replaced.
func TestTheCacheAndCopiesOfIndexes(t *testing.T) {
	t.Parallel()
	group := func(node string) string {
		return "<DescribeReplicationGroupsResponse><DescribeReplicationGroupsResult><ReplicationGroups><ReplicationGroup><CacheNodeType>" + node +
			"</CacheNodeType></ReplicationGroup></ReplicationGroups></DescribeReplicationGroupsResult></DescribeReplicationGroupsResponse>"
	}
	s, cfg := serve(t, [2]string{"Action=DescribeReplicationGroups", group("cache.r7g.xlarge")},
		[2]string{"Action=ModifyReplicationGroup", "<ModifyReplicationGroupResponse><ModifyReplicationGroupResult/></ModifyReplicationGroupResponse>"})
	got, err := campaignsaws.Cache{ElastiCache: elasticache.NewFromConfig(cfg), Group: "g"}.Set(ctx, "carts", 32)
	is(t, "cores", got, err, campaigns.Level{Is: 4})
	if len(s.changes) != 1 || !strings.Contains(s.changes[0], "CacheNodeType=cache.r7g.8xlarge") {
		t.Error(s.changes)
	}
	_, cfg = serve(t, [2]string{"Action=DescribeReplicationGroups", group("cache.t4g.micro")})
	other := campaignsaws.Cache{ElastiCache: elasticache.NewFromConfig(cfg), Group: "g"}
	if _, err := other.Read(ctx, "carts"); fault.Code(err) != "not_on_this_stage" {
		t.Error(err)
	}
	s, cfg = serve(t, [2]string{"PUT", `{}`}, [2]string{"GET", `{"products-us-1":{"settings":{"index":{"number_of_replicas":"5"}}}}`})
	client, err := opensearch.New(opensearch.Config{URL: *cfg.BaseEndpoint})
	if err != nil {
		t.Fatal(err)
	}
	got, err = campaignsaws.Replicas{Index: client}.Set(ctx, "us", 5)
	is(t, "copies", got, err, campaigns.Level{Is: 5})
	s.changed(t, `PUT /products-us/_settings {"index":{"number_of_replicas":5}}`)
}

// lays is the function of inventory.
type lays struct {
	asked  []string
	answer lambda.InvokeOutput
	err    error
}

func (l *lays) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	l.asked = append(l.asked, string(in.Payload))
	return &l.answer, l.err
}

// Seen to catch: a failed function whose answer is read as none.
func TestDeals(t *testing.T) {
	t.Parallel()
	l := &lays{answer: lambda.InvokeOutput{Payload: []byte(`{"laid":200,"most":1020}`)}}
	w := campaignsaws.Layouts{Lambda: l, Function: "spread"}
	got, err := w.Read(ctx, "p#s")
	is(t, "read", got, err, campaigns.Level{Is: 200, Most: 1020})
	got, err = w.Set(ctx, "p#s", 0)
	is(t, "set", got, err, campaigns.Level{Is: 200, Most: 1020})
	if d := cmp.Diff([]string{`{"product_id":"p","seller_id":"s"}`, `{"product_id":"p","seller_id":"s","per_second":0}`}, l.asked); d != "" {
		t.Error(d)
	}
	l.answer.FunctionError = aws.String("Unhandled")
	if _, err := w.Read(ctx, "p#s"); err == nil {
		t.Error("a failure is an answer")
	}
	l.err = errors.New("away")
	if _, err := w.Read(ctx, "p#s"); !errors.Is(err, l.err) {
		t.Error(err)
	}

	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/products/prd_1" || r.Header.Get("X-Marketplace") != "US" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(shop.Close)
	pages := campaignsaws.Pages{Client: shop.Client(), Shop: shop.URL}
	got, err = pages.Set(ctx, "US#prd_1", 1)
	is(t, "a page", got, err, campaigns.Level{Is: 1})
	got, err = pages.Set(ctx, "US#prd_1", 0)
	is(t, "nothing to take back", got, err, campaigns.Level{})
	if _, err := pages.Set(ctx, "US#prd_2", 1); err == nil || err.Error() != "the page answers 404" {
		t.Error(err)
	}
	if _, err := (campaignsaws.Pages{}).Read(ctx, "US#prd_1"); fault.Code(err) != "not_on_this_stage" {
		t.Error(err)
	}
}
