package api

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
)

type testPosition struct {
	Rank string `json:"r"`
	N    int64  `json:"n"`
}

func TestCursorsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := testPosition{Rank: rapid.StringN(0, 30, 60).Draw(t, "rank"), N: rapid.Int64().Draw(t, "n")}
		s, err := EncodeCursor(in)
		if err != nil {
			t.Fatal(err)
		}
		var out testPosition
		if err := DecodeCursor(s, &out); err != nil {
			t.Fatal(err)
		}
		if strings.ToValidUTF8(in.Rank, "") == in.Rank {
			if diff := cmp.Diff(in, out); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestForeignCursorsAreRefused(t *testing.T) {
	t.Parallel()
	encode := base64.RawURLEncoding.EncodeToString
	for _, s := range []string{"x", "%", encode([]byte("{}")), encode([]byte(`{"v":2,"at":{"r":"a","n":1}}`)),
		encode([]byte(`{"v":1,"at":{"r":"a","x":1}}`)),
		encode([]byte(`{"v":1,"at":{"r":"a"},"w":1}`)), encode([]byte(`{"v":1,"at":{"n":"a"}}`)), encode([]byte(`{"v":1,"at":{}}{}`)),
		encode([]byte(`{"v":1,"at":{"r":"` + strings.Repeat("a", 512) + `"}}`)),
		encode([]byte(`{"v":1,"at":{}}`)) + "==",
		encode([]byte(`{"v":1,"at":{ }}`))[:21] + "R"} {
		var p testPosition
		err := DecodeCursor(s, &p)
		if f := fault.Of(err); err == nil || f.Kind != fault.Invalid || f.Code != "invalid_cursor" || len(f.Fields) != 1 {
			t.Errorf("%q: %v", s, err)
		}
	}
	p := testPosition{N: 7}
	if err := DecodeCursor("", &p); err != nil || p.N != 7 {
		t.Errorf("an absent cursor changes the position: %v %v", p, err)
	}
	if _, err := EncodeCursor(testPosition{Rank: strings.Repeat("a", 500)}); err == nil {
		t.Error("a cursor longer than callers may send was made")
	}
	if _, err := EncodeCursor(make(chan int)); err == nil {
		t.Error("a channel became a cursor")
	}
	if s, err := EncodeCursor(testPosition{}); err != nil || s != "" {
		t.Errorf("no position became %q %v", s, err)
	}
}

func TestIfMatchReadsWhatETagOfWrites(t *testing.T) {
	t.Parallel()
	for _, v := range []int64{0, 1, 1<<63 - 1} {
		got, given, err := IfMatch{Match: ETagOf(v).Tag}.Version()
		if got != v || !given || err != nil {
			t.Errorf("%d: %d %v %v", v, got, given, err)
		}
	}
	if _, given, err := (IfMatch{}).Version(); given || err != nil {
		t.Errorf("absent: %v %v", given, err)
	}
	for _, s := range []string{"3", `"3`, `""`, `"`, "*", `"-1"`, `"3","4"`, `"x"`, `"9223372036854775808"`} {
		if _, _, err := (IfMatch{Match: s}).Version(); fault.Code(err) != "invalid_if_match" {
			t.Errorf("%s: %v", s, err)
		}
	}
}
