package fuzz

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

// tally is what came of a round's calls.
type tally struct {
	calls                 int
	class                 [10]int // by the first digit of the status
	unauthorized, limited int
	failures              []string // one a call that was answered with a 5xx
}

// read counts the calls in a report of Schemathesis: a JSON document a line, with the calls somewhere in it.
func read(path string) (tally, error) {
	f, err := os.Open(path)
	if err != nil {
		return tally{}, err
	}
	defer func() { _ = f.Close() }()
	var t tally
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<30)
	for lines.Scan() {
		var event any
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return t, fmt.Errorf("read the report: %w", err)
		}
		t.walk(event)
	}
	return t, lines.Err()
}

// walk finds calls: objects with a request and a response.
func (t *tally) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			t.walk(e)
		}
	case map[string]any:
		request, _ := v["request"].(map[string]any)
		response, _ := v["response"].(map[string]any)
		if status, ok := response["status_code"].(float64); ok && request != nil {
			t.count(int(status), request)
			return
		}
		for _, e := range v {
			t.walk(e)
		}
	}
}

func (t *tally) count(status int, request map[string]any) {
	t.calls++
	t.class[status/100]++
	switch {
	case status == 401:
		t.unauthorized++
	case status == 429:
		t.limited++
	case status >= 500:
		headers, _ := request["headers"].(map[string]any)
		body, _ := json.Marshal(request["body"])
		t.failures = append(t.failures, strconv.Itoa(status)+fmt.Sprintf(" %v %v, content type %v, body in base 64 %.400s", request["method"],
			request["uri"], headers["Content-Type"], body))
	}
}
