// Package promotionsstore keeps coupons and their redemptions.
//
// Table coupons: a coupon's rules (PK marketplace#code, SK rules) and its budget (SK budget), of hot ones the layout and
// shards that functions/internal/shards describes; and which a seller has (PK !seller#seller_id, SK marketplace#code). Table redemptions: PK
// order_id, SK marketplace#code; and how often a customer uses a coupon (PK !uses#marketplace#code#customer_id, SK uses). The attribute ttl is
// set on RELEASED redemptions only and is housekeeping.
package promotionsstore

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/promotions"
)

const (
	coupons     = "coupons"
	redemptions = "redemptions"

	rulesName      = "coupon"
	redemptionName = "redemption"
	usesName       = "uses"
)

// Store reads and writes coupons and redemptions. Without Env it remembers nothing from one call to the next.
type Store struct {
	DB  store.DB
	Env *Environment
}

// Environment is what one execution environment remembers: of hot budgets, and of coupons that were just read.
type Environment struct {
	*shards.Environment
	mu     sync.Mutex
	recent map[promotions.Ref]cachedCoupon
}

// cachedCoupon is a coupon as it was read.
type cachedCoupon struct {
	coupon promotions.Coupon
	at     time.Time
}

// New returns the store of one execution environment.
func New(env *shards.Environment) Store {
	return Store{DB: env.DB, Env: &Environment{Environment: env}}
}

// env returns Env or, if there is none, one for this call.
func (s Store) env() *Environment {
	if s.Env != nil {
		return s.Env
	}
	return New(shards.Forgetful(s.DB)).Env
}

func rulesKey(r promotions.Ref) store.Key { return store.Key{PK: r.String(), SK: "rules"} }

func counter(r promotions.Ref) shards.Counter {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	return shards.Counter{Table: coupons, Key: store.Key{PK: r.String(), SK: "budget"},
		Record: store.Item{"marketplace": text(r.Marketplace), "code": text(r.Code)}}
}

func redemptionKey(r promotions.Redemption) store.Key {
	return store.Key{PK: r.OrderID, SK: r.Ref.String()}
}

func usesKey(r promotions.Redemption) store.Key {
	return store.Key{PK: "!uses#" + r.Ref.String() + "#" + r.CustomerID, SK: "uses"}
}

// readRedemption reads a redemption; no item is an Absent one.
func readRedemption(i store.Item) (promotions.Redemption, error) {
	var r promotions.Redemption
	if err := store.Unmarshal(i, &r); err != nil {
		return r, fmt.Errorf("read redemption: %w", err)
	}
	return r, nil
}

// asFault returns a fault as it is, makes one of a refusal that may pass, and says of any other error what failed.
func asFault(what string, err error) error {
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return err
	}
	return store.Explained(what, err, fault.New(fault.Unavailable, "promotions_contended", "others are using the same coupon just now"))
}
