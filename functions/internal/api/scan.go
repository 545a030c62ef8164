package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"rialto/functions/internal/fault"
)

// scanner walks a valid JSON text. It builds the tree that huma validates, and finds what encoding/json lets
// pass: fields given twice (the last would win), text that is none (it would be replaced, and PostgreSQL
// refuses NUL), numbers beyond their range, and null, which no field here takes for a value.
type scanner struct {
	raw    []byte
	json   *json.Decoder
	flaws  []fault.Field
	target int64  // an offset to find the pointer of, or 0
	found  string // the pointer of the first scalar that ends at target or after
}

func newScanner(raw []byte) *scanner {
	s := &scanner{raw: raw, json: json.NewDecoder(bytes.NewReader(raw))}
	s.json.UseNumber()
	return s
}

var errDepth = errors.New("nested too deeply")

// scan returns the tree, with object keys as segment writes them. It fails on a text that is no JSON or that
// nests too deeply.
func (s *scanner) scan() (any, error) { return s.value("", 0) }

// pointerAt returns the pointer of the scalar that ends at an offset, as encoding/json reports a type error.
func pointerAt(raw []byte, offset int64) string {
	s := newScanner(raw)
	s.target = offset
	_, _ = s.scan() // raw was scanned before
	return s.found
}

func (s *scanner) flaw(pointer, code string) {
	s.flaws = append(s.flaws, flaw(pointer, code, ""))
}

func (s *scanner) value(pointer string, depth int) (any, error) {
	if depth > depthLimit {
		return nil, errDepth
	}
	token, text, err := s.token()
	if err != nil {
		return nil, err
	}
	if t, ok := token.(json.Delim); ok {
		if t == '{' {
			return s.object(pointer, depth)
		}
		return s.array(pointer, depth)
	}
	if s.target > 0 && s.json.InputOffset() >= s.target {
		s.found, s.target = pointer, 0
	}
	switch t := token.(type) {
	case nil:
		s.flaws = append(s.flaws, flaw(pointer, codeWrongType, "must not be null"))
	case string:
		if !isText(t, text) {
			s.flaw(pointer, codeBadText)
		}
	case json.Number:
		return s.number(t.String(), pointer), nil
	}
	return token, nil
}

func (s *scanner) object(pointer string, depth int) (any, error) {
	object := map[string]any{}
	for s.json.More() {
		token, text, err := s.token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // JSON has no other keys
		at := pointer
		if isName(key) {
			at = pointer + "/" + key
		}
		if !isText(key, text) {
			s.flaw(at, codeBadText)
		}
		name := segment(key)
		if _, twice := object[name]; twice {
			s.flaw(at, codeDuplicate)
		}
		if object[name], err = s.value(at, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := s.json.Token()
	return object, err
}

func (s *scanner) array(pointer string, depth int) (any, error) {
	array := []any{}
	for s.json.More() {
		v, err := s.value(pointer+"/"+strconv.Itoa(len(array)), depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	_, err := s.json.Token()
	return array, err
}

// number returns what huma compares with bounds. An integer beyond int64 would lose its value or fail late,
// without a place, so it is named here.
func (s *scanner) number(literal, pointer string) float64 {
	f, err := strconv.ParseFloat(literal, 64)
	if err == nil && !strings.ContainsAny(literal, ".eE") {
		_, err = strconv.ParseInt(literal, 10, 64)
	}
	if err != nil {
		s.flaw(pointer, codeOutOfRange)
	}
	return f
}

// token returns the next token and the bytes it was read from.
func (s *scanner) token() (json.Token, []byte, error) {
	from := s.json.InputOffset()
	token, err := s.json.Token()
	if err != nil {
		return nil, nil, err
	}
	return token, s.raw[from:s.json.InputOffset()], nil
}

// isText tells whether a string's JSON text is UTF-8 and its escapes are characters, none of them NUL.
func isText(decoded string, raw []byte) bool {
	return utf8.Valid(raw) && !strings.ContainsRune(decoded, 0) && !hasHalfPair(raw)
}

// hasHalfPair finds a surrogate without its other half. The decoder would make it U+FFFD, which a caller may
// also write.
func hasHalfPair(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++ // at what is escaped
		first := escaped(raw[i:])
		if !utf16.IsSurrogate(first) {
			continue
		}
		i += 5 // behind the four digits, where the other half begins
		if i >= len(raw) || raw[i] != '\\' || utf16.DecodeRune(first, escaped(raw[i+1:])) == utf8.RuneError {
			return true
		}
	}
	return false
}

// escaped is the code unit of uXXXX, 0 of any other escape.
func escaped(raw []byte) rune {
	if len(raw) < 5 || raw[0] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(raw[1:5]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(unit)
}
