package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"rialto/localstack/demo/shop"
)

// servingModel is held by the test whose model serves.
var servingModel sync.Mutex

const modelsBucket = "rialto-local-recommendations-files-000000000000"

// smallRanker is one tree: what is near to the session's clicks is above all else.
const smallRanker = `{"learner":{"attributes":{},"feature_names":["source_session"],"feature_types":[],"gradient_booster":{"model":{` +
	`"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1"},"tree_info":[0],"trees":[{"categories":[],"default_left":[1,0,0],"id":0,` +
	`"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_conditions":[0.1,0,1],"split_indices":[0,0,0],"split_type":[0,0,0]}]},"name":"gbtree"},` +
	`"learner_model_param":{"base_score":"[0E0]","num_class":"0","num_feature":"1","num_target":"1"},"objective":{"name":"rank:ndcg"}},"version":[3,2,0]}`

// putModel writes a model in which two products are bought together, of a version of its own.
func putModel(ctx context.Context, t *testing.T, a, b string, ndcg float64) (version string) {
	t.Helper()
	version = time.Now().UTC().Format("20060102T150405Z") + "-" + strings.ToLower(shop.NewKey()[:8])
	bucket := newLake().Client
	vector := "[1" + strings.Repeat(",0", 63) + "]"
	content := map[string]string{
		"ranker.json": smallRanker,
		"neighbours.jsonl": `{"product_id":"` + a + `","kind":"together","items":[["` + b + `",0.9]]}` + "\n" +
			`{"product_id":"` + b + `","kind":"together","items":[["` + a + `",0.9]]}` + "\n",
		"popular.jsonl":   "",
		"customers.jsonl": "",
		"vectors.jsonl":   `{"product_id":"` + a + `","vector":` + vector + "}\n" + `{"product_id":"` + b + `","vector":` + vector + "}\n",
	}
	files, metric := map[string]any{}, func(v float64) any { return map[string]any{"ndcg@20": v} }
	put := func(name string, body []byte) {
		key := "models/" + version + "/" + name
		if _, err := bucket.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(modelsBucket), Key: &key, Body: bytes.NewReader(body)}); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range content {
		sum := sha256.Sum256([]byte(text))
		files[name] = map[string]any{"sha256": hex.EncodeToString(sum[:]), "bytes": len(text), "rows": strings.Count(text, "\n")}
		put(name, []byte(text))
	}
	manifest, err := json.Marshal(map[string]any{"schema": 1, "version": version, "created_at": time.Now().UTC(), "features": []string{"source_session"},
		"events": 100, "files": files, "metrics": map[string]any{"ranker": metric(ndcg), "recent": metric(0.1), "serving": metric(0.1)}})
	if err != nil {
		t.Fatal(err)
	}
	put("manifest.json", manifest)
	return version
}

// recommended is a shelf.
type recommended struct {
	ID      string `json:"recommendation_id"`
	Version string `json:"model_version"`
	Items   []struct {
		ID     string `json:"product_id"`
		Reason struct{ Code, Text string }
	}
	Degraded    []string
	Experiments []struct {
		ID       string `json:"experiment_id"`
		Variant  string
		Exposure string `json:"exposure_id"`
	}
}

func (r recommended) reason(product string) string {
	for _, i := range r.Items {
		if i.ID == product {
			return i.Reason.Code
		}
	}
	return ""
}

// release has a model through the gate, loaded and serving.
func release(ctx context.Context, t *testing.T, version string) {
	t.Helper()
	var verdict struct {
		Accepted bool
		Reasons  []string
	}
	if invoke(ctx, t, "recommendations-gate", map[string]any{"version": version}, &verdict); !verdict.Accepted {
		t.Fatalf("%+v", verdict)
	}
	part := map[string]any{"version": version, "cursor": ""}
	for n := 0; part["done"] != true; n++ {
		if invoke(ctx, t, "recommendations-load", part, &part); n > 10 {
			t.Fatal("loading does not end")
		}
	}
	invoke(ctx, t, "recommendations-serve", map[string]any{"version": version}, nil)
}

// putBackModel returns what has that model serve again that serves now, or none: what is trained later is compared with what serves.
func putBackModel(ctx context.Context, t *testing.T) func() {
	t.Helper()
	const pointer = "models/serving.json"
	var before struct {
		Version string `json:"version"`
	}
	out, err := newLake().GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(modelsBucket), Key: aws.String(pointer)})
	if missing := new(s3types.NoSuchKey); err != nil && !errors.As(err, &missing) {
		t.Fatal(err)
	}
	if err == nil {
		defer out.Body.Close()
		if err := json.NewDecoder(out.Body).Decode(&before); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		ctx := context.WithoutCancel(ctx) // whatever became of the test
		if before.Version != "" {
			invoke(ctx, t, "recommendations-serve", map[string]any{"version": before.Version}, nil)
			return
		}
		if _, err := newLake().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(modelsBucket), Key: aws.String(pointer)}); err != nil {
			t.Error(err)
		}
		key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "serving"}}
		if _, err := tables.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("rialto-local-recommendations"), Key: key}); err != nil {
			t.Error(err)
		}
	}
}

// looker is who looks at shelves, in a session.
type looker struct {
	*shop.Client
	session string
}

// await asks for a shelf until it is as it should be.
func (l looker) await(ctx context.Context, t *testing.T, path string, ok func(recommended) bool) {
	t.Helper()
	for {
		var r recommended
		if _, err := l.Call(ctx, http.MethodGet, "/api/v1/"+path, nil, &r, shop.With("X-Session-Id", l.session)); err != nil {
			t.Fatal(err)
		}
		if ok(r) {
			return
		}
		if err := wait(ctx, 500*time.Millisecond); err != nil {
			t.Fatalf("%s: %v: %+v", path, err, r)
		}
	}
}

// A model comes through the gate, is loaded and serves; then a click changes the next answer, refusing a profile takes it back, and
// what a customer bought is no longer recommended to them.
func TestAClickChangesWhatIsRecommended(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	a, b := newSKU(ctx, t, "Recommended lamp", 5), newSKU(ctx, t, "Recommended shade", 5)
	servingModel.Lock()
	defer servingModel.Unlock()
	defer putBackModel(ctx, t)()
	var verdict struct{ Accepted bool }
	invoke(ctx, t, "recommendations-gate", map[string]any{"version": putModel(ctx, t, a.product, b.product, 0.05)}, &verdict)
	if verdict.Accepted {
		t.Error("a model that is worse is accepted")
	}
	version := putModel(ctx, t, a.product, b.product, 0.5)
	release(ctx, t, version)
	visitor := looker{&shop.Client{Base: shop.ShopperURL}, "e2e-session-" + shop.NewKey()}
	together := "recommendations?placement=product&shelf=together&product_id=" + a.product
	visitor.await(ctx, t, together, func(r recommended) bool {
		return r.Version == version && strings.HasSuffix(r.ID, version) && len(r.Items) == 1 && r.Items[0].ID == b.product &&
			r.Items[0].Reason.Text == "Bought together with Recommended lamp"
	})
	visitor.click(ctx, t, a.product, true)
	visitor.await(ctx, t, "recommendations?placement=home", func(r recommended) bool {
		return len(r.Items) > 0 && r.Items[0].ID == b.product && r.Items[0].Reason.Text == "Because you looked at Recommended lamp"
	})
	viewed := "recommendations?placement=home&shelf=recently_viewed"
	visitor.await(ctx, t, viewed, func(r recommended) bool { return r.reason(a.product) == "recently_viewed" })
	ratio := float64(visitor.median(ctx, t, "recommendations?placement=home")) / float64(visitor.median(ctx, t, "products/"+a.product))
	t.Logf("a shelf takes %.1f times as long as a product's page", ratio)
	visitor.click(ctx, t, a.product, false)
	visitor.await(ctx, t, viewed, func(r recommended) bool { return len(r.Items) == 0 })

	s := mustShopper(ctx, t, "pm_card_visa")
	customer := looker{s.Client, "e2e-session-" + shop.NewKey()}
	body := map[string]any{"analytics": true, "personalization": true, "session_id": customer.session}
	if _, err := s.Call(ctx, http.MethodPut, "/api/v1/me/consent", body, nil); err != nil {
		t.Fatal(err)
	}
	customer.await(ctx, t, "me/"+together, func(r recommended) bool { return len(r.Items) == 1 && len(r.Degraded) == 0 })
	if o, err := s.checkout(ctx, s.mustPut(ctx, t, b, 1).ID, shop.NewKey()); err != nil || o.OrderID == "" {
		t.Fatal(o, err)
	}
	customer.await(ctx, t, "me/"+together, func(r recommended) bool { return len(r.Items) == 0 })
}

// While an experiment runs, an answer says which variant a session has, the same each time; of another experiment at once nobody
// would know what did it.
func TestAnExperimentDecidesBetweenSessions(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	servingModel.Lock() // what it looks at is what the variants decide
	defer servingModel.Unlock()
	id := "e2e-" + strings.ToLower(shop.NewKey()[:12])
	change := func(in map[string]any) error { return stage.Invoke(ctx, "recommendations-experiment", in, &struct{}{}) }
	start := map[string]any{"start": map[string]any{"experiment_id": id, "unit": "session", "variants": []any{
		map[string]any{"variant": "trees", "share": 5000}, map[string]any{"variant": "blend", "share": 5000, "blended": true}}}}
	if err := change(start); err != nil {
		t.Fatal(err)
	}
	stopped := false
	defer func() {
		if !stopped {
			_ = stage.Invoke(context.WithoutCancel(ctx), "recommendations-experiment", map[string]any{"stop": true}, &struct{}{})
		}
	}()
	if err := change(start); err == nil || !strings.Contains(err.Error(), "experiment_running") {
		t.Errorf("a second one beside it: %v", err)
	}
	visitor := looker{&shop.Client{Base: shop.ShopperURL}, "e2e-session-" + shop.NewKey()}
	var first string
	for range 2 {
		visitor.await(ctx, t, "recommendations?placement=home", func(r recommended) bool {
			if len(r.Experiments) != 1 || r.Experiments[0].ID != id {
				return false
			}
			if said := fmt.Sprint(r.Experiments[0]); first == "" {
				first = said
			} else if said != first {
				t.Errorf("%s, and then %s", first, said)
			}
			return true
		})
	}
	if err := change(map[string]any{"stop": true}); err != nil {
		t.Fatal(err)
	}
	stopped = true
	visitor.await(ctx, t, "recommendations?placement=home", func(r recommended) bool { return len(r.Experiments) == 0 })
	if err := change(start); err == nil || !strings.Contains(err.Error(), "experiment_id_used") {
		t.Errorf("the same id once more: %v", err)
	}
}

// median is how long a call takes, of 21.
func (l looker) median(ctx context.Context, t *testing.T, path string) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 21 {
		began := time.Now()
		if _, err := l.Call(ctx, http.MethodGet, "/api/v1/"+path, nil, nil, shop.With("X-Session-Id", l.session)); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// click tells of a look at a product, of a visitor who agreed to a profile or did not.
func (l looker) click(ctx context.Context, t *testing.T, product string, profile bool) {
	t.Helper()
	body := fmt.Sprintf(`{"schema_version":1,"session_id":"%s","marketplace":"US","consent":{"analytics":true,"personalization":%v},"events":[{"event_id":"%s",`+
		`"action_name":"view_item","timestamp":"%s","event_attributes":{"object":{"object_id":"%s","object_id_field":"product_id"}}}]}`,
		l.session, profile, shop.NewKey(), time.Now().UTC().Format(time.RFC3339Nano), product)
	a, err := l.Do(ctx, http.MethodPost, "/api/v1/events", json.RawMessage(body), shop.With("User-Agent", "Mozilla/5.0"))
	if err != nil || a.Status != http.StatusAccepted {
		t.Fatal(a.Status, err)
	}
}

func TestWhatCannotBeRecommended(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	visitor, customer := &shop.Client{Base: shop.ShopperURL}, mustShopper(ctx, t, "pm_card_visa").Client
	for path, want := range map[string]struct {
		status int
		code   string
	}{
		"recommendations":                                                    {400, "missing_parameter"},
		"recommendations?placement=nowhere":                                  {422, "invalid_request"},
		"recommendations?placement=product":                                  {422, "product_required"},
		"recommendations?placement=home&shelf=x":                             {422, "invalid_request"},
		"recommendations?placement=home&shelf=buy_again":                     {422, "customer_required"},
		"recommendations?placement=product&product_id=prd_x":                 {422, "invalid_request"},
		"recommendations?placement=product&product_id=" + shop.NewID("prd_"): {404, "product_not_found"},
		"me/recommendations?placement=home&shelf=buy_again":                  {200, ""},
		"me/recommendations?placement=home":                                  {200, ""},
	} {
		client := visitor
		if strings.HasPrefix(path, "me/") {
			client = customer
		}
		a, err := client.Do(ctx, http.MethodGet, "/api/v1/"+path, nil)
		if err != nil || a.Status != want.status || a.Problem().Code != want.code {
			t.Errorf("%s: %d %s %v", path, a.Status, a.Body, err)
		}
	}
	if a, err := visitor.Do(ctx, http.MethodGet, "/api/v1/me/recommendations?placement=home", nil); err != nil || a.Status != http.StatusUnauthorized {
		t.Error(a.Status, err)
	}
}
