package recommendationstrial

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamlake"
	"rialto/functions/internal/files"
	"rialto/functions/recommendations"
)

const scripts = "../training"

// command is a program of the venv that trains.
func command(t *testing.T, program string, args ...string) *exec.Cmd {
	t.Helper()
	home := os.Getenv("RIALTO_TRAIN")
	if home == "" {
		t.Skip("RIALTO_TRAIN is not set: Spark and XGBoost are 600 MB that the other tests do without; make test-train installs them and runs this")
	}
	bin := filepath.Join(home, "bin")
	c := exec.CommandContext(t.Context(), filepath.Join(bin, program), args...)
	c.Dir = scripts
	c.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "PYSPARK_PYTHON="+filepath.Join(bin, "python"),
		"SPARK_LOCAL_IP=127.0.0.1", "PYTHONDONTWRITEBYTECODE=1")
	return c
}

// train trains on a lake and returns the exit status and what was said.
func train(t *testing.T, lake, models string) (status int, said string) {
	t.Helper()
	c := command(t, "spark-submit", "--master", "local[2]", "--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=2",
		"--conf", "spark.driver.bindAddress=127.0.0.1", "--conf", "spark.driver.host=127.0.0.1",
		"train.py", "--lake", "file://"+lake+"/events", "--models", "file://"+models, "--version", "tried")
	out, err := c.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// folder is a lake's bucket in a folder of this machine, for who only writes.
type folder struct {
	clickstreamlake.Files
	dir string
}

func (f folder) Write(_ context.Context, key string, from io.Reader) error {
	content, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	path := filepath.Join(f.dir, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func (f folder) Delete(context.Context, string) error { return nil }

// visits makes up what customers do in a day: each looks at and sometimes buys what is of one of five kinds, which is theirs.
func visits(customers int) (rows []clickstream.Row) {
	dice := rand.New(rand.NewPCG(1, 2))
	day := time.Now().UTC().Truncate(time.Hour).Add(-25 * time.Hour)
	for i := range 3 * customers {
		who := fmt.Sprintf("customer-%d", i%customers)
		at := day.Add(time.Duration(dice.IntN(24*60)) * time.Minute)
		row := func(action string, r clickstream.Row) {
			at = at.Add(time.Second)
			r.EventID, r.Action, r.EventTime, r.Marketplace, r.Personalization = fmt.Sprintf("event-%d", len(rows)), action, at, "US", true
			rows = append(rows, r)
		}
		session := fmt.Sprintf("session-%d", i)
		row("login", clickstream.Row{Origin: clickstream.Server, Session: session, Customer: who})
		for range 4 {
			item := clickstream.RowItem{ItemID: fmt.Sprintf("prd_%026d", i%5*100+dice.IntN(12)), Quantity: 1, Price: int64(500 + dice.IntN(500))}
			row("view_item", clickstream.Row{Origin: clickstream.Browser, Session: session, ObjectID: item.ItemID, ObjectField: "product_id"})
			if dice.IntN(3) == 0 {
				row("add_to_cart", clickstream.Row{Origin: clickstream.Browser, Session: session, Items: []clickstream.RowItem{item}})
				row("purchase", clickstream.Row{Origin: clickstream.Server, Customer: who, Items: []clickstream.RowItem{item}})
			}
		}
	}
	return rows
}

// write writes rows into a lake in a folder, by the code that writes the deployed one.
func write(t *testing.T, into string, rows []clickstream.Row) {
	t.Helper()
	hours := map[time.Time][]clickstream.Row{}
	for _, r := range rows {
		hours[r.Hour()] = append(hours[r.Hour()], r)
	}
	lake := clickstreamlake.Lake{Files: folder{dir: into}}
	for hour, rows := range hours {
		if err := lake.Settle(t.Context(), hour, "shardId-000000000000", clickstream.Settle(rows)); err != nil {
			t.Fatal(err)
		}
	}
}

// shop is the bucket of models in a folder, for who takes a snapshot of a catalog.
type shop struct{ folder }

func (s shop) Stream(context.Context, string, int64) (io.ReadCloser, error) {
	return nil, files.ErrMissing
}

func (s shop) Put(ctx context.Context, key string, body []byte) error {
	return s.Write(ctx, key, bytes.NewReader(body))
}

// unseen is how many products of each kind the visits never turn to.
const unseen = 3

// snapshot takes a snapshot of a catalog that has the products of visits and some of each kind that nobody looks at. What the words of
// a kind mean is alike.
func snapshot(t *testing.T, into string) {
	t.Helper()
	dice := rand.New(rand.NewPCG(3, 4))
	var products, offers, descriptions []any
	for i := range 5 * (12 + unseen) {
		id, kind := fmt.Sprintf("prd_%026d", i%5*100+i/5), fmt.Sprintf("kind-%d", i%5)
		meaning := make([]byte, 384)
		for k := range meaning {
			meaning[k] = byte(int8(dice.IntN(21) - 10))
		}
		meaning[i%5] = 127
		products = append(products, recommendations.CatalogProduct{ProductID: id, Category: kind, Path: []string{"all", kind}, UpdatedAt: time.Now()})
		offers = append(offers, recommendations.CatalogOffer{ProductID: id, Marketplace: "US", Price: 900, InBuyBox: true})
		descriptions = append(descriptions, recommendations.CatalogDescription{ProductID: id, Meaning: meaning})
	}
	table := func(name string, lines []any) recommendations.CatalogSource {
		return recommendations.CatalogSource{Name: name, Page: func(context.Context, int, int, string) ([]any, string, error) { return lines, "", nil }}
	}
	s := recommendations.Snapshotter{Files: shop{folder{dir: into}}, Now: time.Now, Sources: []recommendations.CatalogSource{
		table("products", products), table("offers", offers), table("descriptions", descriptions)}}
	begun, err := s.Take(t.Context(), recommendations.Snapshot{Of: 1})
	for step := begun.Parts[0]; err == nil && !step.Done; {
		step, err = s.Take(t.Context(), step)
	}
	if _, failed := s.Take(t.Context(), recommendations.Snapshot{Name: begun.Name, Complete: true}); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
}

// What the rules and features of training come to, by hand: the tests beside the scripts.
func TestTheScripts(t *testing.T) {
	t.Parallel()
	if out, err := command(t, "python", "-m", "unittest").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

type manifest struct {
	Schema  int    `json:"schema"`
	Version string `json:"version"`
	Code    string `json:"code"`
	Lake    struct {
		Rows int `json:"rows"`
	} `json:"lake"`
	Events  int                           `json:"events"`
	Metrics map[string]map[string]float64 `json:"metrics"`
	Cold    struct {
		Products, Candidates int
		Shelves              float64
	} `json:"cold"`
	Files map[string]struct {
		SHA256 string `json:"sha256"`
		Bytes  int    `json:"bytes"`
		Rows   int    `json:"rows"`
	} `json:"files"`
}

// Spark reads from the lake's Parquet what the clickstream's own code wrote there, and a whole model comes of it.
func TestSparkReadsTheLake(t *testing.T) {
	t.Parallel()
	lake, models, rows := t.TempDir(), t.TempDir(), visits(100)
	write(t, lake, rows)
	snapshot(t, models)
	if status, said := train(t, lake, models); status != 0 {
		t.Fatalf("status %d: %s", status, said[max(0, len(said)-4000):])
	}
	var m manifest
	text, err := os.ReadFile(filepath.Join(models, "models", "tried", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	touched := 0
	for _, r := range rows {
		if r.Action != "login" {
			touched++
		}
	}
	if m.Schema != 1 || m.Version != "tried" || !strings.HasPrefix(m.Code, "sha256:") || m.Events == 0 || m.Lake.Rows != touched {
		t.Errorf("somebody turned to a product %d times, and the manifest says %s", touched, text)
	}
	for _, name := range []string{"ranker.json", "neighbours.jsonl", "popular.jsonl", "vectors.jsonl", "customers.jsonl"} {
		content, err := os.ReadFile(filepath.Join(models, "models", "tried", name))
		if err != nil {
			t.Fatal(err)
		}
		sum, f := sha256.Sum256(content), m.Files[name]
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Bytes != len(content) || len(content) == 0 ||
			f.Rows != strings.Count(string(content), "\n") && name != "ranker.json" {
			t.Errorf("%s is not what the manifest says: %+v", name, f)
		}
	}
	// What nobody touched has a vector by its words, comes onto shelves, and is popular nowhere.
	if m.Cold.Products != 5*unseen || m.Cold.Candidates < 5*unseen || m.Cold.Shelves == 0 {
		t.Errorf("of products that nobody touched the manifest says %+v", m.Cold)
	}
	popular, err := os.ReadFile(filepath.Join(models, "models", "tried", "popular.jsonl"))
	if err != nil || !strings.Contains(string(popular), `"category":"kind-3","kind":"trending"`) || !strings.Contains(string(popular), `"category":"all"`) {
		t.Errorf("no category has what is trending in it: %s %v", popular, err)
	}
	for _, name := range []string{"ranker", "popular", "recent", "als", "bought", "viewed", "together", "session"} {
		if v, there := m.Metrics[name]["ndcg@20"]; !there || v < 0 || v > 1 {
			t.Errorf("of %s NDCG@20 is %v", name, m.Metrics[name])
		}
	}
	if ours, all := m.Metrics["ranker"]["ndcg@20"], m.Metrics["recent"]["ndcg@20"]; ours <= all { // each likes one kind in five
		t.Errorf("the ranker has %v, and what is popular with all %v", ours, all)
	}
}

// Of an experiment that nobody took part in, and of one that there was not, the report says so.
func TestAReportOfNothing(t *testing.T) {
	t.Parallel()
	lake, models := t.TempDir(), t.TempDir()
	write(t, lake, visits(3))
	s := shop{folder{dir: models}}
	if err := s.Put(t.Context(), "experiments/ranker.json", []byte(`{"experiment_id":"ranker","unit":"customer","variants":[`+
		`{"variant":"a","share":1},{"variant":"b","share":1}],"from":"`+time.Now().UTC().Format(time.RFC3339Nano)+`"}`)); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"ranker": "too few units were shown it: 0 of a, 0 of b", "unheard": "there was no experiment unheard"} {
		c := command(t, "spark-submit", "--master", "local[2]", "--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=2",
			"--conf", "spark.driver.bindAddress=127.0.0.1", "--conf", "spark.driver.host=127.0.0.1",
			"experiment.py", "--lake", "file://"+lake+"/events", "--models", "file://"+models, "--id", id)
		if out, _ := c.CombinedOutput(); !strings.Contains(string(out), want) {
			t.Errorf("%s: %s", id, out[max(0, len(out)-3000):])
		}
	}
}

// Of a lake that is not there yet, and of one with too little in it, nothing is trained and nothing written.
func TestNothingIsMadeOfNothing(t *testing.T) {
	t.Parallel()
	few, one := t.TempDir(), t.TempDir()
	rows := visits(3)
	write(t, few, rows)
	look := slices.IndexFunc(rows, func(r clickstream.Row) bool { return r.Action == "view_item" })
	write(t, one, rows[look:look+1])
	for name, lake := range map[string]string{"no lake": filepath.Join(t.TempDir(), "none"), "a first hour": few, "a first look": one} {
		models := t.TempDir()
		if status, said := train(t, lake, models); status != 3 || !strings.Contains(said, "nothing is changed") {
			t.Errorf("%s: status %d\n%s", name, status, said)
		}
		if left, err := os.ReadDir(models); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is written, %v", name, left, err)
		}
	}
}
