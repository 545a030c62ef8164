package recommendations

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func candidates(ids string) (list []Candidate) {
	for id := range strings.FieldsSeq(ids) {
		list = append(list, Candidate{ID: id})
	}
	return list
}

func idsOf(list []Candidate) string {
	var out []string
	for _, c := range list {
		out = append(out, c.ID)
	}
	return strings.Join(out, " ")
}

// Each captain takes the best that is left, who begins is thrown anew in every round, and nothing is there twice or lost.
func TestCaptainsChooseInTurns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, coins, list, second string }{
		{"1 2 3 4", "1 2 3 4", "abaa", "1 2 3 4", "2 3"},
		{"1 2 3 4", "4 3 2 1", "abaa", "1 4 3 2", "4 3"},
		{"1 2 3 4", "4 3 2 1", "baaa", "4 1 2 3", "4 3"},
		{"1 2", "3", "aa", "1 3 2", "3"},
		{"", "3 1", "aa", "3 1", "3 1"},
		{"", "", "", "", ""},
	} {
		list, second := draft(candidates(c.a), candidates(c.b), func() bool {
			first := c.coins[0] // there are as many as items at most
			c.coins = c.coins[1:]
			return first == 'b'
		})
		var chosen []string
		for _, x := range list {
			if second[x.ID] {
				chosen = append(chosen, x.ID)
			}
		}
		if got := idsOf(list); got != c.list || strings.Join(chosen, " ") != c.second {
			t.Errorf("%s and %s: %s, of which the second chose %v", c.a, c.b, got, chosen)
		}
	}
}

// products of an experiment that is played, and their ids.
const products = Size + 5

// experimented plays an interleaved experiment of two rankers that see what shoppers like with noise of their own: by how many standard
// deviations more of the shoppers who told them apart preferred the second.
func experimented(e Experiment, dice *rand.Rand, shoppers int, noise [2]float64) float64 {
	wins, losses := 0, 0
	for n := range shoppers {
		likes := map[string]float64{}
		for i := range products {
			likes[string(rune('a'+i))] = dice.Float64()
		}
		var rankings [2][]Candidate
		for i := range rankings {
			seen := map[string]float64{}
			for id := 'a'; id < 'a'+products; id++ {
				seen[string(id)] = likes[string(id)] + noise[i]*dice.NormFloat64()
				rankings[i] = append(rankings[i], Candidate{ID: string(id)})
			}
			slices.SortFunc(rankings[i], func(a, b Candidate) int { return cmp.Compare(seen[b.ID], seen[a.ID]) })
		}
		list, second := draft(rankings[0], rankings[1], e.coin(fmt.Sprint("unit ", n)))
		credit := 0
		for place, x := range list[:Size] { // who looks far down clicks seldom
			if dice.Float64() < likes[x.ID]*math.Pow(0.8, float64(place)) {
				if second[x.ID] {
					credit++
				} else {
					credit--
				}
			}
		}
		switch {
		case credit > 0:
			wins++
		case credit < 0:
			losses++
		}
	}
	return float64(wins-losses) / math.Sqrt(float64(wins+losses))
}

// Of two rankers that are equally good, alike or not, five experiments in a hundred say by chance that they are not, as many for the
// first as for the second; of a better one it is found. Seen to catch: a coin that always falls alike; one that is the same in every
// experiment.
func TestInterleavingIsFairAndFinds(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(13, 6))
	const tries = 200
	for name, noise := range map[string][2]float64{"rankers of their own": {0.3, 0.3}, "one ranker twice": {0, 0}} {
		first, second := 0, 0
		for n := range tries {
			switch z := experimented(Experiment{ID: fmt.Sprint(name, n)}, dice, 60, noise); {
			case z > 1.96:
				second++
			case z < -1.96:
				first++
			}
		}
		if all := first + second; all < 2 || all > 21 || first > 13 || second > 13 { // 10 + 3.5 standard deviations, 5 + 3.6
			t.Errorf("%s: of %d experiments %d prefer the first, %d the second", name, tries, first, second)
		}
	}
	if z := experimented(Experiment{ID: "better"}, dice, 300, [2]float64{0.6, 0.1}); z < 3 {
		t.Errorf("a better ranker is better by %.1f standard deviations", z)
	}
}

// An interleaved shelf is the same when a shopper looks again, its id says whose choice each item was, and it is said so; where one of
// the rankers is away it is the other's alone.
func TestAShelfIsInterleaved(t *testing.T) {
	t.Parallel()
	w := newWorld().modelled()
	w.trees, w.experiment = ranker(t), halves("rankers")
	w.experiment.Interleaved = true
	teams := map[byte]int{}
	for n := range 8 {
		session := fmt.Sprintf("session-number-%d", n)
		a, first := shelf(t, w.service(), Request{Session: session})
		b, again := shelf(t, w.service(), Request{Session: session})
		if !slices.Equal(first, again) || len(first) == 0 || a.ID[4+tookLetters] != 'b' || a.ID[4:12] != b.ID[4:12] || a.Version != "v1" {
			t.Fatalf("%s %v, and then %s %v", a.ID, first, b.ID, again)
		}
		if x := a.Experiments; len(x) != 1 || x[0].Variant != Interleaved {
			t.Errorf("%+v", x)
		}
		teams[a.ID[11]&1]++
	}
	if len(teams) != 2 {
		t.Errorf("the first item is always chosen by the same ranker: %v", teams)
	}
	if w.pools["pool#v1#US#home###interleaved#rankers"] == nil {
		t.Error("what two rankers chose is kept with what one did")
	}
	if a, _ := shelf(t, w.service(), Request{Session: guest, Shelf: TrendingShelf}); a.ID[4:12] != "aaaaaaaa" {
		t.Errorf("a shelf that nobody ranks is interleaved: %s", a.ID)
	}
	w.noRankers = true
	if a, list := shelf(t, w.service(), Request{Session: "session-number-9"}); a.ID[4:12] != "aaaaaaaa" || len(list) == 0 {
		t.Errorf("without the trees: %s, %d items", a.ID, len(list))
	}
}
