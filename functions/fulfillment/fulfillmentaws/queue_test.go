package fulfillmentaws

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
)

type recorder struct{ got string }

func (r *recorder) Elapse(_ context.Context, t fulfillment.Timer) error {
	r.got += fmt.Sprintf("elapse %s %s %s", t.OrderID, t.ShipmentID, t.From)
	return nil
}

func (r *recorder) Paid(_ context.Context, orderID, group string) error {
	r.got += "paid " + orderID + " " + group
	return nil
}

func (r *recorder) Unpaid(_ context.Context, orderID, group string, attempt int) error {
	r.got += fmt.Sprint("unpaid ", orderID, " ", group, " ", attempt)
	return nil
}

func (r *recorder) Renewed(_ context.Context, orderID, group string, until time.Time) error {
	r.got += "renewed " + orderID + " " + group + " " + until.Format(time.RFC3339)
	return nil
}

func (r *recorder) Lost(_ context.Context, orderID, group string, until time.Time) error {
	r.got += "lost " + orderID + " " + group + " " + until.Format(time.RFC3339)
	return nil
}

func (r *recorder) Cancelled(_ context.Context, orderID string) error {
	r.got += "cancelled " + orderID
	return nil
}

func (r *recorder) Refunded(_ context.Context, n fulfillment.RefundNews) error {
	r.got += "refunded " + n.OrderID + " " + n.ReturnID + " " + n.Code
	return nil
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	timer, err := json.Marshal(fulfillment.Timer{OrderID: "o", ShipmentID: "s", From: fulfillment.Pending})
	if err != nil {
		t.Fatal(err)
	}
	event := func(name, data string) string {
		return `{"id":"evt_1","name":"` + name + `","version":1,"occurred_at":"2026-03-04T12:00:00Z","key":"o","data":` + data + `}`
	}
	for _, c := range []struct{ body, want, code string }{
		{string(timer), "elapse o s PENDING", ""},
		{`{"order_id":"o","shipment_id":"s","from":"PENDING"}`, "elapse o s PENDING", ""},
		{event("PaymentCaptured", `{"order_id":"o","group":"g1","amount":{"amount":1,"currency":"USD"},"intent_id":"pi"}`), "paid o g1", ""},
		{event("PaymentCaptureFailed", `{"order_id":"o","group":"g1","code":"x"}`), "unpaid o g1 0", ""},
		{event("PaymentCaptureFailed", `{"order_id":"o","group":"g1","code":"x","attempt":2}`), "unpaid o g1 2", ""},
		{event("PaymentRenewed", `{"order_id":"o","group":"g1","capture_before":"2026-03-11T12:00:00Z"}`), "renewed o g1 2026-03-11T12:00:00Z", ""},
		{event("PaymentRenewed", `{"order_id":"o","group":"g1"}`), "", "malformed_message"},
		{event("PaymentAuthorizationLost", `{"order_id":"o","group":"g1","code":"x","capture_before":"2026-03-11T12:00:00Z"}`),
			"lost o g1 2026-03-11T12:00:00Z", ""},
		{event("PaymentAuthorizationLost", `{"order_id":"o","group":"g1","code":"x"}`), "", "malformed_message"},
		{event("PaymentRefunded", `{"order_id":"o","group":"g1","refund_id":"ret_1","amount":{"amount":1,"currency":"USD"},"intent_id":"pi"}`),
			"refunded o ret_1 ", ""},
		{event("PaymentRefundFailed", `{"order_id":"o","group":"g1","refund_id":"ret_1","code":"x"}`), "refunded o ret_1 x", ""},
		{event("PaymentRefunded", `{"order_id":"o","group":"g1"}`), "", "malformed_message"},
		{event("ShipmentCancelled", `{"order_id":"o","shipment_id":"s","group":"g1","lines":[]}`), "cancelled o", ""},
		{event("ShipmentPacked", `{"order_id":"o","group":"g1"}`), "", "malformed_message"},
		{event("PaymentCaptured", `{"order_id":"o"}`), "", "malformed_message"},
		{event("PaymentCaptured", `[]`), "", "malformed_event"},
		{`{"name":"PaymentCaptured"}`, "", "malformed_event"},
		{`{"name":"PaymentCaptured","from":"PENDING","order_id":"o","shipment_id":"s"}`, "", "malformed_message"},
		{`{"order_id":"o","from":"PENDING"}`, "", "malformed_message"},
		{`{}`, "", "malformed_message"}, {`null`, "", "malformed_message"}, {`x`, "", "malformed_message"},
	} {
		var r recorder
		if err := Deliver(context.Background(), &r, &r, []byte(c.body)); fault.Code(err) != c.code || r.got != c.want {
			t.Errorf("%s: %q, %v", c.body, r.got, err)
		}
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]int32{-time.Second: 0, 0: 0, 1: 1, time.Second: 1, 1001 * time.Millisecond: 2, time.Hour: 900} {
		if got := seconds(d); got != want {
			t.Errorf("%s: %d", d, got)
		}
	}
}

// What a person has to see to has a line in the log that rings the alarm of its name. Seen to catch: a refund that failed and rings
// nothing; one that was given and does.
func TestAlarms(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)
	for _, c := range []struct{ name, data, alarm string }{
		{"PaymentRefundFailed", `"refund_id":"ret_1"`, "refund-failed"}, {"PaymentRefunded", `"refund_id":"ret_1"`, ""},
		{"PaymentAuthorizationLost", `"capture_before":"2026-03-11T12:00:00Z"`, "authorization-lost"}, {"PaymentCaptured", `"code":""`, ""},
	} {
		log.Reset()
		e := `{"id":"evt_1","name":"` + c.name + `","version":1,"occurred_at":"2026-03-04T12:00:00Z","key":"o","data":{"order_id":"o","group":"g1",` + c.data + `}}`
		var r recorder
		if err := Deliver(context.Background(), &r, &r, []byte(e)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(log.String(), `"alarm":"`); got != (c.alarm != "") || !strings.Contains(log.String(), c.alarm) {
			t.Errorf("%s: %s", c.name, &log)
		}
	}
}
