package rows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

var ctx = context.Background()

type pebble struct {
	Name   string `json:"name"`
	Weight int    `json:"weight"`
}

func check(p *pebble) (string, error) {
	if p.Weight < 1 {
		return p.Name, fault.New(fault.Invalid, "too_light", "x").
			With(fault.Field{Pointer: "/weight", Code: "x", Message: "must be more"}, fault.Field{Pointer: "/name", Message: "is dull"})
	}
	return p.Name, nil
}

func raw(list ...string) []json.RawMessage {
	var out []json.RawMessage
	for _, s := range list {
		out = append(out, json.RawMessage(s))
	}
	return out
}

// Seen to catch: a bad row that takes its name from a good one behind it; a transient fault without Retry.
func TestEveryRowHasItsResult(t *testing.T) {
	t.Parallel()
	list, err := rows.Read(raw(`{"name":"a","weight":0}`, `{"name":"a","weight":1}`, `{"name":"a","weight":2}`, `{"weight":"x"}`, `{"size":1}`, `7`,
		`{"name":"same","weight":1}`, `{"name":"down","weight":1}`, `{"name":"no","weight":1}`), "pebble", check)
	if err != nil {
		t.Fatal(err)
	}
	got := rows.Do(ctx, list, rows.ByID, func(_ context.Context, p pebble) (bool, error) {
		switch p.Name {
		case "down":
			return false, errors.New("the network is away")
		case "no":
			return true, fault.New(fault.Conflict, "taken", "it is taken")
		}
		return p.Name != "same", nil
	})
	var text []string
	for _, f := range got.Rows {
		text = append(text, strings.TrimSpace(fmt.Sprint(f.Line, " ", f.ID, " ", f.Unchanged, " ", f.Code, " ", f.Retry, " ", f.Message)))
	}
	want := []string{
		"0 a false too_light false /weight must be more; /name is dull",
		"1 a false  false",
		"2 a false duplicate_row false row 1 has the same pebble",
		"3  false malformed_row false weight has the wrong type",
		"4  false malformed_row false the row is no pebble, or has a field that a pebble does not have",
		"5  false malformed_row false the row is no pebble, or has a field that a pebble does not have",
		"6 same true  false",
		"7 down false internal true something failed on our side",
		"8 no false taken false it is taken",
	}
	if d := cmp.Diff(want, text); d != "" || got.Written != 1 || got.Unchanged != 1 || got.Failed != 7 {
		t.Error(d, got.Written, got.Unchanged, got.Failed)
	}
}

// Seen to catch: rows of one lane side by side.
func TestRowsOfALaneFollowEachOther(t *testing.T) {
	t.Parallel()
	var values []pebble
	for i := range rows.Max {
		values = append(values, pebble{fmt.Sprint(i % 7), i})
	}
	list, err := rows.Of(values, func(p pebble) string { return fmt.Sprint(p.Weight) })
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	order := map[string][]int{}
	rows.Do(ctx, list, func(r rows.Row[pebble]) string { return r.Value.Name }, func(_ context.Context, p pebble) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		order[p.Name] = append(order[p.Name], p.Weight)
		return true, nil
	})
	for name, of := range order {
		for i := 1; i < len(of); i++ {
			if of[i] != of[i-1]+7 {
				t.Errorf("lane %s: %v", name, of)
			}
		}
	}
	if _, err := rows.Of(make([]pebble, rows.Max+1), func(pebble) string { return "" }); fault.Code(err) != "batch_too_large" {
		t.Error(err)
	}
}
