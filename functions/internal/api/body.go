package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"rialto/functions/internal/fault"
)

const (
	bodyLimit  = 256 << 10 // bytes
	depthLimit = 32        // arrays and objects inside each other
)

// refusal is an answer about the form of a request, for which no kind of fault stands.
type refusal struct {
	status       int
	code, detail string
}

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status, code, fmt.Sprintf(format, args...)}
}

func malformed(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "malformed_body", format, args...)
}

// readBody takes the whole body and puts it back for huma, after the checks that huma does not make or
// answers with the caller's text. Flaws of single fields are returned, to be listed with all others.
func (b *bound) readBody(r *http.Request, required bool) ([]fault.Field, *refusal) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit+1))
	if err != nil {
		return nil, malformed("the body could not be read")
	}
	if len(raw) > bodyLimit {
		return nil, refuse(http.StatusRequestEntityTooLarge, "body_too_large", "the body has more than %d bytes", bodyLimit)
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	if len(raw) == 0 {
		if required {
			return nil, refuse(http.StatusBadRequest, "missing_body", "this operation needs a body")
		}
		return nil, nil
	}
	if !isJSON(r.Header.Values("Content-Type")) {
		return nil, refuse(http.StatusUnsupportedMediaType, "unsupported_media_type", "the body must be application/json in UTF-8")
	}
	if err := json.Unmarshal(raw, &json.RawMessage{}); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) { // its text holds a character of the body, its offset tells as much
			return nil, malformed("the body is not one JSON value; reading stopped at byte %d", syntax.Offset)
		}
		return nil, malformed("the body is not one JSON value")
	}
	s := newScanner(raw)
	tree, err := s.scan()
	if err != nil {
		return nil, malformed("the body nests more than %d levels", depthLimit)
	}
	return append(s.flaws, b.badTexts(tree)...), nil
}

// isJSON accepts JSON in UTF-8. A body without a type is taken for JSON.
func isJSON(types []string) bool {
	if len(types) == 0 {
		return true
	}
	kind, params, err := mime.ParseMediaType(types[0])
	charset, given := params["charset"]
	return err == nil && len(types) == 1 && kind == "application/json" &&
		(!given || strings.EqualFold(charset, "utf-8"))
}
