package feeds

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"rialto/functions/internal/fault"
)

// row is what one record says, by column. Lists are joined by listSeparator, in files of either form.
type row map[string]string

const listSeparator = "|"

var (
	errEncoding = fault.New(fault.Malformed, "wrong_encoding", "the row is not UTF-8")
	errQuote    = fault.New(fault.Malformed, "bad_quote", "text follows a closing double quote; a quote inside quotes is written twice")
	errExtra    = fault.New(fault.Malformed, "extra_cells", "the row has more cells than the header has columns")
	errJSON     = fault.New(fault.Malformed, "malformed_row", "the line is not one JSON object")
)

// separators that a CSV file may use.
const separators = ",;\t|"

// commaOf is the separator under which most cells of a header are columns that are known.
func commaOf(header []byte) byte {
	best, most := byte(','), -1
	for _, comma := range []byte(separators) {
		cells, err := cellsOf(header, comma)
		if err != nil {
			continue
		}
		known := 0
		for _, c := range cells {
			if meaningOf(c).column != "" {
				known++
			}
		}
		if known > most {
			best, most = comma, known
		}
	}
	return best
}

// cellsOf splits a CSV record (RFC 4180, with any separator).
func cellsOf(text []byte, comma byte) ([]string, error) {
	if !utf8.Valid(text) {
		return nil, errEncoding
	}
	var cells []string
	for s := string(text); ; {
		if !strings.HasPrefix(s, `"`) {
			cell, rest, more := strings.Cut(s, string(comma))
			cells = append(cells, strings.TrimSpace(cell))
			if !more {
				return cells, nil
			}
			s = rest
			continue
		}
		cell, rest, ok := unquote(s[1:])
		if !ok {
			return nil, errQuote
		}
		cells = append(cells, strings.TrimSpace(cell))
		if rest = strings.TrimLeft(rest, " "); rest == "" {
			return cells, nil
		}
		if rest[0] != comma {
			return nil, errQuote
		}
		s = rest[1:]
	}
}

// unquote reads up to the closing quote.
func unquote(s string) (cell, rest string, ok bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(s[:i])
		if s = s[i+1:]; !strings.HasPrefix(s, `"`) {
			return b.String(), s, true
		}
		b.WriteByte('"')
		s = s[1:]
	}
}

// rowOfCells gives the cells of a CSV record their columns. A record may end early: its last cells are empty.
func rowOfCells(text []byte, comma byte, columns []string) (row, error) {
	cells, err := cellsOf(text, comma)
	if err != nil {
		return nil, err
	}
	r := row{}
	for i, c := range cells {
		c = unescaped(c)
		switch {
		case c == "":
		case i >= len(columns):
			return nil, errExtra
		case r[columns[i]] != "" && slices.Contains(lists, columns[i]):
			r[columns[i]] += listSeparator + c
		case columns[i] != "" && r[columns[i]] == "":
			r[columns[i]] = c
		}
	}
	return r, nil
}

// unescaped takes off what spreadsheets and exports put before a cell lest it be taken for a number or a formula: an
// apostrophe, or ="…" about it.
func unescaped(cell string) string {
	if inner, ok := strings.CutPrefix(cell, `="`); ok && strings.HasSuffix(inner, `"`) {
		return strings.TrimSpace(strings.TrimSuffix(inner, `"`))
	}
	if rest, ok := strings.CutPrefix(cell, "'"); ok && rest != "" && (isDigits(rest) || strings.ContainsRune("=+-@", rune(rest[0]))) {
		return rest
	}
	return cell
}

// rowOfObject reads a line of JSON lines, of which a feed of that kind takes its fields; ignored are the names of the others.
// Of two fields that mean the same, the one with the preferred name is taken, as of columns.
func rowOfObject(text []byte, kind Kind) (r row, ignored []string, err error) {
	if !utf8.Valid(text) {
		return nil, nil, errEncoding
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, errJSON
	}
	r, ranks := row{}, map[string]int{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		var value json.RawMessage
		if err != nil || !ok || d.Decode(&value) != nil {
			return nil, nil, errJSON
		}
		took, err := r.field(kind, name, value, ranks)
		if err != nil {
			return nil, nil, err
		}
		if !took {
			ignored = append(ignored, clip(name, 60))
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, errJSON
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errJSON
	}
	return r, ignored, nil
}

// field takes a field, and tells whether it is one that the feed takes. ranks are those of the names that were taken.
func (r row) field(kind Kind, name string, value json.RawMessage, ranks map[string]int) (bool, error) {
	if fold(name) == "attributes" && kind == Products {
		var of map[string]string
		if json.Unmarshal(value, &of) != nil {
			return true, invalidValue(attributePrefix, "must be an object of texts")
		}
		for k, v := range of {
			r[attributePrefix+k] = v
		}
		return true, nil
	}
	m := meaningOf(name)
	if !kind.takes(m.column) {
		return false, nil
	}
	text, ok := textOf(value)
	if !ok {
		return true, invalidValue(m.column, "must be a text, a number, true, false or a list of texts")
	}
	if before, twice := ranks[m.column]; twice && before == m.rank {
		return true, fault.New(fault.Malformed, "duplicate_field", "two fields mean %s", m.column)
	} else if twice && before < m.rank {
		return false, nil
	}
	ranks[m.column] = m.rank
	if text = strings.TrimSpace(text); text != "" {
		r[m.column] = text
	}
	return true, nil
}

func textOf(value json.RawMessage) (string, bool) {
	switch value[0] {
	case 'n':
		return "", true
	case '{':
		return "", false
	case '[':
		var list []string
		if json.Unmarshal(value, &list) != nil {
			return "", false
		}
		return strings.Join(list, listSeparator), true
	case '"':
		var s string
		err := json.Unmarshal(value, &s)
		return s, err == nil
	}
	return exact(string(value)), true
}

// exact writes a number of JSON, true or false so that a point in it is not taken for one that parts thousands.
func exact(s string) string {
	if whole, fraction, ok := strings.Cut(s, "."); ok && len(fraction) == 3 && isDigits(fraction) {
		return whole + "." + fraction + "0"
	}
	return s
}

// invalidValue refuses a row for one of its values.
func invalidValue(column, message string) error { return invalid("invalid_value", column, message) }

// invalid is invalidValue with a code of its own.
func invalid(code, column, message string) error {
	return fault.New(fault.Invalid, code, "a value is not accepted").With(fault.Field{Pointer: "/" + column, Code: code, Message: message})
}
