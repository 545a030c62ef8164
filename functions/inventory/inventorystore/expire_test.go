package inventorystore

import (
	"testing"
	"time"

	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
)

// lateness is how late a message may come: SQS keeps one for 14 days at most, and as a dead letter for 14 more
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
const lateness = 28 * 24 * time.Hour

// What a late message asks for is still known, whatever DynamoDB's time to live has deleted. Seen to catch: a hold, or a
// booked change, with a ttl; a released hold, or a tombstone, that lives shorter than a dead letter.
func TestTimeToLiveTakesNothingThatIsStillAskedFor(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := stocked(t, db, pick{shoe, "c1", 9})
	plan := planOf(pick{shoe, "c1", 2})
	ever := now.AddDate(10, 0, 0)

	for _, order := range []string{"sold", "released"} {
		if err := s.Place(ctx, order, plan, later); err != nil {
			t.Fatal(err)
		}
	}
	db.Expire(ever)
	if err := commit(s, "sold", plan, now); err != nil {
		t.Error("a hold is gone:", err)
	}
	db.Expire(ever)
	if err := s.Ship(ctx, "sold", plan.Lines, now, now); err != nil {
		t.Error("a sold hold is gone:", err)
	}
	db.Expire(ever)
	if err := s.Ship(ctx, "sold", plan.Lines, now, now); err != nil {
		t.Error("a shipped hold is gone:", err)
	}

	for _, order := range []string{"released", "never placed"} {
		if _, err := s.Release(ctx, order, plan, now); err != nil {
			t.Fatal(err)
		}
	}
	db.Expire(now.Add(lateness))
	for _, order := range []string{"released", "never placed"} {
		mustCode(t, s.Place(ctx, order, plan, later), "hold_released")
	}

	back := inventory.Change{ID: "ret_1", SKU: shoe, Centre: "c1", Kind: inventory.Returned, Quantity: 1}
	must(t, s, back, now)
	db.Expire(ever)
	if must(t, s, back, now) {
		t.Error("a return was booked again, since its change is gone")
	}
	if left := balanced(t, s, []string{"sold", "released", "never placed"}, shoe)["shoe c1"]; left != 9-2+1 {
		t.Errorf("%d are free", left)
	}
}

// A count may be as old as it is allowed to be, and what moved since is still known. Seen to catch: a journal that lives
// for a day; one that ends with the oldest count.
func TestTheJournalOutlivesTheOldestCount(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := storeOf(db)
	must(t, s, inventory.Change{ID: "r1", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 20}, now)
	sell(t, s, "o1", 3, true, now.Add(time.Minute))
	at := now.Add(time.Second).Add(inventory.Journal)
	db.Expire(at)
	must(t, s, count("k1", 20, now.Add(time.Second)), at) // of before the 3 left
	if left := balanced(t, s, []string{"o1"}, shoe)["shoe c1"]; left != 17 {
		t.Errorf("%d are free of 17", left)
	}
}
