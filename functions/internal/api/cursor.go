package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"rialto/functions/internal/fault"
)

const (
	cursorVersion = 1
	cursorLimit   = 512 // characters, as Page.Cursor allows
)

type cursor struct {
	Version  int             `json:"v"`
	Position json.RawMessage `json:"at"`
}

// EncodeCursor makes an opaque cursor of the position at which the next page begins, a small value that encodes as JSON;
// the zero value, after the last page, is no cursor. A cursor is neither secret nor trusted: it holds where to go on in a
// list, never whose list. It fails on a position that does not encode or that needs more than 512 characters.
func EncodeCursor[T comparable](position T) (string, error) {
	if position == *new(T) {
		return "", nil
	}
	at, err := json.Marshal(position)
	if err != nil {
		return "", fmt.Errorf("encode cursor: %w", err)
	}
	raw, err := json.Marshal(cursor{Version: cursorVersion, Position: at})
	if err != nil {
		return "", fmt.Errorf("encode cursor: %w", err)
	}
	s := base64.RawURLEncoding.EncodeToString(raw)
	if len(s) > cursorLimit {
		return "", fmt.Errorf("encode cursor: %d characters are more than %d", len(s), cursorLimit)
	}
	return s, nil
}

// DecodeCursor reads a cursor into position, a pointer; an empty cursor leaves it as it is. It fails with
// invalid_cursor on anything that EncodeCursor did not make for a position of this type.
func DecodeCursor(s string, position any) error {
	if s == "" {
		return nil
	}
	var c cursor
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err == nil && len(s) > cursorLimit {
		err = fmt.Errorf("%d characters", len(s))
	}
	if err == nil {
		err = decodeExactly(raw, &c)
	}
	if err == nil && c.Version != cursorVersion {
		err = fmt.Errorf("version %d", c.Version)
	}
	if err == nil {
		err = decodeExactly(c.Position, position)
	}
	if err != nil {
		return fault.ErrCursor.Because(err)
	}
	return nil
}

// ReadPage reads the page that a cursor begins: read is given the position and returns the page's rows with the next position, the
// zero one after the last page. Each row is shown; a page without any is an empty list. Errors: invalid_cursor, and read's.
func ReadPage[P comparable, R, B any](cursor string, read func(after P) ([]R, P, error), show func(R) B) (page []B, next string, err error) {
	return ReadRows(cursor, read, func(rows []R) ([]B, error) {
		page := make([]B, 0, len(rows))
		for _, r := range rows {
			page = append(page, show(r))
		}
		return page, nil
	})
}

// ReadRows is ReadPage for rows that are shown together, or cannot be.
func ReadRows[P comparable, R, B any](cursor string, read func(after P) ([]R, P, error), show func([]R) ([]B, error)) (
	page []B, next string, err error) {
	var after P
	if err := DecodeCursor(cursor, &after); err != nil {
		return nil, "", err
	}
	rows, position, err := read(after)
	if err != nil {
		return nil, "", err
	}
	if page, err = show(rows); err != nil {
		return nil, "", err
	}
	next, err = EncodeCursor(position)
	return page, next, err
}

// decodeExactly decodes one JSON value without fields that v does not have.
func decodeExactly(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.InputOffset() != int64(len(raw)) {
		return fmt.Errorf("trailing data")
	}
	return nil
}
