package reviews_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
	"rialto/functions/orders"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsstore"
)

var lamp = ids.Derive(ids.Product, "lamp")

// shelf is a world in which every customer's order, ord_<customer>, has the lamp, delivered.
type shelf struct{}

func (shelf) Get(_ context.Context, orderID string) (orders.Order, bool, error) {
	return orders.Order{ID: orderID, CustomerID: orderID[len("ord_"):],
			Lines: []orders.Line{{Line: "a", ProductID: lamp}, {Line: "b", ProductID: "prd_late"}}},
		orderID != "ord_none", nil
}

func (shelf) DeliveredLines(context.Context, string) ([]string, error) { return []string{"a"}, nil }

func newProducts() (*reviews.Products, reviewsstore.Store) {
	s, at := reviewsstore.Store{DB: memory.New()}, noon
	return &reviews.Products{Store: s, Orders: shelf{}, Purchases: shelf{}, Pages: pages{},
		Now: func() time.Time { at = at.Add(time.Second); return at }}, s
}

func by(customer string, stars int64) reviews.Review {
	return reviews.Review{ProductID: lamp, CustomerID: customer, Stars: stars, Title: "Bright", Text: "Lights the whole desk."}
}

func TestAVerifiedReviewIsOfWhatWasDelivered(t *testing.T) {
	t.Parallel()
	s, _ := newProducts()
	for order, code := range map[string]string{"ord_cus_2": "order_not_found", "ord_none": "order_not_found"} {
		if _, _, err := s.Put(ctx, by("cus_1", 4), order, nil); fault.Code(err) != code {
			t.Errorf("%s: %v", order, err)
		}
	}
	late := by("cus_1", 4)
	late.ProductID = "prd_late"
	if _, _, err := s.Put(ctx, late, "ord_cus_1", nil); fault.Code(err) != "not_bought" {
		t.Error("what has not come is reviewed as bought:", err)
	}
	r, created, err := s.Put(ctx, by("cus_1", 4), "", nil)
	if err != nil || !created || r.Verified || r.State != reviews.Published || r.Version != 1 {
		t.Fatal(r, created, err)
	}
	if r, created, err = s.Put(ctx, by("cus_1", 4), "ord_cus_1", nil); err != nil || created || !r.Verified || r.Version != 2 {
		t.Fatal(r, created, err)
	}
	if r, _, err = s.Put(ctx, by("cus_1", 2), "", nil); err != nil || !r.Verified || r.Stars != 2 {
		t.Error("the badge is lost with a change:", r, err)
	}
	if again, created, err := s.Put(ctx, by("cus_1", 2), "", nil); err != nil || created || !cmp.Equal(again, r) {
		t.Error(again, created, err)
	}
	stale := int64(1)
	if _, _, err := s.Put(ctx, by("cus_1", 5), "", &stale); !errors.Is(err, reviews.ErrReviewStale) {
		t.Error(err)
	}
}

func TestABurstOfUnverifiedReviewsWaits(t *testing.T) {
	t.Parallel()
	s, _ := newProducts()
	states := map[reviews.State]int{}
	for i := range 8 {
		r, _, err := s.Put(ctx, by(fmt.Sprint("cus_", i), 1), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		states[r.State]++
	}
	if r, _, err := s.Put(ctx, by("cus_bought", 5), "ord_cus_bought", nil); err != nil || r.State != reviews.Published {
		t.Error("a verified one waits too:", r, err)
	}
	if d := cmp.Diff(map[reviews.State]int{reviews.Published: 5, reviews.Pending: 3}, states); d != "" {
		t.Error(d)
	}
	waiting, err := s.Operate(ctx, reviews.Operation{})
	if err != nil || len(waiting.Reviews) != 3 || waiting.After != "" {
		t.Fatal(waiting, err)
	}
	up := reviews.Moderation{ProductID: lamp, ReviewID: waiting.Reviews[0].ID, State: reviews.Published}
	up.Reason = "its author called"
	if _, err := s.Operate(ctx, reviews.Operation{Moderation: up}); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Own(ctx, lamp, waiting.Reviews[0].CustomerID); err != nil || r.State != reviews.Published || r.Reason != "" {
		t.Error("what is for the audit log is shown:", r, err)
	}
	down := reviews.Moderation{ProductID: lamp, ReviewID: waiting.Reviews[1].ID, State: reviews.Rejected}
	if _, err := s.Moderate(ctx, down); fault.Code(err) != "invalid_moderation" {
		t.Error("taken down without a reason:", err)
	}
	down.Reason = "it is about another product"
	if _, err := s.Moderate(ctx, down); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Put(ctx, by(waiting.Reviews[1].CustomerID, 2), "", nil); !errors.Is(err, reviews.ErrRefused) {
		t.Error("what was taken down is written again:", err)
	}
	if tally, err := s.Tally(ctx, lamp); err != nil || tally.Count() != 7 || tally.Stars != [5]int64{6, 0, 0, 0, 1} {
		t.Error(tally, err)
	}
}

// One customer alone is no burst, whatever they send how often, and no way leads around one. Seen to catch: a count of attempts; a review
// that waits and is shown once it was withdrawn; one that waits still when it is found to be of a purchase.
func TestABurstIsOfSeveralCustomers(t *testing.T) {
	t.Parallel()
	s, _ := newProducts()
	put := func(r reviews.Review, orderID string, want reviews.State) {
		t.Helper()
		if got, _, err := s.Put(ctx, r, orderID, nil); err != nil || got.State != want || (got.Reason != "") != (want == reviews.Pending) {
			t.Fatal(got, err)
		}
	}
	withdraw := func(customer string) {
		t.Helper()
		if err := s.Withdraw(ctx, lamp, customer); err != nil {
			t.Fatal(err)
		}
	}
	stale := int64(7)
	for range 8 {
		if _, _, err := s.Put(ctx, by("cus_stale", 1), "", &stale); !errors.Is(err, reviews.ErrReviewStale) {
			t.Fatal(err)
		}
		put(by("cus_again", 1), "", reviews.Published)
		withdraw("cus_again")
	}
	for i := range 4 {
		put(by(fmt.Sprint("cus_", i), 1), "", reviews.Published)
	}
	put(by("cus_late", 1), "", reviews.Pending)
	put(by("cus_late", 2), "", reviews.Pending)
	withdraw("cus_late")
	withdraw("cus_late")
	put(by("cus_late", 1), "", reviews.Pending)
	put(by("cus_late", 1), "ord_cus_late", reviews.Published)
}

func TestAReviewIsOfAProduct(t *testing.T) {
	t.Parallel()
	s, _ := newProducts()
	r := by("cus_1", 5)
	if r.ProductID = "prd_nothing"; fault.Code(errorOf(s.Put(ctx, r, "", nil))) != "product_not_found" {
		t.Error("nothing is reviewed")
	}
	for said, kept := range map[string]string{"en": "en", "pt-BR": "pt-BR", "en_US": "en-US", "zh-Hant-TW": "zh-Hant-TW", "": "",
		"x": "?", "english please": "?", "<b>": "?", "en-": "?", "-en": "?", "12": "?"} {
		r := by("cus_1", 5)
		r.Language = said
		got, _, err := s.Put(ctx, r, "", nil)
		if (fault.Code(err) == "invalid_review") != (kept == "?") || err == nil && got.Language != kept {
			t.Errorf("%q: %q %v", said, got.Language, err)
		}
	}
}

func errorOf(_ reviews.Review, _ bool, err error) error { return err }

// The tally is the fold of the reviews, and votes are those of people, after whatever happened in whatever order.
//
// Seen to catch: a rejected review that still counts; a change of stars that counts as one more; a vote that counts twice.
func TestTheTallyIsTheFoldOfTheReviews(t *testing.T) {
	t.Parallel()
	n, first := uint64(2_000), uint64(1)
	for name, v := range map[string]*uint64{"N": &n, "SEED": &first} { // make prove
		if given, err := strconv.ParseUint(os.Getenv("RIALTO_TRIAL_"+name), 10, 64); err == nil {
			*v = given
		}
	}
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for k := range n {
		all.Go(func() error { return tallies(first + k) })
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("RIALTO_TRIAL_N") != "" {
		fmt.Printf("schedules of reviews, seed %d\n  %d schedules of 40 steps, 0 failed\n", first, n)
	}
}

// tallies runs one schedule.
func tallies(seed uint64) error {
	s, stored := newProducts()
	random := rand.New(rand.NewPCG(seed, 1))
	votes := map[string]map[string]int64{}
	for range 40 {
		customer, other := fmt.Sprint("cus_", random.IntN(6)), fmt.Sprint("cus_", random.IntN(6))
		id := reviews.ReviewID(lamp, customer)
		var err error
		switch random.IntN(7) {
		case 0, 1:
			_, _, err = s.Put(ctx, by(customer, random.Int64N(5)+1), "", nil)
		case 2:
			_, _, err = s.Put(ctx, by(customer, random.Int64N(5)+1), "ord_"+customer, nil)
		case 3:
			err = s.Withdraw(ctx, lamp, customer)
		case 4:
			_, err = s.Moderate(ctx, reviews.Moderation{ProductID: lamp, ReviewID: id, Reason: "why",
				State: []reviews.State{reviews.Published, reviews.Rejected}[random.IntN(2)]})
		case 5:
			err = s.Forget(ctx, customer)
		default:
			helpful := random.IntN(2) == 0
			if _, err = s.Vote(ctx, lamp, id, other, helpful); err == nil {
				if votes[id] == nil {
					votes[id] = map[string]int64{}
				}
				votes[id][other] = map[bool]int64{true: 1, false: -1}[helpful]
			}
		}
		if c := fault.Code(err); err != nil && c != "review_not_found" && c != "own_review" && c != "review_rejected" {
			return fmt.Errorf("seed %d: %v", seed, err)
		}
	}
	var want reviews.ProductTally
	for i := range 6 {
		r, err := stored.Review(ctx, lamp, reviews.ReviewID(lamp, fmt.Sprint("cus_", i)))
		if errors.Is(err, reviews.ErrNoReview) {
			continue
		}
		want = want.Add(reviews.Delta(reviews.Review{}, r))
		var up, down int64
		for _, v := range votes[r.ID] {
			up, down = up+max(0, v), down-min(0, v)
		}
		if r.Helpful != up || r.Unhelpful != down {
			return fmt.Errorf("seed %d: %s has %d and %d votes, want %d and %d", seed, r.ID, r.Helpful, r.Unhelpful, up, down)
		}
	}
	got, err := s.Tally(ctx, lamp)
	if err != nil || got.Stars != want.Stars {
		return fmt.Errorf("seed %d: %v, want %v, %v", seed, got, want, err)
	}
	return nil
}

func TestReviewsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	s, _ := newProducts()
	for i := range 7 {
		customer := fmt.Sprint("cus_", i)
		if _, _, err := s.Put(ctx, by(customer, 3), "ord_"+customer, nil); err != nil {
			t.Fatal(err)
		}
		for v := range i % 4 {
			if _, err := s.Vote(ctx, lamp, reviews.ReviewID(lamp, customer), fmt.Sprint("cus_v", v), true); err != nil {
				t.Fatal(err)
			}
		}
	}
	for order, want := range map[reviews.Order]string{reviews.Newest: "6 5 4 3 2 1 0 ", reviews.MostHelpful: "3 6 2 5 1 4 0 "} {
		got, after := "", ""
		for {
			list, next, err := s.Listed(ctx, lamp, order, after, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				got += r.CustomerID[len("cus_"):] + " "
			}
			if after = next; next == "" {
				break
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", order, got, want)
		}
	}
}

func TestWhatAnErasedCustomerLeaves(t *testing.T) {
	t.Parallel()
	s, stored := newProducts()
	if _, _, err := s.Put(ctx, by("cus_1", 2), "ord_cus_1", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Forget(ctx, "cus_1"); err != nil {
		t.Fatal(err)
	}
	r, err := stored.Review(ctx, lamp, reviews.ReviewID(lamp, "cus_1"))
	if err != nil || r.Title+r.Text+r.Author != "" || r.Stars != 2 || r.State != reviews.Published {
		t.Error(r, err)
	}
}

func TestFiguresOfReviews(t *testing.T) {
	t.Parallel()
	one, many := reviews.ProductTally{Stars: [5]int64{4: 1}}, reviews.ProductTally{Stars: [5]int64{3: 20, 4: 80}}
	if one.Mean() != 500 || many.Mean() != 480 || one.Rank() >= many.Rank() || (reviews.ProductTally{}).Rank() != 0 {
		t.Error(one.Mean(), one.Rank(), many.Mean(), many.Rank())
	}
	few, lots := reviews.Review{Helpful: 1}, reviews.Review{Helpful: 90, Unhelpful: 10}
	if few.Helpfulness() >= lots.Helpfulness() || lots.Helpfulness() != 825_634 || (reviews.Review{}).Helpfulness() != 0 {
		t.Error(few.Helpfulness(), lots.Helpfulness())
	}
	for _, bad := range []reviews.Review{{Stars: 0}, {Stars: 6}, {Stars: 5, Title: "\u202ehgih"}, {Stars: 5, Text: "a<script>b</script>"},
		{Stars: 5, Author: "\u200b"}} {
		if err := bad.Check(); fault.Code(err) != "invalid_review" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// pages are the catalog, in which sel_owner owns every page but that of nothing.
type pages struct{}

func (pages) Get(_ context.Context, id string) (catalog.Product, error) {
	if id == "prd_nothing" {
		return catalog.Product{}, catalog.ErrProductNotFound
	}
	return catalog.Product{ID: id, OwnerID: "sel_owner"}, nil
}

// Seen to catch: an answer of anybody; one that a changed review loses, or that stays behind one that is withdrawn or forgotten; one
// that changes the tally.
func TestTheOwnerOfThePageAnswers(t *testing.T) {
	t.Parallel()
	s, kept := newProducts()
	r, _, err := s.Put(ctx, by("cus_1", 2), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ review, seller, text, code string }{
		{r.ID, "sel_other", "No.", "not_your_page"}, {reviews.ReviewID(lamp, "cus_2"), "sel_owner", "No.", "review_not_found"},
		{r.ID, "sel_owner", "\u202eNo.", "invalid_answer"}, {r.ID, "sel_owner", strings.Repeat("x", reviews.MaxAnswer+1), "invalid_answer"},
		{r.ID, "sel_owner", "We sent another.", ""}, {r.ID, "sel_owner", "We sent another.", ""},
	} {
		if err := s.Answer(ctx, lamp, c.review, c.seller, c.text); c.code == "" && err != nil || c.code != "" && fault.Code(err) != c.code {
			t.Errorf("%+v: %v", c, err)
		}
	}
	answered := func(want string, version int64) {
		t.Helper()
		got, err := kept.Review(ctx, lamp, r.ID)
		if err != nil || got.Answer != want || (got.AnsweredBy != "") != (want != "") || got.Version != version {
			t.Errorf("%+v %v, want %q", got, err, want)
		}
	}
	answered("We sent another.", 2)
	if _, _, err := s.Put(ctx, by("cus_1", 5), "", nil); err != nil {
		t.Fatal(err)
	}
	answered("We sent another.", 3)
	if tally, err := s.Tally(ctx, lamp); err != nil || tally.Count() != 1 || tally.Mean() != 500 {
		t.Error(tally, err)
	}
	if err := s.Answer(ctx, lamp, r.ID, "sel_owner", ""); err != nil {
		t.Fatal(err)
	}
	answered("", 4)
	for _, gone := range []func() error{func() error { return s.Forget(ctx, "cus_1") }, func() error { return s.Withdraw(ctx, lamp, "cus_1") }} {
		if err := errors.Join(s.Answer(ctx, lamp, r.ID, "sel_owner", "Sorry."), gone()); err != nil {
			t.Fatal(err)
		}
		if got, err := kept.Review(ctx, lamp, r.ID); err != nil || got.Answer != "" || got.AnsweredBy != "" {
			t.Errorf("%+v %v", got, err)
		}
	}
	if err := s.Answer(ctx, lamp, r.ID, "sel_owner", "Sorry."); fault.Code(err) != "review_not_found" {
		t.Error("what is withdrawn is answered:", err)
	}
}
