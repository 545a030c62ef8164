package promotionsstore_test

import (
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/laboratory/memory"
	"rialto/functions/promotions/promotionsstore"
)

// A dead letter that asks for a redemption which was given back, or never was, finds that out: SQS keeps a message for 14
// days and a dead letter for 14 more. What is redeemed is known for ever. Seen to catch: a tombstone of a day; a redemption
// with a ttl.
func TestTimeToLiveTakesNothingThatIsStillAskedFor(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := promotionsstore.Store{DB: db}
	imported(t, s, coupon(5))
	redeem := func(order, want string) {
		t.Helper()
		if err := s.Redeem(ctx, redemption(order, "cus_"+order), 1); fault.Code(err) != want {
			t.Fatalf("redeem %s: %v, want %q", order, err, want)
		}
	}
	redeem("ord_back", "")
	redeem("ord_kept", "")
	for _, order := range []string{"ord_back", "ord_never"} {
		if _, err := s.Return(ctx, redemption(order, "cus_"+order), noon); err != nil {
			t.Fatal(err)
		}
	}
	db.Expire(noon.Add(28 * 24 * time.Hour))
	redeem("ord_back", "redemption_released")
	redeem("ord_never", "redemption_released")
	if err := db.Transact(ctx, promotionsstore.Commit("ord_kept", ref, noon)); err != nil {
		t.Error(err)
	}
	db.Expire(noon.AddDate(10, 0, 0))
	redeem("ord_kept", "redemption_committed")
}
