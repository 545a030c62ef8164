package api

import (
	"strconv"
	"strings"

	"rialto/functions/internal/fault"
)

// The inputs here are embedded in a route's input.

// Marketplace is the X-Marketplace header: an ISO 3166-1 alpha-2 country code, US when absent. Whether such a
// marketplace exists is the use case's question.
type Marketplace struct {
	Market string `header:"X-Marketplace" default:"US" pattern:"^[A-Z]{2}$" patternDescription:"two capital letters" doc:"The marketplace, a country code"`
}

// IdempotencyKey is the required Idempotency-Key header of routes that spend.
type IdempotencyKey struct {
	Key string `header:"Idempotency-Key" required:"true" pattern:"^[A-Za-z0-9_-]{8,64}$" patternDescription:"8 to 64 letters, digits, underscores and hyphens" doc:"Names this attempt; a repetition gets the first answer"`
}

// OptionalIdempotencyKey is the Idempotency-Key header where another guard, such as IfMatch, can stand in.
type OptionalIdempotencyKey struct {
	Key string `header:"Idempotency-Key" pattern:"^[A-Za-z0-9_-]{8,64}$" patternDescription:"8 to 64 letters, digits, underscores and hyphens" doc:"Names this attempt; a repetition changes nothing"`
}

// IfMatch is the If-Match header: the ETag of the version that the change is meant for.
type IfMatch struct {
	Match string `header:"If-Match" maxLength:"64" doc:"The ETag of the version that is to be changed"`
}

// Version returns the version that If-Match names, and whether it is given at all. One that no ETag of ours
// looks like fails with invalid_if_match. A weak tag is accepted, as a proxy that compresses makes tags weak
// and ours name versions, not bytes.
func (m IfMatch) Version() (version int64, given bool, err error) {
	if m.Match == "" {
		return 0, false, nil
	}
	quoted := strings.TrimPrefix(m.Match, "W/")
	if len(quoted) > 2 && quoted[0] == '"' && quoted[len(quoted)-1] == '"' {
		if v, err := strconv.ParseUint(quoted[1:len(quoted)-1], 10, 63); err == nil {
			return int64(v), true, nil
		}
	}
	return 0, true, fault.New(fault.Invalid, "invalid_if_match", "If-Match must be an ETag that this API gave").
		With(fault.Field{Pointer: "header.If-Match", Code: "bad_format", Message: "must be an ETag that this API gave"})
}

// Replaces returns the version that If-Match names, nil if it is not given. It fails as Version does.
func (m IfMatch) Replaces() (*int64, error) {
	version, given, err := m.Version()
	if err != nil || !given {
		return nil, err
	}
	return &version, nil
}

// Page asks for a part of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"The most items to return"`
	Cursor string `query:"cursor" maxLength:"512" doc:"Where to go on: next_cursor of the page before"`
}
