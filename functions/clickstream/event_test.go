package clickstream

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"rialto/events"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"

// example is the batch of events/clickstream, to be changed.
func example(t *testing.T) map[string]any {
	t.Helper()
	text, err := events.Files.ReadFile("clickstream/Batch.v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	var b map[string]any
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

func recordOf(t *testing.T, batch any) Record {
	t.Helper()
	body, err := json.Marshal(batch)
	if err != nil {
		t.Fatal(err)
	}
	return Record{Shard: "shardId-000000000000", Sequence: "100", ReceivedAt: noon, Origin: Browser, RequestID: "r", Agent: firefox, Body: body}
}

// event is the example's event at a place.
func event(b map[string]any, n int) map[string]any { return b["events"].([]any)[n].(map[string]any) }

func attributes(e map[string]any) map[string]any { return e["event_attributes"].(map[string]any) }

func first(e map[string]any) map[string]any {
	return attributes(e)["items"].([]any)[0].(map[string]any)
}

var reader = Consumer{Pseudonyms: Pseudonyms{[]byte("secret")}}

// What is wrong with an event costs that event alone, and is kept with its reason. Where what is wrong can be said in a schema,
// the schema of events/ refuses the same.
func TestABadEventCostsNoGoodOne(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	const cart = 4 // add_to_cart of the example
	for name, c := range map[string]struct {
		reason Reason
		schema bool // refuses it, too
		spoil  func(e map[string]any)
	}{
		"an unknown name":             {unknownAction, true, func(e map[string]any) { e["action_name"] = "stare" }},
		"a name in capitals":          {unknownAction, true, func(e map[string]any) { e["action_name"] = "View_Item" }},
		"a purchase":                  {serverOnly, false, func(e map[string]any) { e["action_name"] = "purchase" }},
		"a refund":                    {serverOnly, false, func(e map[string]any) { e["action_name"] = "refund" }},
		"a sign-in":                   {serverOnly, false, func(e map[string]any) { e["action_name"] = "login" }},
		"a time of 1970":              {tooOld, false, func(e map[string]any) { e["timestamp"] = "1970-01-01T00:00:00Z" }},
		"a time of next year":         {tooEarly, false, func(e map[string]any) { e["timestamp"] = "2027-11-27T12:00:00Z" }},
		"a week and a second ago":     {tooOld, false, func(e map[string]any) { e["timestamp"] = noon.Add(-oldest - time.Second) }},
		"no time":                     {noTime, true, func(e map[string]any) { delete(e, "timestamp") }},
		"a time in seconds":           {malformedEvent, true, func(e map[string]any) { e["timestamp"] = 1_795_780_800 }},
		"another currency":            {wrongCurrency, false, func(e map[string]any) { first(e)["price"].(map[string]any)["currency"] = "EUR" }},
		"a value in another currency": {wrongCurrency, false, func(e map[string]any) { attributes(e)["value"].(map[string]any)["currency"] = "JPY" }},
		"a price as a string":         {malformedEvent, true, func(e map[string]any) { first(e)["price"].(map[string]any)["amount"] = "57.50" }},
		"a price as a number":         {malformedEvent, true, func(e map[string]any) { first(e)["price"] = 57.5 }},
		"a price with a fraction":     {malformedEvent, true, func(e map[string]any) { first(e)["price"].(map[string]any)["amount"] = 57.5 }},
		"a negative price":            {badPrice, true, func(e map[string]any) { first(e)["price"].(map[string]any)["amount"] = -1 }},
		"a negative quantity":         {badQuantity, true, func(e map[string]any) { first(e)["quantity"] = -2 }},
		"a quantity beyond a cart's":  {badQuantity, true, func(e map[string]any) { first(e)["quantity"] = 1000 }},
		"a product that is none":      {badItemID, true, func(e map[string]any) { first(e)["item_id"] = "boot" }},
		"a customer as an object": {badObject, true, func(e map[string]any) {
			attributes(e)["object"] = map[string]any{"object_id": "cus_1", "object_id_field": "customer_id"}
		}},
		"a customer":                   {malformedEvent, true, func(e map[string]any) { e["user_id"] = "cus_1" }},
		"a field that nobody declared": {malformedEvent, true, func(e map[string]any) { attributes(e)["email"] = "a@example.com" }},
		"no items":                     {itemsMissing, false, func(e map[string]any) { delete(attributes(e), "items") }},
		"no id":                        {badEventID, true, func(e map[string]any) { delete(e, "event_id") }},
		"a short id":                   {badEventID, true, func(e map[string]any) { e["event_id"] = "1" }},
		"an id that is a path":         {badEventID, true, func(e map[string]any) { e["event_id"] = "../../../../etc/passwd" }},
		"half a megabyte of words":     {badSearchTerm, true, func(e map[string]any) { attributes(e)["search_term"] = strings.Repeat("boot ", 100_000) }},
		"a place before the first":     {badPosition, true, func(e map[string]any) { attributes(e)["position"] = map[string]any{"ordinal": 0} }},
	} {
		b := example(t)
		c.spoil(event(b, cart))
		var tally = Tally{Invalid: map[Reason]int{}, Bots: map[string]int{}}
		rows, invalid := reader.Read(recordOf(t, b), &tally)
		if len(rows) != 6 || len(invalid) != 1 || invalid[0].Reason != c.reason || tally.Kept != 6 || tally.Invalid[c.reason] != 1 || tally.Events != 7 {
			t.Errorf("%s: %d rows, %+v, %+v; want %s", name, len(rows), invalid, tally, c.reason)
			continue
		}
		text, err := json.Marshal(event(b, cart))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(text), invalid[0].Text); diff != "" {
			t.Errorf("%s: what was sent (-) and what is kept (+):\n%s", name, diff)
		}
		if refused := schema.Validate(again(t, b)) != nil; refused != c.schema {
			t.Errorf("%s: refused by the schema: %v", name, refused)
		}
	}
}

// What is wrong with a batch is kept whole.
func TestABadBatchIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason Reason
		spoil  func(b map[string]any)
	}{
		"another version":        {unknownVersion, func(b map[string]any) { b["schema_version"] = 2 }},
		"no version":             {unknownVersion, func(b map[string]any) { delete(b, "schema_version") }},
		"no session":             {badSession, func(b map[string]any) { delete(b, "session_id") }},
		"a session of one space": {badSession, func(b map[string]any) { b["session_id"] = " " }},
		"no such marketplace":    {badMarketplace, func(b map[string]any) { b["marketplace"] = "XX" }},
		"no consent":             {noConsent, func(b map[string]any) { delete(b, "consent") }},
		"consent as a word":      {malformedBatch, func(b map[string]any) { b["consent"] = "yes" }},
		"somebody's pseudonym":   {notYours, func(b map[string]any) { b["customer"] = strings.Repeat("a", 32) }},
		"somebody's id":          {malformedBatch, func(b map[string]any) { b["user_id"] = "cus_1" }},
		"no events":              {badCount, func(b map[string]any) { b["events"] = []any{} }},
		"too many events": {badCount, func(b map[string]any) {
			for len(b["events"].([]any)) <= MaxEvents {
				b["events"] = append(b["events"].([]any), event(b, 0))
			}
		}},
	} {
		b := example(t)
		c.spoil(b)
		r := recordOf(t, b)
		tally := Tally{Invalid: map[Reason]int{}}
		rows, invalid := reader.Read(r, &tally)
		if len(rows) != 0 || len(invalid) != 1 || invalid[0].Reason != c.reason || invalid[0].Text != string(r.Body) || tally.Events != 1 {
			t.Errorf("%s: %d rows, %.200v; want %s", name, len(rows), invalid, c.reason)
		}
	}
	for _, body := range []string{"", "null", "[]", "nonsense", `{"events":`, "{}{}", strings.Repeat("[", 100_000), "\xff"} {
		r := recordOf(t, nil)
		r.Body = []byte(body)
		rows, invalid := reader.Read(r, &Tally{Invalid: map[Reason]int{}})
		if len(rows) != 0 || len(invalid) != 1 {
			t.Errorf("%.20q: %d rows, %.200v", body, len(rows), invalid)
		}
	}
}

// What was refused is counted, and nothing of it is kept anywhere.
func TestConsentIsObeyed(t *testing.T) {
	t.Parallel()
	b := example(t)
	b["consent"] = map[string]any{"analytics": false, "personalization": true}
	event(b, 0)["action_name"] = "stare" // not even what is wrong
	tally := Tally{Invalid: map[Reason]int{}}
	rows, invalid := reader.Read(recordOf(t, b), &tally)
	if diff := cmp.Diff(Tally{Records: 1, Events: 7, Refused: 7, Invalid: map[Reason]int{}}, tally); diff != "" || len(rows)+len(invalid) > 0 {
		t.Errorf("%v %v, tally:\n%s", rows, invalid, diff)
	}
}

// A row holds nothing by which its sender could be looked up.
func TestIDsArePseudonyms(t *testing.T) {
	t.Parallel()
	b := example(t)
	rows, _ := reader.Read(recordOf(t, b), &Tally{Invalid: map[Reason]int{}, Bots: map[string]int{}})
	text, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"session_id", "client_id"} {
		if strings.Contains(string(text), b[field].(string)) {
			t.Errorf("the %s is in the rows", field)
		}
	}
	other, _ := Consumer{Pseudonyms: Pseudonyms{[]byte("another")}}.Read(recordOf(t, b), &Tally{Invalid: map[Reason]int{}, Bots: map[string]int{}})
	if rows[0].Session == other[0].Session || rows[0].Session == rows[0].Client || rows[0].Session != rows[1].Session {
		t.Errorf("pseudonyms %q, %q of another secret, and %q", rows[0].Session, other[0].Session, rows[0].Client)
	}
}

// The example is taken whole, by the schema and by the reader.
func TestTheExampleIsTaken(t *testing.T) {
	t.Parallel()
	b := example(t)
	if err := compiled(t).Validate(b); err != nil {
		t.Error(err)
	}
	rows, invalid := reader.Read(recordOf(t, b), &Tally{Invalid: map[Reason]int{}, Bots: map[string]int{}})
	if len(rows) != 7 || len(invalid) != 0 {
		t.Fatalf("%d rows, %v", len(rows), invalid)
	}
	want := Row{EventID: "5f0c9a3e-7d41-4b7e-9c1a-000000000005", PayloadHash: rows[4].PayloadHash, SchemaVersion: 1, Origin: Browser,
		Action:    "add_to_cart",
		EventTime: time.Date(2026, 11, 27, 8, 26, 1, 250_000_000, time.UTC), ReceivedAt: noon, Marketplace: "US", Application: "web",
		Session: reader.Pseudonyms.Session(b["session_id"].(string)), Client: reader.Pseudonyms.Client(b["client_id"].(string)), Personalization: true,
		QueryID: "qry_hhhhhhhhhhhhhhhhhhhhhhhhhh", Value: 11500, Currency: "USD",
		Items: []RowItem{{"prd_" + strings.Repeat("d", 26), "sel_" + strings.Repeat("e", 26), 2, 5750, 0, ""}}}
	if diff := cmp.Diff(want, rows[4]); diff != "" || len(want.PayloadHash) != 32 {
		t.Error(diff)
	}
}

func TestARecordComesBackAsItWasFramed(t *testing.T) {
	t.Parallel()
	want := Record{Origin: Browser, RequestID: "c6af9ac6-7b61", Agent: "Mozilla/5.0 (a b) \"", Body: []byte(`{"a": "b c"}`)}
	var got Record
	if err := got.Unframe(want.Frame()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "browser", "browser r a", "browser r ! {}", "robot r  {}"} {
		if err := got.Unframe([]byte(bad)); err == nil {
			t.Errorf("%q is a record", bad)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := events.Files.Open("clickstream/Batch.v1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("batch", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("batch")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// again is a value as JSON has it.
func again(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
