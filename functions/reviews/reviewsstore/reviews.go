package reviewsstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/reviews"
)

// Reviews of products:
//
//	reviews          prd_…, rev_…          what a customer thinks of a product. In the index listed by its product, or by those
//	                                       that wait, and by when it was written; in helpful by how helpful it is; in by_customer
//	reviews          prd_…, !day#<day>     how many unverified reviews it had that day
//	review_votes     rev_…, cus_…          1 or -1
//	product_ratings  prd_…, part#<number>  a part of the product's tally; which one a review is in, its id says
const (
	reviewsTable   = "reviews"
	votes          = "review_votes"
	productTallies = "product_ratings"

	listed     = "listed"
	helpful    = "helpful"
	byCustomer = "by_customer"
	byVoter    = "by_voter"

	// waiting is the place of what waits for an operator, spread over some so that a burst meets no hot one.
	waiting  = "waiting#"
	waitings = 8
)

// review is a stored Review with its places in the indexes, which withdrawn and rejected ones have none of.
type review struct {
	reviews.Review
	Listed   string `dynamodbav:"listed,omitempty"`
	ListedAt string `dynamodbav:"listed_at,omitempty"`
	Score    string `dynamodbav:"score,omitempty"`
}

// places of a review: instants of a fixed length sort as they came, and its id makes it the only one.
func placed(r reviews.Review) review {
	out := review{Review: r}
	switch r.State {
	case reviews.Published:
		out.Listed = r.ProductID
	case reviews.Pending:
		out.Listed = waiting + strconv.Itoa(store.Bucket(r.ID, waitings))
	default:
		return out
	}
	out.ListedAt = r.CreatedAt.UTC().Format("2006-01-02T15:04:05.000Z") + "#" + r.ID
	out.Score = fmt.Sprintf("%07d#%s", r.Helpfulness(), out.ListedAt)
	return out
}

func reviewKey(productID, reviewID string) store.Key { return store.Key{PK: productID, SK: reviewID} }

func reviewOf(i store.Item) (reviews.Review, error) {
	var r review
	if err := store.Unmarshal(i, &r); err != nil {
		return r.Review, fmt.Errorf("read review: %w", err)
	}
	r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
	return r.Review, nil
}

// Review returns a review, or review_not_found.
func (s Store) Review(ctx context.Context, productID, reviewID string) (reviews.Review, error) {
	i, err := s.DB.Get(ctx, reviewsTable, reviewKey(productID, reviewID))
	if err != nil {
		return reviews.Review{}, fmt.Errorf("get review: %w", err)
	}
	if i == nil {
		return reviews.Review{}, reviews.ErrNoReview
	}
	return reviewOf(i)
}

func put(r, before reviews.Review) store.Write {
	w := store.Put(reviewsTable, reviewKey(r.ProductID, r.ID), placed(r)).Named("review")
	if before.Version == 0 {
		return w.If(store.Absent())
	}
	return w.If(store.Eq("version", before.Version))
}

// SaveReview writes a review over before, the zero Review for none, with its part of the tally. It fails with review_changed if
// one of another version stands there.
func (s Store) SaveReview(ctx context.Context, r, before reviews.Review) error {
	writes := []store.Write{put(r, before)}
	if d := reviews.Delta(before, r); d.Changes > 0 {
		tally := store.Update(productTallies, store.Key{PK: r.ProductID, SK: partName(store.Bucket(r.ID, parts))}).Named("tally")
		for i, n := range d.Stars {
			tally = tally.Add(starsAttribute(i), n)
		}
		writes = append(writes, tally.Add("changes", d.Changes))
	}
	return s.changed("save review", s.DB.Transact(ctx, writes...))
}

func starsAttribute(i int) string { return "stars_" + strconv.Itoa(i+1) }

func (s Store) changed(what string, err error) error {
	if refused, ok := store.AsRefused(err); ok && refused.Has(store.ConditionFailed) {
		return reviews.ErrReviewChanged
	}
	return store.Explained(what, err, errBusy)
}

// Unverified counts one more unverified review of a product that day, and returns how many there are.
func (s Store) Unverified(ctx context.Context, productID, day string) (int64, error) {
	i, err := s.DB.Apply(ctx, store.Update(reviewsTable, reviewKey(productID, "!day#"+day)).Add("unverified", 1).Named("day"))
	var n struct {
		Unverified int64 `dynamodbav:"unverified"`
	}
	if err == nil {
		err = store.Unmarshal(i, &n)
	}
	return n.Unverified, store.Explained("count unverified reviews", err, errBusy)
}

type vote struct {
	Vote int64     `dynamodbav:"vote"`
	At   time.Time `dynamodbav:"at"`
}

// VoteOf returns a person's vote: 1, -1, or 0 for none.
func (s Store) VoteOf(ctx context.Context, reviewID, voter string) (int64, error) {
	i, err := s.DB.Get(ctx, votes, store.Key{PK: reviewID, SK: voter})
	var v vote
	if err == nil {
		err = store.Unmarshal(i, &v)
	}
	if err != nil {
		return 0, fmt.Errorf("get vote: %w", err)
	}
	return v.Vote, nil
}

// VotesOf lists a person's votes.
func (s Store) VotesOf(ctx context.Context, voter string) ([]reviews.Vote, error) {
	var out []reviews.Vote
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: votes, Index: byVoter, HashAttr: "sk", Hash: voter, SortAttr: "pk"}) {
		var v struct {
			vote
			ReviewID string `dynamodbav:"pk"`
		}
		if err == nil {
			err = store.Unmarshal(i, &v)
		}
		if err != nil {
			return nil, fmt.Errorf("list votes: %w", err)
		}
		out = append(out, reviews.Vote{ReviewID: v.ReviewID, Helpful: v.Vote > 0, At: v.At.UTC()})
	}
	return out, nil
}

// Vote writes a person's vote over the one before, 0 for none, and the review that has it counted; review_changed if either
// stands otherwise.
func (s Store) Vote(ctx context.Context, voter string, now, before int64, r reviews.Review) error {
	w := store.Put(votes, store.Key{PK: r.ID, SK: voter}, vote{now, r.UpdatedAt}).Named("vote")
	if before == 0 {
		w = w.If(store.Absent())
	} else {
		w = w.If(store.Eq("vote", before))
	}
	return s.changed("vote", s.DB.Transact(ctx, put(r, reviews.Review{Version: r.Version - 1}), w))
}

// Listed returns the published reviews of a product, or all that wait for "", by an order, and where the next page begins. What
// waits comes place by place.
func (s Store) Listed(ctx context.Context, productID string, by reviews.Order, after string, limit int) ([]reviews.Review, string, error) {
	if productID != "" {
		return s.page(ctx, productID, by, after, limit)
	}
	place := 0
	if len(after) > 1 && after[0] >= '0' && after[0] < '0'+waitings {
		place, after = int(after[0]-'0'), after[1:]
	}
	var out []reviews.Review
	for ; place < waitings; place++ {
		list, next, err := s.page(ctx, waiting+strconv.Itoa(place), by, after, limit-len(out))
		if err != nil {
			return nil, "", err
		}
		if out = append(out, list...); next != "" {
			return out, strconv.Itoa(place) + next, nil
		}
		if after = ""; len(out) == limit {
			break
		}
	}
	if place+1 < waitings {
		return out, strconv.Itoa(place+1) + "~", nil // before everything of that place, as it is read from the newest
	}
	return out, "", nil
}

// page reads on behind the sort key of the last review of the page before.
func (s Store) page(ctx context.Context, place string, by reviews.Order, after string, limit int) ([]reviews.Review, string, error) {
	q := store.Query{Table: reviewsTable, Index: listed, HashAttr: "listed", Hash: place, SortAttr: "listed_at", Limit: limit, Reverse: true}
	if by == reviews.MostHelpful {
		q.Index, q.SortAttr = helpful, "score"
	}
	if after != "" {
		q.To = below(after)
	}
	p, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list reviews: %w", err)
	}
	var out []reviews.Review
	last := ""
	for _, i := range p.Items {
		var r review
		if err := store.Unmarshal(i, &r); err != nil {
			return nil, "", fmt.Errorf("read review: %w", err)
		}
		if last = r.ListedAt; by == reviews.MostHelpful {
			last = r.Score
		}
		r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
		out = append(out, r.Review)
	}
	if p.Next == nil {
		last = ""
	}
	return out, last, nil
}

// below is the greatest key before another: keys end with an id, which no ~ is in.
func below(key string) string {
	last := len(key) - 1
	return key[:last] + string(key[last]-1) + "~"
}

// ReviewsOf returns all reviews of a customer.
func (s Store) ReviewsOf(ctx context.Context, customerID string) ([]reviews.Review, error) {
	var out []reviews.Review
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: reviewsTable, Index: byCustomer, HashAttr: "customer_id", Hash: customerID,
		SortAttr: "product_id"}) {
		if err != nil {
			return nil, fmt.Errorf("list a customer's reviews: %w", err)
		}
		r, err := reviewOf(i)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// ProductTally sums a product's tally, read consistently; see Tally.
func (s Store) ProductTally(ctx context.Context, productID string) (reviews.ProductTally, error) {
	var sum reviews.ProductTally
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: productTallies, Hash: productID}) {
		if err != nil {
			return sum, fmt.Errorf("read tally: %w", err)
		}
		var p tally
		if err := store.Unmarshal(i, &p); err != nil {
			return sum, fmt.Errorf("read tally: %w", err)
		}
		sum = sum.Add(reviews.ProductTally{Stars: [reviews.MostStars]int64{p.One, p.Two, p.Three, p.Four, p.Five}, Changes: p.Changes})
	}
	return sum, nil
}

// tally is a part of one; its attributes are those of starsAttribute.
type tally struct {
	One     int64 `dynamodbav:"stars_1"`
	Two     int64 `dynamodbav:"stars_2"`
	Three   int64 `dynamodbav:"stars_3"`
	Four    int64 `dynamodbav:"stars_4"`
	Five    int64 `dynamodbav:"stars_5"`
	Changes int64 `dynamodbav:"changes"`
}

// ProductEvents says of which product a part of a tally changed. ProductSums makes the event whole.
func ProductEvents(c outbox.Change) ([]outbox.Event, error) { return ofKey(c, "ProductRated") }

// Changes hands on what each review was and has become; what is no review is the zero Review.
func Changes(do func(ctx context.Context, before, after reviews.Review) error) func(context.Context, outbox.Change) error {
	return func(ctx context.Context, c outbox.Change) error {
		before, err := reviewOf(c.Old)
		if err != nil {
			return err
		}
		after, err := reviewOf(c.New)
		if err != nil {
			return err
		}
		return do(ctx, before, after)
	}
}

// ProductSums publishes, of each product that events are of, one with the sum as it is now.
type ProductSums struct {
	Store Store
	Topic outbox.Topic
}

// Publish sends the last event of each product, with its data.
func (s ProductSums) Publish(ctx context.Context, es []outbox.Event) error {
	return publishLast(ctx, s.Topic, es, func(product string) (any, error) {
		t, err := s.Store.ProductTally(ctx, product)
		return t.Rated(product), err
	})
}
