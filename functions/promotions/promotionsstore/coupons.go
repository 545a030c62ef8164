package promotionsstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/money"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/promotions"
)

// rules is a coupon as it is stored. Amounts are minor units of Currency, times Unix seconds.
type rules struct {
	promotions.Ref
	Kind        promotions.Kind `dynamodbav:"kind"`
	Currency    string          `dynamodbav:"currency,omitempty"`
	BasisPoints int64           `dynamodbav:"basis_points,omitempty"`
	Most        int64           `dynamodbav:"most,omitempty"`
	Amount      int64           `dynamodbav:"amount,omitempty"`
	Minimum     int64           `dynamodbav:"minimum,omitempty"`
	From        int64           `dynamodbav:"valid_from"`
	Until       int64           `dynamodbav:"valid_until"`
	Budget      int64           `dynamodbav:"budget"`
	PerCustomer int64           `dynamodbav:"per_customer"`
	SellerID    string          `dynamodbav:"seller_id,omitempty"`
	Version     int64           `dynamodbav:"version"`
}

func rulesOf(c promotions.Coupon) rules {
	r := rules{c.Ref, c.Kind, "", c.BasisPoints, c.Most.Minor, c.Amount.Minor, c.Minimum.Minor, c.From.Unix(), c.Until.Unix(), c.Budget,
		c.PerCustomer, c.SellerID, c.Version}
	for _, a := range []money.Amount{c.Most, c.Amount, c.Minimum} {
		if a.Minor > 0 {
			r.Currency = a.Currency
		}
	}
	return r
}

func (r rules) coupon() promotions.Coupon {
	amount := func(minor int64) money.Amount {
		if minor == 0 {
			return money.Amount{}
		}
		return money.Of(minor, r.Currency)
	}
	return promotions.Coupon{Ref: r.Ref, Kind: r.Kind, BasisPoints: r.BasisPoints, Most: amount(r.Most), Amount: amount(r.Amount),
		Minimum: amount(r.Minimum), From: time.Unix(r.From, 0).UTC(), Until: time.Unix(r.Until, 0).UTC(), Budget: r.Budget,
		PerCustomer: r.PerCustomer, SellerID: r.SellerID, Version: r.Version}
}

// maxCached bounds how many coupons are kept.
const maxCached = 4096

// Coupon returns a coupon, which may have been read up to a second ago: one that everybody has in the cart would be read
// more often than its partition bears. Errors: coupon_invalid if there is none.
func (s Store) Coupon(ctx context.Context, r promotions.Ref) (promotions.Coupon, error) {
	env := s.env()
	at := env.Now()
	env.mu.Lock()
	recent, ok := env.recent[r]
	env.mu.Unlock()
	if ok && at.Sub(recent.at) < env.MaxAge {
		return recent.coupon, nil
	}
	c, err := s.read(ctx, r)
	if err == nil {
		env.remember(cachedCoupon{c, at})
	}
	return c, err
}

func (e *Environment) remember(r cachedCoupon) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.recent == nil || len(e.recent) >= maxCached {
		e.recent = map[promotions.Ref]cachedCoupon{}
	}
	e.recent[r.coupon.Ref] = r
}

func (s Store) read(ctx context.Context, r promotions.Ref) (promotions.Coupon, error) {
	i, err := s.DB.Get(ctx, coupons, rulesKey(r))
	if err != nil {
		return promotions.Coupon{}, fmt.Errorf("read coupon: %w", err)
	}
	if i == nil {
		return promotions.Coupon{}, promotions.ErrInvalid
	}
	var found rules
	if err := store.Unmarshal(i, &found); err != nil {
		return promotions.Coupon{}, fmt.Errorf("read coupon: %w", err)
	}
	return found.coupon(), nil
}

// Save makes a coupon that stands as current stand as c, and changes its budget by the difference, in one transaction.
// Errors: coupon_changed if it stands otherwise or its uses are moving; transient ones.
func (s Store) Save(ctx context.Context, c, current promotions.Coupon) error {
	env, budget := s.env(), counter(c.Ref)
	effects, err := env.Amendment(ctx, budget, shards.View{}, c.Budget-current.Budget)
	if shards.Declined(err) {
		return promotions.ErrChanged.Because(err)
	}
	if err != nil {
		return asFault("change budget", err)
	}
	is := store.Eq("version", current.Version)
	if current.Version == 0 {
		is = store.Absent()
	}
	c.Version = current.Version + 1
	writes := []store.Write{store.Put(coupons, rulesKey(c.Ref), rulesOf(c)).If(is).Named(rulesName)}
	if c.SellerID != "" {
		writes = append(writes, store.Put(coupons, ownKey(c), c.Ref).Named("own coupon"))
	}
	for _, f := range effects {
		writes = append(writes, budget.Amend(f).Add("granted", f.Units()).Set("marketplace", c.Marketplace).Set("code", c.Code))
	}
	err = s.DB.Transact(ctx, writes...)
	if refused, ok := store.AsRefused(err); ok && !refused.Has(store.Rejected) {
		env.forget(c.Ref)
		return promotions.ErrChanged.Because(err)
	}
	if err != nil {
		return asFault("save coupon", err)
	}
	env.forget(c.Ref)
	if env.KnownDivided(budget) || len(effects) > 0 && effects[0].Shard > 0 {
		env.RefreshHint(ctx, budget)
	}
	return nil
}

// ownPrefix begins the partition keys of sellers' lists of coupons.
const ownPrefix = "!seller#"

func ownKey(c promotions.Coupon) store.Key {
	return store.Key{PK: ownPrefix + c.SellerID, SK: c.Ref.String()}
}

// Own lists a seller's coupons by marketplace and code, after one ("" for the first), each read consistently; next is "" on the last page.
func (s Store) Own(ctx context.Context, sellerID, after string, limit int) (list []promotions.Coupon, next string, err error) {
	q := store.Query{Table: coupons, Hash: ownPrefix + sellerID, Limit: limit}
	if after != "" {
		q.After, _ = store.Marshal(map[string]string{"pk": q.Hash, "sk": after}) // a map of texts always marshals
	}
	p, err := s.DB.Query(ctx, q)
	var refs []promotions.Ref
	if err == nil {
		err = store.UnmarshalAll(p.Items, &refs)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list coupons: %w", err)
	}
	for _, r := range refs {
		c, err := s.read(ctx, r)
		if err != nil {
			return nil, "", err
		}
		list = append(list, c)
		next = r.String()
	}
	if p.Next == nil {
		next = ""
	}
	return list, next, nil
}

// forget drops what is remembered of a coupon that has just been changed.
func (e *Environment) forget(r promotions.Ref) {
	e.Forget(counter(r))
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.recent, r)
}

// Budget reads all shards that a coupon's budget ever had, the open ones as of one instant.
func (s Store) Budget(ctx context.Context, r promotions.Ref) ([]promotions.Budget, error) {
	_, items, err := s.env().ReadAll(ctx, counter(r))
	if err != nil {
		return nil, asFault("read budget", err)
	}
	var out []promotions.Budget
	for _, i := range items {
		if i == nil {
			continue
		}
		var b promotions.Budget
		if err := store.Unmarshal(i, &b); err != nil {
			return nil, fmt.Errorf("read budget: %w", err)
		}
		out = append(out, b)
	}
	return out, nil
}

// Grow divides a coupon's budget into n more shards, which share in what the first has; traffic does so by itself.
// Errors: those of shards.Environment's Grow.
func (s Store) Grow(ctx context.Context, r promotions.Ref, n int) error {
	_, err := s.env().Grow(ctx, counter(r), n, 0)
	return asFault("grow", err)
}
