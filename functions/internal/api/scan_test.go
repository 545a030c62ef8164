package api

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestText(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{
		`"a"`: true, `"\u00e4\n"`: true, `"\ud83d\ude00"`: true, `"\uD83D\uDE00\ud83d\ude00"`: true, `"\ufffd"`: true, "\"\uFFFD\"": true,
		`"\\ud800"`: true, `"\\\\"`: true,
		`"\u0000"`: false, `"\ud800"`: false, `"\udc00"`: false, `"\udc00\ud800"`: false, `"\ud800\ud800\udc00"`: false, `"\ud83dx\ude00"`: false,
		`"\ud83dxude00"`: false, `"\ud83d\n"`: false, `"\\ufffd\ud800"`: false,
		"\"\xff\"": false, "\"\\\\ufffd\xff\"": false, `"\ud83d\\ude00"`: false, `"x\ud83d\ude00\ud83d"`: false,
	} {
		var decoded string
		if err := json.Unmarshal([]byte(raw), &decoded); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got := isText(decoded, []byte(raw)); got != want {
			t.Errorf("%s: %v", raw, got)
		}
	}
}

// What scan returns is what encoding/json decodes, but for the keys, and it finds nothing in what Go writes but null.
func TestScanReadsWhatJSONReads(t *testing.T) {
	t.Parallel()
	text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r > 0 && utf8.ValidRune(r) }))
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaf := rapid.OneOf(rapid.Just[any](nil), rapid.Just[any](true), rapid.Map(text, func(s string) any { return s }),
			rapid.Map(rapid.Int32(), func(n int32) any { return float64(n) }), rapid.Map(rapid.Float64(), func(f float64) any { return f }))
		if depth == 0 {
			return leaf
		}
		key := rapid.StringMatching(`[a-z_]{1,5}`)
		return rapid.OneOf(leaf,
			rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(key, value(depth-1), 0, 3), func(m map[string]any) any { return m }))
	}
	rapid.Check(t, func(t *rapid.T) {
		want := value(3).Draw(t, "value")
		raw, err := json.Marshal(want)
		if err != nil {
			t.Skip("no JSON")
		}
		s := newScanner(raw)
		got, err := s.scan()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		for _, f := range s.flaws {
			if f.Code != codeOutOfRange && f.Message != "must not be null" { // a large float is written as an integer
				t.Fatalf("%+v in %s", f, raw)
			}
		}
	})
}
