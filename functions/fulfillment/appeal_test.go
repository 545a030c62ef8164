package fulfillment_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
)

// rejectedReturn is a return of one unit that its seller has rejected.
func (c *counter) rejectedReturn(t *testing.T, key string) fulfillment.Return {
	t.Helper()
	r, _, err := c.Request(context.Background(), key, requestOf(units(line, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if r, err = c.Reject(context.Background(), "sel_a", "ord_a", r.ID, "worn"); err != nil {
		t.Fatal(err)
	}
	return r
}

// A rejected return is appealed once and decided once. Seen to catch: one that its seller receives while an operator decides, a
// second appeal after the first was denied, a decision over another.
func TestARejectedReturnIsAppealed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for decision, want := range map[fulfillment.AppealDecision]fulfillment.ReturnState{
		fulfillment.Granted: fulfillment.Received, fulfillment.Denied: fulfillment.Rejected,
	} {
		c := newCounter(t)
		asked, _, err := c.Request(ctx, "key-0001", requestOf(units(line, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Appeal(ctx, "cus_a", "ord_a", asked.ID, "too early"); !errors.Is(err, fulfillment.ErrNotAppealable) {
			t.Error(err)
		}
		if _, err := c.Reject(ctx, "sel_a", "ord_a", asked.ID, "worn"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if r, err := c.Appeal(ctx, "cus_a", "ord_a", asked.ID, "never worn"); err != nil || r.State != fulfillment.Appealed || r.Appeal.Against != "worn" {
				t.Errorf("%+v %v", r, err)
			}
		}
		if _, err := c.Receive(ctx, "sel_a", "ord_a", asked.ID); !errors.Is(err, fulfillment.ErrReturnClosed) {
			t.Error("received while an operator decides:", err)
		}
		if list, next, err := c.Appeals(ctx, "", 10); err != nil || len(list) != 1 || list[0].ID != asked.ID || next != "" {
			t.Error(list, next, err)
		}
		for range 2 {
			if r, err := c.DecideAppeal(ctx, "ord_a", asked.ID, decision, "we looked at the photos"); err != nil || r.State != want ||
				r.Appeal.Decision != decision || (r.Note == "worn") != (decision == fulfillment.Denied) {
				t.Errorf("%s: %+v %v", decision, r, err)
			}
		}
		other := map[fulfillment.AppealDecision]fulfillment.AppealDecision{fulfillment.Granted: fulfillment.Denied, fulfillment.Denied: fulfillment.Granted}
		if _, err := c.DecideAppeal(ctx, "ord_a", asked.ID, other[decision], "no"); !errors.Is(err, fulfillment.ErrAppealDecided) {
			t.Error(err)
		}
		if _, err := c.Appeal(ctx, "cus_a", "ord_a", asked.ID, "really never"); !errors.Is(err, fulfillment.ErrNotAppealable) {
			t.Error("appealed twice:", err)
		}
		if list, _, err := c.Appeals(ctx, "", 10); err != nil || len(list) != 0 {
			t.Error("decided, and on the list:", list, err)
		}
	}
}

func TestAnAppealIsRefused(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCounter(t)
	r := c.rejectedReturn(t, "key-0001")
	for _, bad := range []string{"", " ", "\x00", strings.Repeat("a", 501)} {
		if _, err := c.Appeal(ctx, "cus_a", "ord_a", r.ID, bad); fault.Code(err) != "invalid_appeal" {
			t.Errorf("%q: %v", bad, err)
		}
		if _, err := c.DecideAppeal(ctx, "ord_a", r.ID, fulfillment.Granted, bad); len(fault.Of(err).Fields) != 1 ||
			fault.Of(err).Fields[0].Pointer != "/reason" {
			t.Errorf("decided because %q: %v", bad, err)
		}
	}
	for code, ask := range map[string]func() (fulfillment.Return, error){
		"order_not_found":  func() (fulfillment.Return, error) { return c.Appeal(ctx, "cus_b", "ord_a", r.ID, "x") },
		"return_not_found": func() (fulfillment.Return, error) { return c.Appeal(ctx, "cus_a", "ord_a", "ret_x", "x") },
		"appeal_decided": func() (fulfillment.Return, error) {
			return c.DecideAppeal(ctx, "ord_a", r.ID, fulfillment.Granted, "x")
		},
		"invalid_appeal": func() (fulfillment.Return, error) { return c.DecideAppeal(ctx, "ord_a", r.ID, "maybe", "x") },
		"appeal_window_over": func() (fulfillment.Return, error) {
			c.now = r.UpdatedAt.Add(fulfillment.AppealWindow + time.Second)
			return c.Appeal(ctx, "cus_a", "ord_a", r.ID, "x")
		},
	} {
		if _, err := ask(); fault.Code(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}

// A granted appeal tells what a received return tells, a denied one nothing. Seen to catch: an event for a return that went from
// one state to another and back.
func TestAGrantedAppealIsAReturnThatCame(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCounter(t)
	for decision, want := range map[fulfillment.AppealDecision]int{fulfillment.Granted: 1, fulfillment.Denied: 0} {
		r := c.rejectedReturn(t, "key-"+string(decision))
		r, err := c.Appeal(ctx, "cus_a", "ord_a", r.ID, "never worn")
		if err != nil {
			t.Fatal(err)
		}
		before, err := c.db.Get(ctx, "returns", store.Key{PK: "ord_a", SK: r.ID})
		if err != nil {
			t.Fatal(err)
		}
		if r, err = c.DecideAppeal(ctx, "ord_a", r.ID, decision, "so it is"); err != nil {
			t.Fatal(err)
		}
		after, err := c.db.Get(ctx, "returns", store.Key{PK: "ord_a", SK: r.ID})
		if err != nil {
			t.Fatal(err)
		}
		events, err := fulfillmentstore.ReturnEvents(outbox.Change{Old: before, New: after})
		if err != nil || len(events) != want {
			t.Errorf("%s: %v %v", decision, events, err)
		}
		stored, err := c.store.Return(ctx, "ord_a", r.ID)
		if diff := cmp.Diff(r, stored); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
}

// The list of open appeals is read page by page, the oldest first.
func TestAppealsAreListed(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCounter(t)
	var want, got []string
	for _, key := range []string{"key-1", "key-2"} {
		r := c.rejectedReturn(t, key)
		if _, err := c.Appeal(ctx, "cus_a", "ord_a", r.ID, "x"); err != nil {
			t.Fatal(err)
		}
		want, c.now = append(want, r.ID), c.now.Add(time.Minute)
	}
	for after := ""; ; {
		page, next, err := c.Appeals(ctx, after, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			got = append(got, r.ID)
		}
		if after = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
