package notificationsstore_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/notifications"
	"rialto/functions/notifications/notificationsstore"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// Seen to catch: a record saved over one of a later attempt; a day's requests of one bucket alone.
func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := t.Context(), notificationsstore.Store{DB: db}
		none := notifications.Notification{}
		if n, err := s.Find(ctx, "ord_1", "CONFIRMED"); err != nil || n != none {
			t.Fatal(n, err)
		}
		first := notifications.Notification{OrderID: "ord_1", Key: "CONFIRMED", Kind: notifications.Confirmed, State: notifications.Sending, Attempt: 1,
			At: noon, UpdatedAt: noon, TTL: 1}
		second := first
		second.Attempt, second.UpdatedAt = 2, noon.Add(time.Hour)
		for n, c := range []struct {
			now, before notifications.Notification
			want        error
		}{{first, none, nil}, {first, none, notifications.ErrChanged}, {second, first, nil}, {second, first, notifications.ErrChanged}} {
			if err := s.Save(ctx, c.now, c.before); !errors.Is(err, c.want) {
				t.Errorf("save %d: %v", n, err)
			}
		}
		bounced := second
		bounced.State, bounced.Reason, bounced.UpdatedAt = notifications.Bounced, "General", noon.Add(2*time.Hour)
		for _, key := range []string{"CONFIRMED", "SHIPPED-shp_1"} {
			if err := s.Mark(ctx, notifications.Mailed{OrderID: "ord_1", Key: key}, notifications.Bounced, "General", bounced.UpdatedAt); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.OfOrder(ctx, "ord_1")
		if diff := cmp.Diff([]notifications.Notification{bounced}, all); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if err := s.ForgetOrder(ctx, "ord_1"); err != nil {
			t.Fatal(err)
		}
		if all, err := s.OfOrder(ctx, "ord_1"); err != nil || len(all) > 0 {
			t.Error(all, err)
		}
	})
}

func TestWhatCustomersWantAndWhereNoMailGoes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := t.Context(), notificationsstore.Store{DB: db}
		p := notifications.Preferences{CustomerID: "cus_a", UpdatedAt: noon}
		if err := s.SavePreferences(ctx, p); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Preferences(ctx, "cus_a"); err != nil || got != p {
			t.Error(got, err)
		}
		if err := s.Forget(ctx, "cus_a"); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Preferences(ctx, "cus_a"); err != nil || got != notifications.Defaults("cus_a") {
			t.Error(got, err)
		}
		why := notifications.Suppression{Reason: notifications.Complained, At: noon}
		if err := s.Suppress(ctx, "m", why); err != nil {
			t.Fatal(err)
		}
		for mark, want := range map[string]notifications.Suppression{"m": why, "n": {}} {
			if got, err := s.Suppression(ctx, mark); err != nil || got != want {
				t.Error(mark, got, err)
			}
		}
		var ids []string
		for _, order := range []string{"ord_1", "ord_2", "ord_3"} {
			d := notifications.Due{OrderID: order, Subject: "shp_1", At: noon}
			if err := errors.Join(s.Remember(ctx, d), s.Remember(ctx, d)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.RemoveDue(ctx, notifications.Due{OrderID: "ord_2", Subject: "shp_1", At: noon}); err != nil {
			t.Fatal(err)
		}
		all, err := s.Due(ctx, "2026-11-27")
		for _, d := range all {
			ids = append(ids, d.OrderID)
		}
		if slices.Sort(ids); err != nil || !slices.Equal(ids, []string{"ord_1", "ord_3"}) {
			t.Error(ids, err)
		}
	})
}
