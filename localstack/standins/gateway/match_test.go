package gateway

import "testing"

func TestArmingIsChecked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	order := map[string]any{"metadata": map[string]string{"order_id": "o"}}
	for name, body := range map[string]map[string]any{
		"no match":             {"kind": "drop"},
		"an operation only":    {"kind": "drop", "match": map[string]any{"operation": "confirm"}},
		"no kind":              {"match": order},
		"an unknown kind":      {"kind": "fire", "match": order},
		"an unknown field":     {"kind": "drop", "match": order, "probability": 1},
		"a negative count":     {"kind": "drop", "match": order, "count": -1},
		"drop after":           {"kind": "drop", "match": order, "phase": "after"},
		"lost answer before":   {"kind": "lost_answer", "match": order, "phase": "before"},
		"an unknown phase":     {"kind": "hold", "match": order, "phase": "later"},
		"a saved lost answer":  {"kind": "lost_answer", "match": order, "saved": true},
		"a wrong type of kind": {"kind": 7, "match": order},
	} {
		if status := r.control(t, "POST", "faults", body, nil); status != 400 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status := r.control(t, "POST", "faults", map[string]any{"kind": "drop", "match": map[string]any{"global": true}}, nil); status != 201 {
		t.Errorf("global: %d", status)
	}
	_, err := r.client.V1PaymentIntents.Retrieve(background(), "pi_any", nil)
	unanswered(t, err)
	var out struct{ Removed int }
	if r.control(t, "DELETE", "faults", nil, &out); out.Removed != 1 {
		t.Error(out.Removed)
	}
	if status := r.control(t, "DELETE", "faults/flt_9", nil, nil); status != 404 {
		t.Error(status)
	}
}

// Each part of a match spares the calls that do not fit it.
func TestAMatchSparesOtherCalls(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		match  func(id string) Match
		strike bool // the confirm of that intent, with key "k"
	}{
		"intent":                 {func(id string) Match { return Match{Intent: id} }, true},
		"another intent":         {func(string) Match { return Match{Intent: "pi_other"} }, false},
		"operation":              {func(id string) Match { return Match{Intent: id, Operation: "confirm"} }, true},
		"another operation":      {func(id string) Match { return Match{Intent: id, Operation: "capture"} }, false},
		"method":                 {func(id string) Match { return Match{Intent: id, Method: "POST"} }, true},
		"another method":         {func(id string) Match { return Match{Intent: id, Method: "GET"} }, false},
		"suffix":                 {func(id string) Match { return Match{Intent: id, PathSuffix: "/confirm"} }, true},
		"another suffix":         {func(id string) Match { return Match{Intent: id, PathSuffix: "/cancel"} }, false},
		"payment method":         {func(string) Match { return Match{PaymentMethod: "pm_card_visa"} }, true},
		"another payment method": {func(string) Match { return Match{PaymentMethod: "pm_card_amex"} }, false},
		"key":                    {func(string) Match { return Match{IdempotencyKey: "k"} }, true},
		"another key":            {func(string) Match { return Match{IdempotencyKey: "j"} }, false},
		"metadata":               {func(string) Match { return Match{Metadata: map[string]string{"order_id": "o"}} }, true},
		"other metadata":         {func(string) Match { return Match{Metadata: map[string]string{"order_id": "p"}} }, false},
		"everything":             {func(string) Match { return Match{Global: true} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			i := r.create(t, order("pm_card_visa", forOrder("o")))
			r.arm(t, Fault{Kind: "error_503", Match: c.match(i.ID)})
			_, err := r.confirm(i.ID, "k")
			if c.strike {
				fails(t, err, 503, "api_error")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}
