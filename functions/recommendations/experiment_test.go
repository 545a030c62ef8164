package recommendations

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/internal/fault"
)

// halves is an experiment between trees and Blend.
func halves(id string) Experiment {
	return Experiment{ID: id, Unit: BySession, Variants: []Variant{{Name: "trees", Share: 5_000}, {Name: "blend", Share: 5_000, Blended: true}}}
}

// unlike is Pearson's statistic of counts that should be alike.
func unlike(counts []int) (chi2 float64) {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	want := float64(sum) / float64(len(counts))
	for _, n := range counts {
		chi2 += (float64(n) - want) * (float64(n) - want) / want
	}
	return chi2
}

// Units are spread evenly, and where one stands in an experiment says nothing of where it stands in another: chance exceeds these
// bounds once in a hundred thousand (99 and 15 degrees of freedom). Seen to catch: a bucket of the unit alone, which no experiment's id
// salts.
func TestUnitsAreSpreadEvenlyAndIndependently(t *testing.T) {
	t.Parallel()
	one, other := halves("ranker-1"), halves("ranker-2")
	hundreds, both := make([]int, 100), make([]int, 16)
	for n := range 200_000 {
		unit := fmt.Sprintf("%032x", n)
		a, b := one.bucket(unit), other.bucket(unit)
		hundreds[a/100]++
		both[a/2_500*4+b/2_500]++
	}
	if even, independent := unlike(hundreds), unlike(both); even > 170 || independent > 50 {
		t.Errorf("spread over hundreds: %.0f; over the quarters of two experiments: %.0f", even, independent)
	}
}

// A unit stays where it is, in this release and the next, and in the report (training/test_experiment.py has the same). Shares are
// what they say, and who is in none takes no part.
func TestVariantsAreStable(t *testing.T) {
	t.Parallel()
	for unit, want := range map[string]int{"a": 4466, "0123456789abcdef0123456789abcdef": 6657} {
		if got := halves("ranker").bucket(unit); got != want {
			t.Errorf("%s is in bucket %d, not %d", unit, got, want)
		}
	}
	e := Experiment{ID: "shares", Variants: []Variant{{Name: "a", Share: 1_000}, {Name: "b", Share: 2_000}}}
	counts := map[string]int{}
	for n := range 100_000 {
		v, _ := e.variant(fmt.Sprint(n))
		counts[v.Name]++
	}
	for name, want := range map[string]int{"a": 10_000, "b": 20_000, "": 70_000} {
		if got := counts[name]; got < want-600 || got > want+600 {
			t.Errorf("%d units are in %q, of %d", got, name, want)
		}
	}
	if v, there := e.variant(""); there {
		t.Error(v)
	}
}

// The variant decides what serves, and the answer says so; who takes no part is served as ever. Seen to catch: a pool that the two share.
func TestAnExperimentDecidesWhatServes(t *testing.T) {
	t.Parallel()
	w := newWorld().modelled()
	w.experiment = Experiment{ID: "model", Unit: BySession, Variants: []Variant{
		{Name: "now", Share: 4_000}, {Name: "before", Share: 4_000, Version: "v0"}}}
	s, seen := w.service(), map[string]string{}
	for n := range 40 {
		session := fmt.Sprintf("session-number-%d", n)
		v, _ := w.experiment.variant(clickstream.Pseudonyms{}.Session(session))
		a, _ := shelf(t, s, Request{Session: session})
		again, _ := shelf(t, s, Request{Session: session})
		want := map[string]string{"now": "v1", "before": "v0", "": "v1"}[v.Name]
		if a.Version != want || (v.Name == "") != (a.Experiments == nil) || !slices.Equal(a.Experiments, again.Experiments) {
			t.Fatalf("%s is in %q, and served by %s: %+v", session, v.Name, a.Version, a.Experiments)
		}
		if v.Name == "" {
			continue
		}
		x := a.Experiments[0]
		if other, used := seen[x.ExposureID]; x.ExperimentID != "model" || x.Variant != v.Name || len(x.ExposureID) != 32 || used {
			t.Errorf("%s and %s: %+v", session, other, x)
		}
		seen[x.ExposureID] = session
	}
	if a, _ := shelf(t, s, Request{}); a.Version != "v1" || a.Experiments != nil {
		t.Errorf("without a session: %+v", a)
	}
	w.experiment = halves("ranker")
	for n := range 12 {
		s, session := w.service(), fmt.Sprintf("session-number-%d", n) // another process, which does not remember
		w.noRankers = true
		v, _ := w.experiment.variant(clickstream.Pseudonyms{}.Session(session))
		if a, _ := shelf(t, s, Request{Session: session}); slices.Contains(a.Degraded, noRanker) == v.Blended {
			t.Errorf("%s is in %q: degraded %v", session, v.Name, a.Degraded)
		}
	}
	if w.pools["pool#v1#US#home###blended"] == nil {
		t.Error("what is ranked by hand is kept with what is ranked by trees")
	}
}

func TestACustomersVariantFollowsThem(t *testing.T) {
	t.Parallel()
	w := newWorld().modelled()
	w.experiment = Experiment{ID: "model", Unit: ByCustomer, Variants: []Variant{{Name: "a", Share: 5_000}, {Name: "b", Share: 5_000}}}
	want, _ := w.experiment.variant(subject)
	var exposures []string
	for _, session := range []string{"session-number-1", "session-number-2"} {
		a, _ := shelf(t, w.service(), Request{Session: session, CustomerID: "cus_agreed"})
		if len(a.Experiments) != 1 || a.Experiments[0].Variant != want.Name {
			t.Fatalf("%+v, not %s", a.Experiments, want.Name)
		}
		exposures = append(exposures, a.Experiments[0].ExposureID)
	}
	if exposures[0] == exposures[1] {
		t.Error("two sessions tell of one exposure")
	}
	if a, _ := shelf(t, w.service(), Request{Session: guest, CustomerID: "cus_refused"}); a.Experiments != nil {
		t.Errorf("who refused a profile takes part: %+v", a.Experiments)
	}
}

func TestExperimentsAreStartedAndStopped(t *testing.T) {
	t.Parallel()
	w, f, now := newWorld(), folder{files: map[string][]byte{pointerKey: []byte(`{"version":"v1","previous":"v0"}`)}}, noon
	x := Experimenter{f, w, func() time.Time { return now }}
	refused := func(in ExperimentChange, code string) {
		t.Helper()
		before := w.experiment.ID
		if _, err := x.Change(t.Context(), in); fault.Code(err) != code || w.experiment.ID != before {
			t.Errorf("%+v: %v, not %s", in.Start, err, code)
		}
	}
	with := func(change func(*Experiment)) ExperimentChange {
		e := halves("ranker")
		change(&e)
		return ExperimentChange{Start: &e}
	}
	for _, change := range []func(*Experiment){
		func(e *Experiment) { e.ID = "" }, func(e *Experiment) { e.ID = "../models/x" }, func(e *Experiment) { e.ID = strings.Repeat("x", 33) },
		func(e *Experiment) { e.Unit = "order" }, func(e *Experiment) { e.Variants = e.Variants[:1] },
		func(e *Experiment) { e.Variants[1].Name = "trees" }, func(e *Experiment) { e.Variants[1].Share = 5_001 },
		func(e *Experiment) { e.Variants[1].Share = 0 }, func(e *Experiment) { e.Variants[0].Share = -1 },
		func(e *Experiment) { e.Variants[0].Version = "a/b" },
		func(e *Experiment) { e.Interleaved, e.Variants[1].Blended = true, false },
		func(e *Experiment) { e.Interleaved, e.Variants[0].Blended, e.Variants[0].Version = true, true, "v0" },
		func(e *Experiment) {
			e.Interleaved, e.Variants = true, append(e.Variants, Variant{Name: "third", Share: 1})
			e.Variants[0].Share--
		},
	} {
		refused(with(change), "invalid_experiment")
	}
	refused(with(func(e *Experiment) { e.Variants[0].Version = "older" }), "model_not_kept")
	refused(ExperimentChange{}, "experiment_not_running")
	refused(ExperimentChange{Stop: true}, "experiment_not_running")
	f.files["experiments/ranker.json"] = []byte(`{"experiment_id":"ranker"}`) // what a start left behind that was broken off
	start := with(func(e *Experiment) { e.Variants[1].Version = "v0" })
	if e, err := x.Change(t.Context(), start); err != nil || e.From != noon || w.experiment.ID != "ranker" {
		t.Fatal(e, err)
	}
	if got := keeping(w.experiment, "v2", "v1"); !slices.Equal(got, []string{"v2", "v1", "v0"}) {
		t.Errorf("of a model that serves in an experiment the vectors are deleted: %v", got)
	}
	refused(with(func(e *Experiment) { e.ID = "another" }), "experiment_running")
	now = noon.Add(time.Hour)
	if e, err := x.Change(t.Context(), ExperimentChange{Stop: true}); err != nil || e.To != now || w.experiment.ID != "" ||
		!strings.Contains(string(f.files["experiments/ranker.json"]), `"to":"2026-11-30T13:00:00Z"`) {
		t.Error(e, err, string(f.files["experiments/ranker.json"]))
	}
	refused(start, "experiment_id_used")
}
