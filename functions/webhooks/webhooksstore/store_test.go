package webhooksstore_test

import (
	"context"
	"testing"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/webhooks"
	"rialto/functions/webhooks/webhooksstore"
)

// An endpoint and a message are written over what was read alone, a message is kept once, and messages are listed by time, without the
// endpoint.
func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), webhooksstore.Store{DB: db}
		const seller = "sel_1"
		e := webhooks.Endpoint{SellerID: seller, URL: "https://a.example/", Secret: "whsec_x"}
		if _, found, err := s.Endpoint(ctx, seller); found || err != nil {
			t.Fatal(found, err)
		}
		for n, want := range []bool{true, false} {
			if ok, err := s.SaveEndpoint(ctx, e); ok != want || err != nil {
				t.Fatal(n, ok, err)
			}
		}
		e, found, err := s.Endpoint(ctx, seller)
		if !found || err != nil || e.Version != 1 || e.Secret != "whsec_x" || e.Off() {
			t.Fatal(e, found, err)
		}
		for _, id := range []string{"msg_20260101T000000Z_a", "msg_20260102T000000Z_a", "msg_20260103T000000Z_a", "msg_20260102T000000Z_a"} {
			m, err := s.Add(ctx, webhooks.Message{ID: id, SellerID: seller, State: webhooks.Pending, CreatedAt: time.Now()})
			if err != nil || m.ID != id {
				t.Fatal(m, err)
			}
		}
		var ids string
		for next, begun := "", false; !begun || next != ""; begun = true {
			page, after, err := s.Messages(ctx, seller, next, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page {
				ids += m.ID[10:12] + " "
			}
			next = after
		}
		if ids != "03 02 01 " {
			t.Fatal(ids)
		}
		m, found, err := s.Message(ctx, webhooks.Ref{SellerID: seller, ID: "msg_20260102T000000Z_a"})
		if !found || err != nil || m.Version != 1 {
			t.Fatal(m, found, err)
		}
		for n, want := range []bool{true, false} {
			if ok, err := s.SaveMessage(ctx, m); ok != want || err != nil {
				t.Fatal(n, ok, err)
			}
		}
		if _, found, err := s.Message(ctx, webhooks.Ref{SellerID: seller, ID: "endpoint"}); found || err != nil {
			t.Fatal("an endpoint is no message")
		}
		if err := s.RemoveEndpoint(ctx, seller); err != nil {
			t.Fatal(err)
		}
		if _, found, err := s.Endpoint(ctx, seller); found || err != nil {
			t.Fatal(found, err)
		}
	})
}
