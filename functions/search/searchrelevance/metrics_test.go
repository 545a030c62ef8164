package searchrelevance

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func judged(labels string) map[string]Judgment {
	out := map[string]Judgment{}
	for i, l := range strings.Fields(labels) {
		j, err := Grade(l)
		if err != nil {
			panic(err)
		}
		out[string(rune('a'+i))] = j
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.00005 }

// The figures were computed by hand: log2 of 2, 3, 4, 5, 6 is 1, 1.58496, 2, 2.32193, 2.58496.
func TestScores(t *testing.T) {
	t.Parallel()
	many := make([]string, 0, 120)
	for i := range 120 {
		many = append(many, fmt.Sprint(i))
	}
	for name, c := range map[string]struct {
		ranking []string
		judged  map[string]Judgment
		want    Scores
	}{
		// gains 1, 0.1, 0.01, 0: ideal 1 + 0.1/1.58496 + 0.01/2 = 1.06809
		"ideal": {[]string{"a", "b", "c", "d"}, judged("E S C I"), Scores{1, 1, 1}},
		// 0/1 + 1/1.58496 + 0.1/2 = 0.68093 of 1.06809
		"second":  {[]string{"d", "a", "b"}, judged("E S C I"), Scores{0.63752, 0.5, 1}},
		"nothing": {nil, judged("E S"), Scores{}},
		"unknown": {[]string{"x", "y"}, judged("E"), Scores{}},
		// 3, 2, 0: gains 1, 3/7, 0. Ranked b a: 0.42857 + 0.63093 = 1.05950 of 1 + 0.42857/1.58496 = 1.27040
		"numbers":           {[]string{"b", "a"}, judged("3 2 0"), Scores{0.83399, 1, 1}},
		"half":              {[]string{"a"}, judged("E E I"), Scores{1 / 1.63093, 1, 0.5}},
		"nothing to find":   {[]string{"a"}, judged("I"), Scores{}},
		"a lot of the rest": {append(append([]string{}, many...), "a"), judged("E"), Scores{}},
		"eleventh":          {append(append([]string{}, many[:10]...), "a"), judged("E"), Scores{0, 1.0 / 11, 1}},
	} {
		got := Judge(c.ranking, c.judged)
		if !near(got.NDCG, c.want.NDCG) || !near(got.MRR, c.want.MRR) || !near(got.Recall, c.want.Recall) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if m := Mean([]Scores{{1, 0.5, 0}, {0, 0.5, 1}}); !near(m.NDCG, 0.5) || !near(m.MRR, 0.5) || !near(m.Recall, 0.5) {
		t.Error(m)
	}
	if p := Percentile([]float64{1, 2, 3, 4}, 0.5); p != 2 || Percentile([]float64{1, 2, 3, 4}, 0.99) != 4 || Percentile(nil, 1) != 0 {
		t.Error(p)
	}
}

func TestFilesOfAllForms(t *testing.T) {
	t.Parallel()
	want := Set{"red boots": {"1": {1, true}, "2": {0.1, false}}, "a, b": {"1": {3.0 / 7, true}}}
	for name, text := range map[string]string{
		"csv": "\xef\xbb\xbf# by hand\nQuery,product_id,esci_label,product_locale\nred boots,1,E,us\n" +
			"red boots,2,S,us\n\"a, b\",1,2,\n\"a, b\",9,E,jp\n",
		"tabs": "query\tproduct_id\tgrade\tlocale\nred boots\t1\texact\tus\nred boots\t2\ts\tus\na, b\t1\t2\tus\na, b\t9\tE\tes\n",
		"json": `[{"query":"red boots","product_id":1,"esci_label":"E"},{"query":"red boots","product_id":"2","label":"S"},` +
			`{"query":"a, b","product_id":1,"grade":2},{"query":"x","product_id":1,"grade":3,"product_locale":"jp"}]`,
		"json lines": `{"query":"red boots","product_id":1,"esci_label":"E"}` + "\n" + `{"query":"red boots","product_id":"2","label":"S"}` +
			`{"query":"a, b","product_id":1,"grade":2.0}{"query":"x","product_id":1,"grade":3,"locale":"jp"}`,
	} {
		got, _, skipped, err := Judgments([]byte(text), "us")
		if d := cmp.Diff(want, got); err != nil || d != "" || skipped != 1 {
			t.Errorf("%s: %v %d %s", name, err, skipped, d)
		}
	}
	for text, want := range map[string]string{"": "empty", "query,product_id,grade\nq,1,4\n": "judgment 1: \"4\" is neither",
		"query,product_id,grade\n,1,2\n": "judgment 1: query or", "[1]": "no JSON list", "query\n": "no judgments"} {
		if _, _, _, err := Judgments([]byte(text), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	ps, err := Products([]byte("product_id,product_title,product_brand,product_color,product_bullet_point,category\n" +
		"B01,Boots,Alba,red,\"Light\nDry\",Hiking boots\n"))
	if err != nil || len(ps) != 1 || ps[0].ID != "B01" || ps[0].Attributes["colour"] != "red" || len(ps[0].Bullets) != 2 ||
		ps[0].CategoryID != "hiking-boots" {
		t.Error(ps, err)
	}
	ps, err = Products([]byte(`[{"Id":7,"Type":"Ski/boarding","Brand":"B","Name":"N","Description":"D","Price":79.9}]`))
	if err != nil || ps[0].ID != "7" || ps[0].Title != "N" || ps[0].CategoryID != "ski-boarding" {
		t.Error(ps, err)
	}
	if _, err := Products([]byte("id,price\n1,2\n")); err == nil {
		t.Error("a product without a title")
	}
}
