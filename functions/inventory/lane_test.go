package inventory

import (
	"fmt"
	"testing"

	"rialto/functions/marketplaces"
)

func planAt(product, centre string) Plan {
	return Plan{Lines: []PlannedLine{{Line: "l1", ProductID: product, SellerID: "sel_one", Picks: []Pick{{centre, 1}}}}}
}

// The centres that serve one marketplace are of one lane each, as far as there are lanes, and cold skus of a single centre are
// spread over all. Seen to catch: a lane by the place among a sku's own centres, where all that lies in one centre meets in the first.
func TestLanesAreSpread(t *testing.T) {
	t.Parallel()
	centres := map[string][]string{}
	for _, c := range marketplaces.Centres() {
		centres[c.CustomsArea()] = append(centres[c.CustomsArea()], c.ID)
	}
	for area, ids := range centres {
		for n := range 50 {
			lanes := map[int]int{}
			for _, id := range ids {
				lanes[planAt(fmt.Sprint("prd_", n), id).Lane()]++
			}
			if len(lanes) != min(len(ids), Lanes) {
				t.Errorf("%s: %d centres of one sku are in the lanes %v", area, len(ids), lanes)
			}
		}
	}
	cold := map[int]int{}
	for n := range 8_000 {
		cold[planAt(fmt.Sprint("prd_", n), "us-west-1").Lane()]++
	}
	for lane := range Lanes {
		if n := cold[lane]; n < 850 || n > 1_150 { // 1,000, and 5 of its deviation of 30
			t.Errorf("lane %d has %d of 8,000 skus", lane, n)
		}
	}
}

// Seen to catch: a lane that leaves the machine's list, which fails the run.
func TestEveryPlanHasALane(t *testing.T) {
	t.Parallel()
	for _, p := range []Plan{{}, {Lines: []PlannedLine{{}}}, planAt("p", "nowhere"), planAt("p", "za-north-1"), planAt("p", "us-west-2")} {
		if lane := p.Lane(); lane < 0 || lane >= Lanes {
			t.Errorf("%+v: %d", p, lane)
		}
	}
	if planAt("p", "us-west-1").Lane() == planAt("p", "us-west-2").Lane() {
		t.Error("two centres of a sku share a lane")
	}
}
