package xgboost

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"rialto/functions/internal/fault"
)

// features are the names that testdata/ranker.py gives them.
var features = strings.Fields(`source_bought source_viewed source_together source_als source_recent source_session session_same_category
	session_same_brand affinity_category affinity_brand price_ratio popularity rating reviews days_since_seen in_buy_box`)

var unknown = float32(math.NaN())

// unzipped reads a file that testdata/ranker.py made.
func unzipped(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ranker(t testing.TB) *Trees {
	t.Helper()
	trees, err := Read(unzipped(t, "ranker.json.gz"), features)
	if err != nil {
		t.Fatal(err)
	}
	return trees
}

// splitMix is the generator of testdata/ranker.py.
type splitMix uint64

func (s *splitMix) next() uint64 {
	*s += 0x9E3779B97F4A7C15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// rowsOf makes the rows of testdata/ranker.py: a tenth is missing, a tenth stands exactly on a split.
func rowsOf(trees *Trees, n int) [][]float32 {
	splits := make([][]float32, len(features))
	for _, s := range trees.nodes {
		if s.turns == 1 {
			// ordered is its own inverse
			splits[s.key/2] = append(splits[s.key/2], math.Float32frombits(uint32(s.cond^int32(uint32(s.cond>>31)>>1))))
		}
	}
	numbers, rows := splitMix(2), make([][]float32, n)
	for i := range rows {
		rows[i] = make([]float32, len(features))
		for k := range rows[i] {
			u := numbers.next()
			switch of := splits[k]; {
			case u%10 == 0:
				rows[i][k] = unknown
			case u%10 == 1 && len(of) > 0:
				rows[i][k] = of[(u>>8)%uint64(len(of))]
			default:
				rows[i][k] = float32(u>>44)/(1<<18) - 2
			}
		}
	}
	for k := range rows[0] {
		rows[0][k] = unknown
	}
	return rows
}

// Seen to catch: sums in float64; <= in place of <; what is missing sent to the right.
func TestTreesScoreAsXGBoostToTheBit(t *testing.T) {
	t.Parallel()
	trees, want := ranker(t), unzipped(t, "margins.f32.gz")
	got := trees.Score(rowsOf(trees, len(want)/4))
	if len(got) != 10_000 {
		t.Fatal(len(got))
	}
	for i, v := range got {
		if w := binary.LittleEndian.Uint32(want[4*i:]); math.Float32bits(v) != w {
			t.Fatalf("row %d: %v, XGBoost says %v", i, v, math.Float32frombits(w))
		}
	}
}

func TestARankerThatIsNotUnderstoodIsRefused(t *testing.T) {
	t.Parallel()
	whole := unzipped(t, "ranker.json.gz")
	edit := func(old, new string) []byte {
		b := bytes.Replace(whole, []byte(old), []byte(new), 1)
		if bytes.Equal(b, whole) {
			t.Fatalf("nothing is %s", old)
		}
		return b
	}
	first := func(list string) string { // its first value, up to the comma
		_, rest, _ := strings.Cut(string(whole), `"`+list+`":[`)
		v, _, _ := strings.Cut(rest, ",")
		return `"` + list + `":[` + v
	}
	for name, model := range map[string][]byte{
		"empty":                 {},
		"null":                  []byte("null"),
		"an object":             []byte("{}"),
		"cut short":             whole[:len(whole)/2],
		"cut by a byte":         whole[:len(whole)-1],
		"NaN":                   edit(first("split_conditions"), `"split_conditions":[NaN`),
		"a number beyond any":   edit(first("split_conditions"), `"split_conditions":[1e39`),
		"a null":                edit(first("left_children"), `"left_children":["x"`),
		"of another version":    edit(`"version":[3,`, `"version":[9,`),
		"of no version":         edit(`"version":[3,2,0]`, `"version":[]`),
		"another booster":       edit(`"name":"gbtree"`, `"name":"dart"`),
		"a regression":          edit(`"name":"rank:ndcg"`, `"name":"reg:squarederror"`),
		"an unknown feature":    edit(`"source_bought"`, `"source_gossip"`),
		"a feature twice":       edit(`"source_bought","source_viewed"`, `"source_viewed","source_viewed"`),
		"one feature more":      edit(`"num_feature":"16","num_target"`, `"num_feature":"17","num_target"`),
		"a tree less":           edit(`"num_trees":"60"`, `"num_trees":"61"`),
		"a list cut short":      edit(first("split_type")+",", `"split_type":[`),
		"a child that is above": edit(first("left_children"), `"left_children":[0`),
		"a child beyond":        edit(first("left_children"), `"left_children":[99999`),
		"no such feature":       edit(first("split_indices"), `"split_indices":[16`),
		"by categories":         edit(first("split_type"), `"split_type":[1`),
		"a base that is none":   edit(`"base_score":"[5.4947835E-10]"`, `"base_score":"[nan]"`),
		"two bases":             edit(`"base_score":"[5.4947835E-10]"`, `"base_score":"[0.5,0.5]"`),
	} {
		if trees, err := Read(model, features); trees != nil || fault.Code(err) != "ranker_refused" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// 500 candidates are to take a millisecond at most.
func BenchmarkScore500(b *testing.B) {
	trees := ranker(b)
	rows := rowsOf(trees, 500)
	for b.Loop() {
		trees.Score(rows)
	}
}

// Seen to catch: features taken by their places in Features, whatever their names.
func TestFeaturesGoByTheirNames(t *testing.T) {
	t.Parallel()
	swapped, err := Read(bytes.Replace(unzipped(t, "ranker.json.gz"), []byte(`"source_bought","source_viewed"`),
		[]byte(`"source_viewed","source_bought"`), 1), features)
	if err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(ranker(t), 100)
	want := ranker(t).Score(rows)
	for i := range rows {
		rows[i][0], rows[i][1] = rows[i][1], rows[i][0]
	}
	for i, v := range swapped.Score(rows) {
		if v != want[i] {
			t.Fatal(i, v, want[i])
		}
	}
}
