package api

import (
	"context"
	"slices"

	"rialto/functions/internal/fault"
)

// The codes of fault.Field that reading a request gives.
const (
	codeBadFormat        = "bad_format"
	codeBadText          = "bad_text"
	codeDuplicate        = "duplicate_field"
	codeInvalid          = "invalid"
	codeNotAllowed       = "not_allowed"
	codeNotUnique        = "not_unique"
	codeOutOfRange       = "out_of_range"
	codeRepeated         = "repeated_parameter"
	codeRequired         = "required"
	codeTooFew           = "too_few"
	codeTooLarge         = "too_large"
	codeTooLong          = "too_long"
	codeTooMany          = "too_many"
	codeTooShort         = "too_short"
	codeTooSmall         = "too_small"
	codeUnknownField     = "unknown_field"
	codeUnknownParameter = "unknown_parameter"
	codeWrongType        = "wrong_type"
)

// messages are the texts of flaws that the schema adds nothing to.
var messages = map[string]string{
	codeBadFormat:        "does not have the required form",
	codeBadText:          "must be UTF-8 text without NUL",
	codeDuplicate:        "must be given once",
	codeInvalid:          "is not accepted",
	codeOutOfRange:       "is beyond the range of its type",
	codeRepeated:         "must be given once",
	codeRequired:         "is required",
	codeUnknownField:     "is not a field here",
	codeUnknownParameter: "is not a parameter of this operation",
	codeWrongType:        "has the wrong type",
}

// flaw is one rejected input; without a message it gets the code's.
func flaw(pointer, code, message string) fault.Field {
	if message == "" {
		message = messages[code]
	}
	return fault.Field{Pointer: pointer, Code: code, Message: message}
}

// firstOfEachPlace keeps the first flaw of each place: what follows is a consequence of it.
func firstOfEachPlace(flaws []fault.Field) []fault.Field {
	seen := map[string]bool{}
	return slices.DeleteFunc(flaws, func(f fault.Field) bool {
		again := seen[f.Pointer] && f.Code != codeUnknownField && f.Code != codeUnknownParameter
		seen[f.Pointer] = true
		return again
	})
}

type flawsKey struct{}

func withFlaws(ctx context.Context, flaws []fault.Field) context.Context {
	return context.WithValue(ctx, flawsKey{}, flaws)
}

// flawsOf are the flaws found before huma looked at the request.
func flawsOf(ctx context.Context) []fault.Field {
	flaws, _ := ctx.Value(flawsKey{}).([]fault.Field)
	return flaws
}
