package feeds

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

const (
	// maxColumns bounds a header: what has more is no table of ours.
	maxColumns = 300
	// preamble is within how many lines a header is looked for.
	preamble = 10
	// maxSample bounds the rows that are looked at for how the columns are written.
	maxSample = 1000
)

// layout is how a file of CSV is laid out, as its first window shows.
type layout struct {
	comma    byte
	skip     int      // bytes before the header
	line     int      // of the header, from 1
	columns  []string // what they mean, "" for those that are ignored
	ignored  []string // names of columns that are not taken
	decimals map[string]string
	money    string // the currency that the header says prices are in
}

// layoutOf finds the header of a file, whose first text is given, whole if it is no longer: the first line, or, behind
// what a template or a shop says of itself, the line that names most columns. Errors: empty_file, and what mapHeader says
// of the first line.
func layoutOf(kind Kind, text []byte, whole bool) (layout, error) {
	var first error // why the first line is none
	var best layout
	known, comma := 0, byte(0)
	rest := text
	for line := 1; line <= preamble && len(rest) > 0 && len(text)-len(rest) <= maxRecord; line++ {
		raw, behind, _ := bytes.Cut(rest, []byte("\n"))
		raw = bytes.TrimSpace(raw)
		at := len(text) - len(rest)
		rest = behind
		if sep, ok := separatorLine(raw); ok && line == 1 {
			comma = sep
			continue
		}
		if len(raw) == 0 {
			continue
		}
		l, n, err := tryHeader(kind, text[at:], comma, whole)
		l.skip, l.line = at, line
		switch {
		case first == nil && err == nil && !isPreamble(raw):
			return l, nil
		case first == nil:
			first = cmp.Or(err, error(badFile("unknown_header", "none of the first %d lines names columns that are known", preamble)))
		case err == nil && n >= max(2, known): // of Amazon's labels and names, the names, which come last
			best, known = l, n
		}
	}
	if known > 0 {
		return best, nil
	}
	if first == nil {
		first = badFile("empty_file", "the file is empty")
	}
	return layout{}, first
}

// separatorLine reads the line with which a spreadsheet is told the separator: sep=;
func separatorLine(line []byte) (byte, bool) {
	rest, ok := bytes.CutPrefix(bytes.ToLower(bytes.Trim(line, `"`)), []byte("sep="))
	if !ok || len(rest) != 1 || !strings.Contains(separators, string(rest)) {
		return 0, false
	}
	return rest[0], true
}

// isPreamble tells whether a first line says what template the file is of: Amazon's, eBay's.
func isPreamble(line []byte) bool {
	return bytes.HasPrefix(line, []byte("TemplateType=")) || bytes.HasPrefix(line, []byte("settings=")) || bytes.HasPrefix(line, []byte("#INFO"))
}

// tryHeader reads what begins a text as a header, and how the rows behind it are written. It tells how many columns are
// taken.
func tryHeader(kind Kind, text []byte, comma byte, whole bool) (l layout, known int, err error) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	if l.comma = comma; comma == 0 {
		l.comma = commaOf(bytes.TrimSuffix(line, []byte("\r")))
	}
	table, err := cellsWithin(text, l.comma, whole)
	if err != nil || len(table) == 0 {
		return l, 0, badFile("unknown_header", "the first line cannot be read as a header")
	}
	if l.columns, l.ignored, err = mapHeader(kind, table[0], table[1:]); err != nil {
		return l, 0, err
	}
	for i, c := range l.columns {
		if c != "" {
			known++
		}
		if c == colPrice {
			l.money = meaningOf(table[0][i]).money
		}
	}
	l.decimals = decimalsOf(l.columns, table[1:])
	return l, known, nil
}

// cellsWithin splits the first records of a text; one that may go on behind it is left out, and so are those that cannot
// be read. It fails if the first cannot.
func cellsWithin(text []byte, comma byte, whole bool) ([][]string, error) {
	var out [][]string
	for s := newScanner(bytes.NewReader(text), comma, 0, 1); len(out) <= maxSample; {
		r, err := s.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if len(out) > 0 && !whole && s.position == int64(len(text)) {
			return out, nil
		}
		cells, err := cellsOf(r.text, comma)
		if r.flaw != nil || err != nil {
			if len(out) == 0 {
				return nil, errQuote
			}
			continue
		}
		if len(out) == 0 {
			s.columns = len(cells)
		}
		out = append(out, cells)
	}
	return out, nil
}

// mapHeader finds what the columns of a header mean: "" for those that are ignored. Of two that mean the same, the one
// with the preferred name is taken. sample are rows behind it. It fails with unknown_header if none is known,
// duplicate_header if two of one name mean something, and missing_column.
func mapHeader(kind Kind, header []string, sample [][]string) (columns, ignored []string, err error) {
	if len(header) > maxColumns {
		return nil, nil, badFile("unknown_header", "the header has more than %d columns", maxColumns)
	}
	at := map[string]int{} // the column that is taken
	known := false
	columns = make([]string, len(header))
	for i, name := range header {
		m := meaningOf(name)
		known = known || m.column != ""
		if !kind.takes(m.column) {
			continue
		}
		first, twice := at[m.column]
		switch {
		case !twice || slices.Contains(several, m.column):
			columns[i], at[m.column] = m.column, i
		case meaningOf(header[first]).rank == m.rank:
			return nil, nil, badFile("duplicate_header", "columns %d and %d both mean %s", first+1, i+1, m.column)
		case m.rank < meaningOf(header[first]).rank:
			columns[i], columns[first], at[m.column] = m.column, "", i
		}
	}
	if !known {
		return nil, nil, badFile("unknown_header",
			"the first line names no column that is known: is it a header, and are the columns separated by comma, semicolon or tab?")
	}
	leaveForeignIDs(columns, header, at, sample)
	if kind == Products {
		relations(columns, header, at, sample)
	}
	for i, name := range header {
		if name = strings.TrimSpace(name); columns[i] == "" && name != "" {
			ignored = append(ignored, clip(name, 60))
		}
	}
	for _, any := range requiredColumns[kind] {
		if !slices.ContainsFunc(any, func(c string) bool { _, there := at[c]; return there }) {
			return nil, nil, badFile("missing_column", "a feed of %s needs a column %s", kind, strings.Join(any, " or "))
		}
	}
	return columns, ignored, nil
}

// leaveForeignIDs takes a column of Amazon's ids, or of a shop's own numbers, for what it is where the rows have another
// name for their product. A shop's own number is its sku where it has no other (G).
func leaveForeignIDs(columns, header []string, at map[string]int, sample [][]string) {
	i, there := at[colProduct]
	_, sku := at[colSKU]
	_, gtin := at[colGTIN]
	if !there || !sku && !gtin || meaningOf(header[i]).rank == 0 {
		return
	}
	ours := func(row []string) bool { return i < len(row) && ids.Valid(ids.Product, row[i]) }
	if !slices.ContainsFunc(sample, ours) {
		columns[i] = ""
		switch parent, related := at[colParent]; {
		case related && fold(header[parent]) == "parent": // a variant may name its parent by it (W: id:44)
			columns[i] = colNumber
		case !sku && fold(header[i]) == "id":
			columns[i], at[colSKU] = colSKU, i
		}
		delete(at, colProduct)
	}
}

// relations takes a column Type, or Magento's product_type, for what WooCommerce has in it, whether a row is of a product, of a
// parent or of a variant, where the rows show it.
func relations(columns, header []string, at map[string]int, sample [][]string) {
	i := slices.IndexFunc(header, func(name string) bool { return fold(name) == "type" || fold(name) == "producttype" })
	if _, there := at[colRelation]; there || i < 0 {
		return
	}
	shown := false
	for _, row := range sample {
		if i < len(row) && strings.TrimSpace(row[i]) != "" {
			if _, known := relationWords[relationOf(row[i])]; !known {
				return
			}
			shown = true
		}
	}
	if shown {
		if at[colCategory] == i {
			delete(at, colCategory)
		}
		columns[i], at[colRelation] = colRelation, i
	}
}

// decimalsOf finds the mark before decimals in each column of numbers that shows one, and no other.
func decimalsOf(columns []string, sample [][]string) map[string]string {
	out := map[string]string{}
	for i, c := range columns {
		if c != colPrice && c != colShipping && c != colQuantity && c != colChange {
			continue
		}
		var shown []string
		for _, row := range sample {
			if i < len(row) {
				if d := decimalOf(row[i]); d != "" && !slices.Contains(shown, d) {
					shown = append(shown, d)
				}
			}
		}
		if len(shown) == 1 {
			out[c] = shown[0]
		}
	}
	return out
}

// badFile says why no row of a file can be read.
func badFile(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, code, format, args...)
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
