package recommendations

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/clickstream"
)

// visits keep what they are told.
type visits struct {
	met       map[string][]Act
	bought    map[string][]Purchase
	forgotten []string
}

func (v *visits) Met(_ context.Context, session string, acts []Act) error {
	v.met[session] = append(v.met[session], acts...)
	return nil
}

func (v *visits) Bought(_ context.Context, subject string, list []Purchase) error {
	v.bought[subject] = append(v.bought[subject], list...)
	return nil
}

func (v *visits) Forget(_ context.Context, session string) error {
	v.forgotten = append(v.forgotten, session)
	return nil
}

func TestWhatIsKeptOfClicks(t *testing.T) {
	t.Parallel()
	by := clickstream.Pseudonyms{Secret: []byte("secret")}
	event := func(name string, at time.Time, attributes string) string {
		return fmt.Sprintf(`{"event_id":"event-%s-%d","action_name":"%s","timestamp":"%s","event_attributes":{%s}}`, name, at.Unix(), name,
			at.Format(time.RFC3339), attributes)
	}
	object := func(n int) string { return `"object":{"object_id":"` + id(n) + `","object_id_field":"product_id"}` }
	record := func(origin clickstream.Origin, session, more, consent, agent, event string) clickstream.Record {
		return clickstream.Record{Origin: origin, Agent: agent, ReceivedAt: noon, Body: []byte(`{"schema_version":1,"session_id":"` + session +
			`","marketplace":"US",` + more + `"consent":` + consent + `,"events":[` + event + `]}`)}
	}
	const yes, no, refused = `{"analytics":true,"personalization":true}`, `{"analytics":true,"personalization":false}`, `{"analytics":false,"personalization":false}`
	const browser = "Mozilla/5.0"
	a, b, c, d := "session-aaaaaaaaaa", "session-bbbbbbbbbb", "session-cccccccccc", "session-dddddddddd"
	v := &visits{map[string][]Act{}, map[string][]Purchase{}, nil}
	clicks := Clicks{clickstream.Consumer{Pseudonyms: by}, v, func() time.Time { return noon }}
	err := clicks.Consume(t.Context(), []clickstream.Record{
		record(clickstream.Browser, a, "", yes, browser, event("view_item", noon, object(1))),
		record(clickstream.Browser, a, "", yes, browser, event("add_to_cart", noon, `"items":[{"item_id":"`+id(2)+`"}]`)),
		record(clickstream.Browser, a, "", yes, browser, event("view_item_list", noon, `"items":[{"item_id":"`+id(3)+`"}]`)), // seen by nobody yet
		record(clickstream.Browser, a, "", yes, browser, event("view_item", noon.Add(-time.Hour), object(4))),                // of a visit before
		record(clickstream.Browser, b, "", yes, browser, event("view_item", noon, object(1))),
		record(clickstream.Browser, b, "", no, browser, event("view_item", noon, object(5))),
		record(clickstream.Browser, c, "", refused, browser, event("view_item", noon, object(1))),
		record(clickstream.Browser, d, "", yes, "Googlebot", event("view_item", noon, object(1))),
		record(clickstream.Browser, d, "", yes, browser, event("purchase", noon, `"items":[{"item_id":"`+id(2)+`"}]`)), // nobody believes
		{Origin: clickstream.Browser, Body: []byte("nonsense")},
		record(clickstream.Server, "", `"customer":"5ab1ec7",`, yes, "", event("purchase", noon, `"items":[{"item_id":"`+id(6)+`"}]`)),
		record(clickstream.Server, "", "", no, "", event("purchase", noon, `"items":[{"item_id":"`+id(6)+`"}]`)),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &visits{met: map[string][]Act{by.Session(a): {{id(1), Looked, noon}, {id(2), Carted, noon}}},
		bought: map[string][]Purchase{"5ab1ec7": {{id(6), noon}}}, forgotten: []string{by.Session(b), by.Session(c)}}
	if diff := cmp.Diff(want, v, cmp.AllowUnexported(visits{})); diff != "" {
		t.Error(diff)
	}
}
