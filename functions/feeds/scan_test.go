package feeds

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func scanned(t testing.TB, in io.Reader, comma byte) []string {
	t.Helper()
	var out []string
	for s := newScanner(in, comma, 0, 1); ; {
		r, err := s.next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.flaw != nil {
			out = append(out, fmt.Sprintf("%d !%s", r.line, r.flaw.Code))
			continue
		}
		out = append(out, fmt.Sprintf("%d %s", r.line, r.text))
	}
}

// Seen to catch: a quote in the middle of a field that opens one; lines not counted inside quotes; a last line
// without its line feed lost.
func TestRecords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxRecord+1)
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"empty":                    {"", nil},
		"blank":                    {"\n \r\n\n", nil},
		"plain":                    {"a,b\nc,d\n", []string{"1 a,b", "2 c,d"}},
		"no end":                   {"a\nb", []string{"1 a", "2 b"}},
		"CRLF":                     {"a\r\n\r\nb\r\n", []string{"1 a", "3 b"}},
		"quoted breaks":            {"\"a\nb\r\nc\",d\ne\n", []string{"1 \"a\nb\r\nc\",d", "4 e"}},
		"doubled quotes":           {"\"a\"\"\nb\"\nc\n", []string{"1 \"a\"\"\nb\"", "3 c"}},
		"a quote inside":           {"5\" pipe,x\ny\n", []string{"1 5\" pipe,x", "2 y"}},
		"a later field":            {"a,\"b\nc\"\nd\n", []string{"1 a,\"b\nc\"", "3 d"}},
		"other separator":          {"a;\"b\nc\"\n", []string{"1 a;\"b", "2 c\""}},
		"open at the end":          {"a\n\"b,1\nc,2\nd", []string{"1 a", "2 !open_quote", "3 c,2", "4 d"}},
		"a stray quote":            {"a,\"b\nc,d\ne,\"f, g\"\nh,i\n", []string{"1 !bad_quote", "2 c,d", "3 e,\"f, g\"", "4 h,i"}},
		"two stray quotes":         {"\"a,b\n\"c,d\ne,f", []string{"1 !bad_quote", "2 !open_quote", "3 e,f"}},
		"a stray quote and a pair": {"a,\"b\nc,\"\"\nd,\"e\"\n", []string{"1 !bad_quote", "2 c,\"\"", "3 d,\"e\""}},
		"closed, and goes on":      {"a,\"b\nc\" ,d\ne\n", []string{"1 a,\"b\nc\" ,d", "3 e"}},
		"a quote in a quote":       {"a,\"5\"\n6\" x\"\nb\n", []string{"1 a,\"5\"", "2 6\" x\"", "3 b"}},
		"only open":                {"\"a", []string{"1 !open_quote"}},
		"too long":                 {"a\n" + long + "\nb\n", []string{"1 a", "2 !row_too_long", "3 b"}},
		"too long at end":          {"a\n" + long, []string{"1 a", "2 !row_too_long"}},
		"ten megabytes":            {strings.Repeat("y", 10<<20) + "\nb\n", []string{"1 !row_too_long", "2 b"}},
		"open for long":            {"\"a,1\n" + strings.Repeat("b,2\n", maxRecord/2) + "c,3\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := scanned(t, strings.NewReader(c.in), ',')
			if name == "open for long" { // one line is lost, and none of the others
				if n := strings.Count(c.in, "\n"); len(got) != n || got[0] != "1 !open_quote" || got[n-1] != fmt.Sprintf("%d c,3", n) {
					t.Errorf("%d records, the first %s, the last %s", len(got), got[0], got[len(got)-1])
				}
				return
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.want, scanned(t, iotest.HalfReader(strings.NewReader(c.in)), ',')); d != "" {
				t.Error("in halves:", d)
			}
		})
	}
}

// Seen to catch: rows behind a stray quote that become one field of it, as the next quote seems to close it.
func TestAQuoteThatWasNotMeantCostsItsRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"closed by a quote before a separator": {"a,\"b,c\nd,e,f\ng,\",h\",i\nj,k,l\n", []string{"1 !bad_quote", "2 d,e,f", "3 g,\",h\",i",
			"4 j,k,l"}},
		"at the end of the file": {"a,\"b,c\nd,\",e\",f", []string{"1 !bad_quote", "2 d,\",e\",f"}},
		"a field of two lines":   {"a,\"b\n\",c,,\nd,e,f", []string{"1 a,\"b\n\",c,,", "3 d,e,f"}},
	} {
		var got []string
		s := newScanner(iotest.HalfReader(strings.NewReader(c.in)), ',', 0, 1)
		s.columns = 3
		for {
			r, err := s.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if r.flaw != nil {
				r.text = []byte("!" + r.flaw.Code)
			}
			got = append(got, fmt.Sprintf("%d %s", r.line, r.text))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Error(name, d)
		}
	}
}

// However a file is read, and wherever another goes on, the records are the same. Seen to catch: a line number that
// is off by the lines of a refused record; a position in the middle of a line end.
func TestAnotherCanGoOnAnywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SampledFrom([]string{"a", "b,c", "\"", "\"\"", ",", ";", "\n", "\r\n", "\"x\ny\"", " ", "é"})
		text := strings.Join(rapid.SliceOf(pieces).Draw(t, "text"), "")
		comma := rapid.SampledFrom([]byte{0, ',', ';'}).Draw(t, "comma")
		all := newScanner(strings.NewReader(text), comma, 0, 1)
		all.columns = rapid.IntRange(0, 3).Draw(t, "columns")
		type seen struct {
			line int
			text string
			flaw bool
		}
		var want []seen
		from := []int{0}
		lines := []int{1}
		for {
			r, err := all.next()
			if errors.Is(err, io.EOF) {
				break
			}
			want = append(want, seen{r.line, string(r.text), r.flaw != nil})
			from, lines = append(from, int(all.position)), append(lines, all.line)
		}
		if int(all.position) != len(text) {
			t.Fatalf("%q: it ends at %d of %d", text, all.position, len(text))
		}
		i := rapid.IntRange(0, len(want)).Draw(t, "at")
		again := newScanner(iotest.OneByteReader(strings.NewReader(text[from[i]:])), comma, int64(from[i]), lines[i])
		again.columns = all.columns
		var got []seen
		for {
			r, err := again.next()
			if errors.Is(err, io.EOF) {
				break
			}
			got = append(got, seen{r.line, string(r.text), r.flaw != nil})
		}
		noNil := cmp.Transformer("nil", func(s []seen) []seen { return append([]seen{}, s...) })
		if d := cmp.Diff(want[i:], got, cmp.AllowUnexported(seen{}), noNil); d != "" && len(got)+len(want[i:]) > 0 {
			t.Fatalf("%q from %d: %s", text, from[i], d)
		}
	})
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"a,b\nc", "\"a\nb\",c\n", "\"", "\xff\xfe", "\r\n\r\n", "5\" x,\"\"\n", "{\"a\":1}\n"} {
		f.Add([]byte(s), byte(','))
	}
	f.Fuzz(func(t *testing.T, b []byte, comma byte) {
		if comma == '\n' || comma == '"' {
			return
		}
		s := newScanner(bytes.NewReader(b), comma, 0, 1)
		for lines := 0; ; {
			r, err := s.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || r.line <= lines || len(r.text) > maxRecord || s.position > int64(len(b)) {
				t.Fatal(err, r.line, lines)
			}
			lines = r.line
			if r.flaw == nil {
				_, _ = rowOfCells(r.text, ',', []string{"a", ""})
				_, _, _ = rowOfObject(r.text, Products)
			}
		}
	})
}
