package reviewsstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/reviews"
)

// Rebuilder makes the tallies anew from what they are the sums of, while ratings and reviews go on.
//
// A part of a tally is read before what it is summed from, and written only if nothing has changed it since: whatever changes one of
// its reviews or ratings counts a change of the part in the same transaction. What was lost is not known to have been told of, so a
// part is given as many changes as its reviews or ratings have versions, which is no less than it ever had: what others heard last is
// older, and what is published of the sum from then on stands.
type Rebuilder struct {
	DB interface {
		store.DB
		store.Scanner
	}
	Now func() time.Time
}

// RebuildInput names a tally's table, and where to go on: what the answer before said, "" to begin.
type RebuildInput struct {
	Table string `json:"table"`
	After string `json:"after"`
}

// RebuildOutput says where to go on, "" at the end, and how many products or sellers were looked at, and parts of tallies written.
type RebuildOutput struct {
	After   string `json:"after,omitempty"`
	Looked  int    `json:"looked"`
	Written int    `json:"written"`
}

// passes is how often a tally is summed anew that others keep changing.
const passes = 20

var errMoving = fault.New(fault.Conflict, "tally_moving", "others kept changing the tally; go on from there")

// Rebuild works until shortly before its context's deadline. Sellers' tallies, of which ratings lie far apart, are made in one go, and
// held in memory: some 500 bytes a seller. Errors: unknown_table, tally_moving.
func (r Rebuilder) Rebuild(ctx context.Context, in RebuildInput) (RebuildOutput, error) {
	switch in.Table {
	case productTallies:
		return r.products(ctx, in.After)
	case tallies:
		return r.sellers(ctx)
	}
	return RebuildOutput{}, fault.New(fault.Invalid, "unknown_table", "name one of the tables %s and %s", productTallies, tallies)
}

func (r Rebuilder) products(ctx context.Context, after string) (out RebuildOutput, err error) {
	last := ""
	out.After, err = store.Walk(ctx, r.DB, reviewsTable, after, r.Now, func(items []store.Item) error {
		for _, i := range items {
			product := store.KeyOf(i).PK
			if product == last { // a product's reviews come together
				continue
			}
			last = product
			written, err := r.product(ctx, product)
			if err != nil {
				return err
			}
			out.Looked, out.Written = out.Looked+1, out.Written+written
		}
		return nil
	})
	return out, err
}

// product makes one product's tally anew, and returns how many parts it wrote.
func (r Rebuilder) product(ctx context.Context, product string) (written int, err error) {
	for range passes {
		var have, want [parts]reviews.ProductTally
		for i, err := range store.Items(ctx, r.DB, store.Query{Table: productTallies, Hash: product}) {
			if err != nil {
				return written, fmt.Errorf("read tally: %w", err)
			}
			if err := addTally(&have, i); err != nil {
				return written, err
			}
		}
		for i, err := range store.Items(ctx, r.DB, store.Query{Table: reviewsTable, Hash: product}) {
			if err != nil {
				return written, fmt.Errorf("read reviews: %w", err)
			}
			if !ids.Valid(ids.Review, store.KeyOf(i).SK) {
				continue
			}
			review, err := reviewOf(i)
			if err != nil {
				return written, err
			}
			p := &want[store.Bucket(review.ID, parts)]
			*p = p.Add(reviews.ProductTally{Stars: reviews.Delta(reviews.Review{}, review).Stars, Changes: review.Version})
		}
		n, moved, err := r.parts(ctx, product, have, want)
		if written += n; err != nil || !moved {
			return written, err
		}
	}
	return written, errMoving
}

func addTally(to *[parts]reviews.ProductTally, i store.Item) error {
	var p tally
	if err := store.Unmarshal(i, &p); err != nil {
		return fmt.Errorf("read tally: %w", err)
	}
	at, err := partOf(i)
	if err == nil {
		to[at] = reviews.ProductTally{Stars: [reviews.MostStars]int64{p.One, p.Two, p.Three, p.Four, p.Five}, Changes: p.Changes}
	}
	return err
}

func partOf(i store.Item) (n int, err error) {
	key := store.KeyOf(i)
	if _, err = fmt.Sscanf(key.SK, "part#%02d", &n); err != nil || n < 0 || n >= parts {
		return 0, fmt.Errorf("%s %s is no part of a tally: %w", key.PK, key.SK, err)
	}
	return n, nil
}

// parts writes the parts that are not what they should be, and tells whether one of them has moved since it was read.
func (r Rebuilder) parts(ctx context.Context, product string, have, want [parts]reviews.ProductTally) (written int, moved bool, err error) {
	return r.write(ctx, func(n int) (w store.Write, changes int64, needed bool) {
		x := want[n].Stars
		w = store.Put(productTallies, store.Key{PK: product, SK: partName(n)}, tally{x[0], x[1], x[2], x[3], x[4], max(have[n].Changes+1, want[n].Changes)})
		return w, have[n].Changes, have[n].Stars != x || have[n].Changes < want[n].Changes
	})
}

// write writes those of a tally's parts that need it, of each of which is said how many changes it had when it was read, and tells whether
// one has others now.
func (r Rebuilder) write(ctx context.Context, part func(n int) (w store.Write, changes int64, needed bool)) (written int, moved bool, err error) {
	for n := range parts {
		w, changes, needed := part(n)
		if !needed {
			continue
		}
		unchanged := store.Absent()
		if changes > 0 {
			unchanged = store.Eq("changes", changes)
		}
		_, err := r.DB.Apply(ctx, w.If(unchanged).Named("tally"))
		switch _, failed := store.FailedCondition(err); {
		case failed:
			moved = true
		case err != nil:
			return written, moved, store.Explained("write tally", err, errBusy)
		default:
			written++
		}
	}
	return written, moved, nil
}

// sellers makes all sellers' tallies anew.
func (r Rebuilder) sellers(ctx context.Context) (out RebuildOutput, err error) {
	for range passes {
		have, want := map[string]*[parts]reviews.Tally{}, map[string]*[parts]reviews.Tally{}
		of := func(all map[string]*[parts]reviews.Tally, seller string) *[parts]reviews.Tally {
			if all[seller] == nil {
				all[seller] = &[parts]reviews.Tally{}
			}
			return all[seller]
		}
		if err := r.all(ctx, tallies, func(i store.Item) error {
			n, err := partOf(i)
			if err == nil {
				err = store.Unmarshal(i, &of(have, store.KeyOf(i).PK)[n])
			}
			return err
		}); err != nil {
			return out, err
		}
		if err := r.all(ctx, ratings, func(i store.Item) error {
			var x reviews.Rating
			if err := store.Unmarshal(i, &x); err != nil {
				return err
			}
			p := &of(want, x.SellerID)[store.Bucket(x.OrderID, parts)]
			*p = p.Add(reviews.Tally{Stars: x.Stars, Ratings: 1, Changes: x.Version})
			return nil
		}); err != nil {
			return out, err
		}
		moved := false
		out.Looked = len(want)
		for seller, sum := range want {
			n, gone, err := r.seller(ctx, seller, *of(have, seller), *sum)
			if out.Written, moved = out.Written+n, moved || gone; err != nil {
				return out, err
			}
		}
		if !moved {
			return out, nil
		}
	}
	return out, errMoving
}

// seller is parts, of a seller's tally.
func (r Rebuilder) seller(ctx context.Context, seller string, have, want [parts]reviews.Tally) (written int, moved bool, err error) {
	return r.write(ctx, func(n int) (w store.Write, changes int64, needed bool) {
		was, x := have[n], want[n]
		x.Changes = max(was.Changes+1, x.Changes)
		needed = was.Stars != x.Stars || was.Ratings != x.Ratings || was.Changes < want[n].Changes
		return store.Put(tallies, store.Key{PK: seller, SK: partName(n)}, x), was.Changes, needed
	})
}

// all hands on every item of a table, read consistently.
func (r Rebuilder) all(ctx context.Context, table string, do func(store.Item) error) error {
	for scan := (store.Scan{Table: table}); ; {
		page, err := r.DB.Scan(ctx, scan)
		if err != nil {
			return err
		}
		for _, i := range page.Items {
			if err := do(i); err != nil {
				return fmt.Errorf("read %s: %w", table, err)
			}
		}
		if scan.After = page.Next; page.Next == nil {
			return nil
		}
	}
}
