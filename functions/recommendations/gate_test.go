package recommendations

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/xgboost"
)

// folder is a bucket.
type folder struct {
	files map[string][]byte
	away  bool
}

func (f folder) Stream(_ context.Context, key string, from int64) (io.ReadCloser, error) {
	body, there := f.files[key]
	switch {
	case f.away:
		return nil, errAway
	case !there:
		return nil, files.ErrMissing
	}
	return io.NopCloser(bytes.NewReader(body[from:])), nil
}

func (f folder) Put(_ context.Context, key string, body []byte) error {
	f.files[key] = body
	return nil
}

func (f folder) Write(_ context.Context, key string, from io.Reader) error {
	body, err := io.ReadAll(from)
	if err == nil {
		f.files[key] = body
	}
	return err
}

// rankerText is a ranker, made by functions/internal/xgboost/testdata/ranker.py with the names of Features.
func rankerText(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open("../internal/xgboost/testdata/ranker.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func ranker(t testing.TB) *xgboost.Trees {
	t.Helper()
	trees, err := xgboost.Read(rankerText(t), Features)
	if err != nil {
		t.Fatal(err)
	}
	return trees
}

const version = "20261130T160000Z-1a2b3c4d"

func ndcg(v float64) Metrics { return Metrics{&v} }

// asItWas among a model's files says that the manifest lists them as they were before the change.
const asItWas = "as it was"

// trained is a bucket with a model that the gate lets serve, as it is changed, and listed in its manifest after.
func trained(t *testing.T, change func(files map[string]string, m *Manifest)) folder {
	t.Helper()
	vector := "[1" + strings.Repeat(",0", Dimensions-1) + "]"
	content := map[string]string{
		rankerFile: string(rankerText(t)),
		neighboursFile: `{"product_id":"` + id(0) + `","kind":"together","items":[["` + id(1) + `",0.5]]}` + "\n" +
			`{"product_id":"` + id(1) + `","kind":"viewed","items":[]}` + "\n",
		popularFile:   `{"marketplace":"US","category":"","kind":"recent","items":[["` + id(2) + `",7]]}` + "\n",
		vectorsFile:   `{"product_id":"` + id(0) + `","vector":` + vector + "}\n",
		customersFile: `{"subject":"5ab1ec7","vector":` + vector + `,"bought":[["` + id(0) + `","2026-11-29"]]}` + "\n",
	}
	m := &Manifest{Schema: 1, Version: version, Features: Features, Events: 1000, Files: map[string]File{}, Metrics: map[string]Metrics{
		"ranker": ndcg(0.12), "recent": ndcg(0.08), "popular": ndcg(0.05), "als": ndcg(0.09), "item_knn": ndcg(0.1)}}
	list := func() {
		for name, text := range content {
			sum := sha256.Sum256([]byte(text))
			m.Files[name] = File{hex.EncodeToString(sum[:]), int64(len(text)), int64(strings.Count(text, "\n"))}
		}
	}
	list()
	if change != nil {
		change(content, m)
	}
	if _, asListed := content[asItWas]; asListed {
		delete(content, asItWas)
	} else {
		list()
	}
	f := folder{files: map[string][]byte{}}
	for name, text := range content {
		f.files[fileOf(version, name)] = []byte(text)
	}
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if f.files[fileOf(version, "manifest.json")] == nil {
		f.files[fileOf(version, "manifest.json")] = body
	}
	return f
}

func (f folder) judge(t *testing.T) Verdict {
	t.Helper()
	v, err := Gate{f, func() time.Time { return noon }}.Judge(t.Context(), Version{version})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheGateLetsABetterModelServe(t *testing.T) {
	t.Parallel()
	f := trained(t, nil)
	if v := f.judge(t); !v.Accepted || v.Reasons != nil || f.files[fileOf(version, "accepted.json")] == nil {
		t.Error(v)
	}
	f = trained(t, func(_ map[string]string, m *Manifest) { m.Metrics["serving"] = ndcg(0.11) })
	f.files[pointerKey] = []byte(`{"version":"v0"}`)
	if v := f.judge(t); !v.Accepted {
		t.Error(v)
	}
}

// Each is refused, with its reason kept beside it. Seen to catch: each check taken away.
func TestTheGateRefuses(t *testing.T) {
	t.Parallel()
	inFile := func(name, old, new string) func(map[string]string, *Manifest) {
		return func(files map[string]string, _ *Manifest) { files[name] = strings.Replace(files[name], old, new, 1) }
	}
	unlisted := func(name, old, new string) func(map[string]string, *Manifest) {
		return func(files map[string]string, _ *Manifest) {
			files[name] = strings.Replace(files[name], old, new, 1)
			files[asItWas] = ""
		}
	}
	dropped := func(name string, fromManifest bool) func(map[string]string, *Manifest) {
		return func(files map[string]string, m *Manifest) {
			if files[asItWas] = ""; fromManifest {
				delete(m.Files, name)
			} else {
				delete(files, name)
			}
		}
	}
	metric := func(name string, m Metrics) func(map[string]string, *Manifest) {
		return func(_ map[string]string, x *Manifest) { x.Metrics[name] = m }
	}
	for name, c := range map[string]struct {
		change func(files map[string]string, m *Manifest)
		reason string
	}{
		"no manifest":       {func(f map[string]string, _ *Manifest) { f["manifest.json"] = "" }, "manifest.json: it is cut short"},
		"another schema":    {func(_ map[string]string, m *Manifest) { m.Schema = 2 }, "schema 2"},
		"another version":   {func(_ map[string]string, m *Manifest) { m.Version = "v2" }, "another version"},
		"a file not listed": {dropped(vectorsFile, true), "vectors.jsonl: the manifest does not list"},
		"a file missing":    {dropped(customersFile, false), "customers.jsonl: there is no such file"},
		"a file changed":    {unlisted(popularFile, ",7]", ",8]"), "popular.jsonl: it is not the one"},
		"a ranker changed":  {unlisted(rankerFile, `"version":[3,2,0]`, `"version":[3,1,0]`), "ranker.json: it is not the one"},
		"a file cut short":  {unlisted(neighboursFile, "[]}\n", ""), "neighbours.jsonl: line 2"},
		"fewer rows": {func(f map[string]string, m *Manifest) {
			x := m.Files[popularFile]
			x.Rows = 9
			m.Files[popularFile] = x
			f[asItWas] = ""
		}, "has 1 rows"},
		"a ranker cut short":       {inFile(rankerFile, `"version":[3,2,0]}`, ""), "ranker.json: the ranker is no JSON"},
		"a ranker with NaN":        {inFile(rankerFile, `"split_conditions":[`, `"split_conditions":[NaN,`), "ranker.json: the ranker is no JSON"},
		"a ranker of later":        {inFile(rankerFile, `"version":[3,`, `"version":[7,`), "of version [7"},
		"an unknown feature":       {inFile(rankerFile, "source_als", "source_gossip"), "or others than"},
		"other features":           {func(_ map[string]string, m *Manifest) { m.Features = Features[1:] }, "names other features"},
		"a score that is NaN":      {inFile(neighboursFile, "0.5", "NaN"), "neighbours.jsonl: line 1"},
		"a score beyond":           {inFile(popularFile, "7", "1e99"), "popular.jsonl: line 1"},
		"a vector of 63":           {inFile(vectorsFile, ",0]", "]"), "vectors.jsonl: line 1"},
		"no vector":                {inFile(customersFile, `"vector"`, `"victor"`), "customers.jsonl: line 1"},
		"no product":               {inFile(vectorsFile, "prd_", "off_"), "vectors.jsonl: line 1"},
		"no marketplace":           {inFile(popularFile, "US", "XX"), "popular.jsonl: line 1"},
		"a kind that is none":      {inFile(neighboursFile, "together", "apart"), "neighbours.jsonl: line 1"},
		"a day that is none":       {inFile(customersFile, "2026-11-29", "2026-11-31"), "customers.jsonl: line 1"},
		"a line without end":       {inFile(popularFile, "\n", strings.Repeat(" ", maxLine+1)+"\n"), "line 1 is too long"},
		"nothing held out":         {func(_ map[string]string, m *Manifest) { m.Events = 0 }, "no event was held out"},
		"a ranker not measured":    {metric("ranker", Metrics{}), "the ranker was not measured"},
		"as good as a source":      {metric("als", ndcg(0.12)), "not above the 0.1200 of als"},
		"worse than recent":        {metric("recent", ndcg(0.2)), "of recent"},
		"worse than what serves":   {metric("serving", ndcg(0.13)), "of serving"},
		"a source not measured":    {metric("als", Metrics{}), "als was not measured"},
		"a metric beyond any":      {metric("als", ndcg(7)), "als was not measured"},
		"recent not measured":      {func(_ map[string]string, m *Manifest) { delete(m.Metrics, "recent") }, "recent popularity was not measured"},
		"what serves not measured": {func(map[string]string, *Manifest) {}, "the model that serves was not measured"},
	} {
		f := trained(t, c.change)
		if strings.HasPrefix(name, "what serves") {
			f.files[pointerKey] = []byte(`{"version":"v0"}`)
		}
		v := f.judge(t)
		if v.Accepted || !slices.ContainsFunc(v.Reasons, func(r string) bool { return strings.Contains(r, c.reason) }) {
			t.Errorf("%s: %v", name, v)
		}
		if f.files[fileOf(version, "refused.json")] == nil || f.files[fileOf(version, "accepted.json")] != nil {
			t.Errorf("%s: the verdict is not beside it", name)
		}
	}
}

func TestTheGateJudgesNothingItCannotSee(t *testing.T) {
	t.Parallel()
	f := trained(t, nil)
	f.away = true
	if _, err := (Gate{f, time.Now}).Judge(t.Context(), Version{version}); !errors.Is(err, errAway) {
		t.Error(err)
	}
	for _, v := range []string{"", "../x", "a b", strings.Repeat("x", 33)} {
		if _, err := (Gate{f, time.Now}).Judge(t.Context(), Version{v}); fault.Code(err) != "invalid_version" {
			t.Errorf("%q: %v", v, err)
		}
	}
}

// shelves take what is loaded.
type shelves struct {
	written []string
	serving string
	kept    []string
}

func (s *shelves) PutNeighbours(_ context.Context, _ string, list []Neighbours) error {
	for _, n := range list {
		s.written = append(s.written, "near "+n.ProductID)
	}
	return nil
}

func (s *shelves) PutPopular(_ context.Context, _ string, list []Popular) error {
	for _, p := range list {
		s.written = append(s.written, "popular "+p.Items[0].ProductID)
	}
	return nil
}

func (s *shelves) PutCustomers(_ context.Context, _ string, list []Customer) error {
	for _, c := range list {
		s.written = append(s.written, "customer "+c.Subject)
	}
	return nil
}

func (s *shelves) Serve(_ context.Context, version string) error { s.serving = version; return nil }

func (s *shelves) Prepare(context.Context, string) error { return nil }

func (s *shelves) Put(_ context.Context, _ string, list []ProductVector) error {
	for _, v := range list {
		s.written = append(s.written, "vector "+v.ProductID)
	}
	return nil
}

func (s *shelves) Keep(_ context.Context, versions ...string) error { s.kept = versions; return nil }

// However small the parts, each line is loaded once; a part that is loaded again brings the same.
func TestAModelIsLoadedInParts(t *testing.T) {
	t.Parallel()
	want := []string{"near " + id(0), "near " + id(1), "popular " + id(2), "customer 5ab1ec7", "vector " + id(0)}
	for _, size := range []int64{1, 50, 1 << 20} {
		f, to := trained(t, nil), &shelves{}
		f.judge(t)
		l := Loader{f, to, to, size}
		part, calls := Part{Version: version}, 0
		for !part.Done {
			var err error
			if part, err = l.Load(t.Context(), part); err != nil {
				t.Fatal(err)
			}
			if calls++; calls > 10 {
				t.Fatal("it does not end")
			}
		}
		if !slices.Equal(to.written, want) {
			t.Errorf("in parts of %d: %v", size, to.written)
		}
	}
}

func TestOnlyWhatTheGateLetServes(t *testing.T) {
	t.Parallel()
	f, to := trained(t, nil), &shelves{}
	l, r := Loader{f, to, to, 0}, Releaser{f, to, to, newWorld(), func() time.Time { return noon }}
	if _, err := l.Load(t.Context(), Part{Version: version}); fault.Code(err) != "model_not_accepted" {
		t.Error(err)
	}
	if _, err := r.Serve(t.Context(), Release{Version: version}); fault.Code(err) != "model_not_accepted" || to.serving != "" {
		t.Error(err)
	}
	f.judge(t)
	if _, err := l.Load(t.Context(), Part{Version: version, Cursor: "manifest.json:0"}); fault.Code(err) != "invalid_cursor" {
		t.Error(err)
	}
	if _, err := r.Serve(t.Context(), Release{Rollback: true}); fault.Code(err) != "nothing_kept" {
		t.Error(err)
	}
	f.files[pointerKey] = []byte(`{"version":"v0","previous":"older"}`)
	f.files[verdictKey("v0", true)] = []byte(`{"version":"v0","accepted":true}`)
	for range 2 { // again changes nothing
		p, err := r.Serve(t.Context(), Release{Version: version})
		if err != nil || p.Version != version || p.Previous != "v0" || to.serving != version || !slices.Equal(to.kept, []string{version, "v0"}) {
			t.Error(p, err, to)
		}
	}
	if p, err := r.Serve(t.Context(), Release{Rollback: true}); err != nil || p.Version != "v0" || p.Previous != version || to.serving != "v0" {
		t.Error(p, err, to)
	}
}
