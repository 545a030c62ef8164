package outbox

import (
	"encoding/json"
	"strings"
	"testing"
)

// A call holds ten events at most and 256 KiB of them, in order and each once; ids are unique in a call. Seen to catch: ten events of
// 60 KB in one call, which SNS refuses whole.
func TestEventsAreBatchedByCountAndBytes(t *testing.T) {
	t.Parallel()
	event := func(n int) Event {
		data, err := json.Marshal(strings.Repeat("x", n))
		if err != nil {
			t.Fatal(err)
		}
		return Event{Name: "Happened", Data: data}
	}
	for name, c := range map[string]struct {
		sizes []int
		want  []int
	}{
		"none":                   {nil, nil},
		"eleven small ones":      {[]int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, []int{10, 1}},
		"ten of 60 KB":           {[]int{60e3, 60e3, 60e3, 60e3, 60e3, 60e3, 60e3, 60e3, 60e3, 60e3}, []int{4, 4, 2}},
		"one that is too large":  {[]int{1, 300e3, 1}, []int{1, 1, 1}},
		"two that fit to a byte": {[]int{131000, 130000}, []int{2}},
		"two that do not":        {[]int{131000, 131072}, []int{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var es []Event
			for _, n := range c.sizes {
				es = append(es, event(n))
			}
			calls, err := batches(es)
			if err != nil || len(calls) != len(c.want) {
				t.Fatalf("%d calls (%v), want %v", len(calls), err, c.want)
			}
			for i, call := range calls {
				bytes, ids := 0, map[string]bool{}
				for _, e := range call {
					bytes += len(*e.Message) + len("name"+"String"+"Happened")
					ids[*e.Id] = true
				}
				if len(call) != c.want[i] || len(ids) != len(call) || len(call) > 1 && bytes > 256*1024 {
					t.Errorf("call %d has %d events of %d bytes, want %d", i, len(call), bytes, c.want[i])
				}
			}
		})
	}
}
