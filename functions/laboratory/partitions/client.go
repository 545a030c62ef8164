package partitions

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/capacity"
)

// Client is a store.DB of one execution environment.
type Client struct {
	Service *Service
	// Now and Sleep are the virtual clock. An error of Sleep ends a call.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error

	counts Counts
}

// Counts are this client's, since it was made.
func (c *Client) Counts() Counts { return c.counts }

func (c *Client) count(n Counts) {
	c.counts.add(n)
	c.Service.counts.add(n)
}

func (c *Client) Get(ctx context.Context, table string, key store.Key) (store.Item, error) {
	items, err := c.read(ctx, "get from "+table, capacity.Strongly, []store.Get{{Table: table, Key: key}}, c.Service.inner.GetMany)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

func (c *Client) GetMany(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	if len(gets) == 0 {
		return nil, nil
	}
	return c.read(ctx, "get many", capacity.Strongly, gets, c.Service.inner.GetMany)
}

func (c *Client) read(ctx context.Context, what string, how capacity.Consistency, gets []store.Get,
	do func(context.Context, ...store.Get) ([]store.Item, error)) ([]store.Item, error) {
	c.count(Counts{Calls: 1, Attempts: 1})
	if err := c.Sleep(ctx, c.Service.physics.RoundTrip/2); err != nil {
		return nil, err
	}
	items, err := do(ctx, gets...)
	if err != nil {
		return nil, err
	}
	var needs []need
	for i, g := range gets {
		needs = append(needs, c.reading(g.Table, g.Key.PK, capacity.ReadUnits(capacity.Size(items[i]), how)))
	}
	if err := c.served(ctx, what, needs); err != nil {
		return nil, err
	}
	return items, nil
}

// reading is the need of a read.
func (c *Client) reading(table, pk string, units float64) need {
	return need{&c.Service.partition(table, pk).reads, c.Service.physics.ReadUnits, units}
}

// served takes a plain read's units and lets its time pass.
func (c *Client) served(ctx context.Context, what string, needs []need) error {
	p := c.Service.physics
	if _, ok := c.Service.serve(c.Now(), needs); !ok {
		c.count(Counts{Throttles: 1})
		return c.throttled(ctx, what)
	}
	return c.Sleep(ctx, p.Read+p.RoundTrip/2)
}

// throttled answers a plain call as the SDK does.
func (c *Client) throttled(ctx context.Context, what string) error {
	if err := c.Sleep(ctx, c.Service.physics.RoundTrip/2); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", what, &types.ProvisionedThroughputExceededException{Message: aws.String("no units left on the partition")})
}

func (c *Client) Query(ctx context.Context, q store.Query) (store.Page, error) {
	c.count(Counts{Calls: 1, Attempts: 1})
	if err := c.Sleep(ctx, c.Service.physics.RoundTrip/2); err != nil {
		return store.Page{}, err
	}
	page, err := c.Service.inner.Query(ctx, q)
	if err != nil {
		return store.Page{}, err
	}
	size, how := 0, capacity.Strongly
	for _, i := range page.Items {
		size += capacity.Size(i)
	}
	if q.Eventual || q.Index != "" {
		how = capacity.Eventually
	}
	// An index has partitions of its own.
	if err := c.served(ctx, "query "+q.Table, []need{c.reading(q.Table+q.Index, q.Hash, capacity.ReadUnits(size, how))}); err != nil {
		return store.Page{}, err
	}
	return page, nil
}

func (c *Client) Snapshot(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	c.count(Counts{Calls: 1})
	var out []store.Item
	err := store.Again(ctx, c.pause, func() error {
		c.count(Counts{Attempts: 1})
		if err := c.Sleep(ctx, c.Service.physics.RoundTrip/2); err != nil {
			return err
		}
		items, err := c.Service.inner.Snapshot(ctx, gets...)
		if err != nil {
			return err
		}
		var needs []need
		for i, g := range gets {
			needs = append(needs, c.reading(g.Table, g.Key.PK, capacity.ReadUnits(capacity.Size(items[i]), capacity.Transactional)))
		}
		if r := c.admit(needs, gets, func(int) string { return "read" }); r != nil {
			return c.refuse(ctx, r)
		}
		out = items
		return c.Sleep(ctx, c.Service.physics.Read+c.Service.physics.RoundTrip/2)
	})
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return out, nil
}

// Apply makes one write. A write that is not of a transaction opens no window.
func (c *Client) Apply(ctx context.Context, w store.Write) (store.Item, error) {
	c.count(Counts{Calls: 1})
	var out store.Item
	err := store.Again(ctx, c.pause, func() error {
		c.count(Counts{Attempts: 1})
		if err := c.Sleep(ctx, c.Service.physics.RoundTrip/2); err != nil {
			return err
		}
		r, _, err := c.admitted(ctx, []store.Write{w}, false)
		if err != nil {
			return err
		}
		switch {
		case r == nil:
		case r.Reasons[0].Cause == store.Throttled:
			return c.throttled(ctx, "write "+w.Label())
		default:
			return c.refuse(ctx, r)
		}
		out, err = c.Service.inner.Apply(ctx, w)
		if late := c.Sleep(ctx, c.Service.physics.Write+c.Service.physics.RoundTrip/2); late != nil {
			return late
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", w.Label(), err)
	}
	return out, nil
}

func (c *Client) Transact(ctx context.Context, writes ...store.Write) error {
	c.count(Counts{Calls: 1, Transactions: 1})
	err := store.Again(ctx, c.pause, func() error {
		c.count(Counts{Attempts: 1})
		if err := c.Sleep(ctx, c.Service.physics.RoundTrip/2); err != nil {
			return err
		}
		r, items, err := c.admitted(ctx, writes, true)
		if err != nil {
			return err
		}
		if r != nil {
			return c.refuse(ctx, r)
		}
		err = c.Service.inner.Transact(ctx, writes...)
		window := c.Service.open(c.Now(), items)
		if late := c.Sleep(ctx, window+c.Service.physics.RoundTrip/2); late != nil {
			return late
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("transaction: %w", err)
	}
	return nil
}

// admitted lets writes in, or says why not; a refusal tells of conditions that do not hold beside the conflicts.
func (c *Client) admitted(ctx context.Context, writes []store.Write, transaction bool) (*store.Refused, []store.Get, error) {
	items := make([]store.Get, len(writes))
	for i, w := range writes {
		items[i] = store.Get{Table: w.Table, Key: w.Key}
	}
	olds, err := c.Service.inner.GetMany(ctx, items...)
	if err != nil {
		return nil, nil, err
	}
	needs := make([]need, len(writes))
	for i, w := range writes {
		units := capacity.RefusedUnits(olds[i], w.After(olds[i]), transaction) // without indexes, which have their own partitions
		needs[i] = need{&c.Service.partition(w.Table, w.Key.PK).writes, c.Service.physics.WriteUnits, units}
	}
	r := c.admit(needs, items, func(i int) string { return writes[i].Label() })
	if r != nil && slices.ContainsFunc(r.Reasons, func(x store.Reason) bool { return x.Cause == store.Conflicted }) {
		for i, w := range writes {
			if r.Reasons[i].Cause == store.None && !w.Holds(olds[i]) {
				r.Reasons[i].Cause, r.Reasons[i].Found = store.ConditionFailed, olds[i]
			}
		}
	}
	return r, items, nil
}

// admit takes the units of a call and judges whether its items are free. A call that conflicts has paid; one that
// is throttled has not.
func (c *Client) admit(needs []need, items []store.Get, label func(int) string) *store.Refused {
	now := c.Now()
	short, ok := c.Service.serve(now, needs)
	cause, refused := store.Throttled, !ok
	if ok {
		cause = store.Conflicted
		for i, g := range items {
			short[i] = c.Service.taken(now, g)
			refused = refused || short[i]
		}
	}
	if !refused {
		return nil
	}
	r := &store.Refused{Reasons: make([]store.Reason, len(items))}
	for i := range items {
		r.Reasons[i].Write = label(i)
		if short[i] {
			r.Reasons[i].Cause = cause
		}
	}
	if cause == store.Throttled {
		c.count(Counts{Throttles: 1})
	} else {
		c.count(Counts{Conflicts: 1})
	}
	return r
}

// refuse answers with a refusal.
func (c *Client) refuse(ctx context.Context, r *store.Refused) error {
	if err := c.Sleep(ctx, c.Service.physics.RoundTrip/2); err != nil {
		return err
	}
	return r
}

func (c *Client) pause(ctx context.Context, try int) error {
	return c.Sleep(ctx, store.Wait(store.FirstWait, try, c.Service.random()))
}
