package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what class of failure an error is; each exit maps it once.
type Kind uint8

const (
	Internal     Kind = iota // ours: a bug or a broken dependency
	Malformed                // the request cannot be read
	Invalid                  // the request can be read and breaks a rule
	Unauthorized             // nobody is signed in
	Forbidden                // somebody is, and may not
	NotFound                 // no such thing, or not theirs
	Conflict                 // the state of the thing forbids it
	Stale                    // If-Match named another version
	Declined                 // the bank refused
	TooLarge                 // more than is accepted
	Throttled                // too much at once; try later
	Unavailable              // a dependency is away; try later
)

// Field is one rejected input. Pointer is a JSON pointer into the body (RFC 6901), or "query.q", "path.id",
// "header.If-Match". Message never repeats the value: it may be private.
type Field struct {
	Pointer string `json:"pointer" dynamodbav:"pointer"`
	Code    string `json:"code" dynamodbav:"code"`
	Message string `json:"message" dynamodbav:"message"`
}

// Error is a failure with a stable, documented Code in lower snake case.
type Error struct {
	Kind       Kind
	Code       string
	Message    string
	Fields     []Field
	RetryAfter time.Duration // 0 when retrying is pointless or the caller may choose
	// Current is what stands now, for a caller whose picture is old; nil for nothing. It leaves through HTTP alone, as JSON.
	Current any
	cause   error
}

// New returns an error of a kind. The message is for people outside: it names no internals and no values.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// ErrCursor refuses to go on from what is no place of a list. Where a page ended comes back from whoever was shown it, as they please.
var ErrCursor = New(Invalid, "invalid_cursor", "the cursor is not one that this API gave").
	With(Field{Pointer: "query.cursor", Code: "bad_format", Message: "must be the next_cursor of a page"})

// Because keeps the cause for the log; it is never shown outside.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// With adds rejected inputs.
func (e *Error) With(fields ...Field) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), fields...)
	return &c
}

// After says when it is worth trying again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Showing says what stands now.
func (e *Error) Showing(current any) *Error {
	c := *e
	c.Current = current
	return &c
}

// Error is for the log: it tells the cause too.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.Message + ": " + e.cause.Error()
	}
	return e.Code + ": " + e.Message
}

// Unwrap returns the cause, nil if there is none.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is compare by Code, so a sentinel fault matches its wrapped and annotated copies.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Of returns the fault in err's chain, or an Internal one whose message tells nothing.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return New(Internal, "internal", "something failed on our side").Because(err)
}

// Code returns the stable code of err, "" for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	return Of(err).Code
}

// Transient tells whether the same request may succeed later unchanged.
func (k Kind) Transient() bool { return k == Internal || k == Throttled || k == Unavailable }
