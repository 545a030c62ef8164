package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/contract"
	"rialto/localstack/demo/shop"
	"rialto/localstack/standins/mailbox"
)

// reader is a shopper with a mailbox.
type reader struct {
	*shopper
	email string
}

func newReader(ctx context.Context, t *testing.T, email string) reader {
	t.Helper()
	s := mustShopper(ctx, t, "pm_card_visa")
	served(ctx, t, s.Client, http.MethodPut, "/api/v1/me", map[string]string{"name": "Pat Example", "email": email}, nil)
	return reader{s, email}
}

// buys places an order of one unit.
func (r reader) buys(ctx context.Context, t *testing.T) (orderID string) {
	t.Helper()
	o, err := r.checkout(ctx, r.mustPut(ctx, t, newSKU(ctx, t, "Letter lamp", 3), 1).ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	return o.OrderID
}

// mails are those that the reader has of one kind and order.
func (r reader) mails(ctx context.Context, t *testing.T, kind, orderID string) (found []mailbox.Message) {
	t.Helper()
	all, err := mailbox.Read(ctx, r.email)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Tags["order"] == orderID && strings.HasPrefix(m.Tags["mail"], kind) {
			found = append(found, m)
		}
	}
	return found
}

// gets waits for a mail.
func (r reader) gets(ctx context.Context, t *testing.T, kind, orderID string) mailbox.Message {
	t.Helper()
	var found []mailbox.Message
	until(ctx, t, "a mail "+kind, 3*time.Minute, func() bool { found = r.mails(ctx, t, kind, orderID); return len(found) > 0 })
	return found[0]
}

// placedAgain hands the notifier the event of an order once more.
func placedAgain(ctx context.Context, t *testing.T, orderID string) {
	t.Helper()
	now := time.Now().UTC()
	body, err := json.Marshal(map[string]any{"id": "evt_" + orderID, "name": "OrderPlaced", "version": 1, "occurred_at": now, "key": orderID,
		"data": map[string]any{"order_id": orderID, "placed_at": now}})
	if err != nil {
		t.Fatal(err)
	}
	client := sqs.New(sqs.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), Credentials: keys})
	_, err = client.SendMessage(ctx, &sqs.SendMessageInput{MessageBody: aws.String(string(body)),
		QueueUrl: aws.String(contract.LocalAWSURL + "/" + contract.LocalAccount + "/rialto-local-notifications-notify")})
	if err != nil {
		t.Fatal(err)
	}
}

// A customer is told what becomes of an order, once each, and is asked for reviews until they unsubscribe by a click. Seen to catch:
// a confirmation for each time that the event came.
func TestACustomerIsTold(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	r := newReader(ctx, t, shop.NewID("pat")+"@example.com")
	order := r.buys(ctx, t)
	if m := r.gets(ctx, t, "CONFIRMED", order); !strings.Contains(m.Text, "Letter lamp") || !strings.Contains(m.Subject, order) {
		t.Errorf("%+v", m)
	}
	placedAgain(ctx, t, order)
	if m := r.gets(ctx, t, "SHIPPED", order); !strings.Contains(m.Text, "Tracking number: ") {
		t.Errorf("%+v", m)
	}
	r.gets(ctx, t, "DELIVERED", order)
	var asked []mailbox.Message
	until(ctx, t, "asked for a review", 3*time.Minute, func() bool {
		invoke(ctx, t, "notifications-remind", struct{}{}, nil)
		asked = r.mails(ctx, t, "REVIEW", order)
		return len(asked) > 0
	})
	for _, kind := range []string{"CONFIRMED", "SHIPPED", "DELIVERED", "REVIEW"} {
		if n := len(r.mails(ctx, t, kind, order)); n != 1 {
			t.Errorf("%d mails %s", n, kind)
		}
	}
	var held struct {
		Orders []struct {
			Mails []struct{ Kind, State string }
		}
	}
	served(ctx, t, r.Client, get, "/api/v1/me/export", nil, &held)
	if len(held.Orders) != 1 || len(held.Orders[0].Mails) != 4 || held.Orders[0].Mails[0].State != "SENT" {
		t.Errorf("%+v", held)
	}
	wants := func() bool {
		t.Helper()
		var s struct {
			ReviewRequests bool `json:"review_requests"`
		}
		served(ctx, t, r.Client, get, "/api/v1/me/notifications", nil, &s)
		return s.ReviewRequests
	}
	link := strings.Trim(asked[0].Headers["List-Unsubscribe"], "<>")
	if !wants() || asked[0].Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
		t.Fatalf("%+v", asked[0].Headers)
	}
	answer, err := http.Post(link, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent || wants() {
		t.Errorf("the link is answered %d, and reviews are asked for: %v", answer.StatusCode, wants())
	}
	served(ctx, t, r.Client, http.MethodPut, "/api/v1/me/notifications", map[string]bool{"review_requests": true}, nil)
	if !wants() {
		t.Error("what was chosen is not kept")
	}
	check(ctx, t, &shop.Client{Base: shop.ShopperURL}, bad{"a link without a signature", post, "/api/v1/unsubscribe?token=a.b.c",
		"List-Unsubscribe=One-Click", nil, 422, "invalid_link"})
}

// An address that bounces gets no more mail, and its customer is told. Seen to catch: SES's events without a queue.
func TestAnAddressThatBouncesIsLeftAlone(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	r := newReader(ctx, t, "bounce+"+shop.NewID("x")+"@simulator.amazonses.com")
	first := r.buys(ctx, t)
	var s struct{ Address string }
	until(ctx, t, "the address is left alone", 3*time.Minute, func() bool {
		served(ctx, t, r.Client, get, "/api/v1/me/notifications", nil, &s)
		return s.Address == "bounced"
	})
	r.gets(ctx, t, "CONFIRMED", first)
	second := r.buys(ctx, t)
	other := newReader(ctx, t, shop.NewID("pat")+"@example.com") // whose order comes later through the same queue
	other.gets(ctx, t, "CONFIRMED", other.buys(ctx, t))
	if got := r.mails(ctx, t, "CONFIRMED", second); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}
