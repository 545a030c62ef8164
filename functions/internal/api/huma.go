package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"rialto/functions/internal/fault"
)

// mark separates the code, the text and the place of the messages that huma is given.
const mark = "\x1f"

// huma's texts and constructors are variables of its packages. No other package of ours imports it.
func init() {
	huma.ValidateStrictCasing = true  // "Quantity" is not quantity
	huma.DefaultArrayNullable = false // null is no list
	huma.ErrorFormatter = formatWithoutCause
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return rejected(context.Background(), status, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return rejected(ctx.Context(), status, errs)
	}
	say := func(code, text string) string { return code + mark + text }

	validation.MsgUnexpectedProperty = say(codeUnknownField, "")
	validation.MsgExpectedRequiredProperty = say(codeRequired, "%s")
	validation.MsgExpectedDependentRequiredProperty = say(codeRequired, "%s")

	validation.MsgExpectedBoolean = say(codeWrongType, "must be true or false")
	validation.MsgExpectedNumber = say(codeWrongType, "must be a number")
	validation.MsgExpectedInteger = say(codeWrongType, "must be an integer")
	validation.MsgExpectedString = say(codeWrongType, "must be a string")
	validation.MsgExpectedArray = say(codeWrongType, "must be a list")
	validation.MsgExpectedObject = say(codeWrongType, "must be an object")

	validation.MsgExpectedOneOf = say(codeNotAllowed, `must be one of: %s`)
	validation.MsgExpectedMinimumNumber = say(codeTooSmall, "must be at least %v")
	validation.MsgExpectedExclusiveMinimumNumber = say(codeTooSmall, "must be more than %v")
	validation.MsgExpectedMaximumNumber = say(codeTooLarge, "must be at most %v")
	validation.MsgExpectedExclusiveMaximumNumber = say(codeTooLarge, "must be less than %v")
	validation.MsgExpectedNumberBeMultipleOf = say(codeNotAllowed, "must be a multiple of %v")
	validation.MsgExpectedMinLength = say(codeTooShort, "must have at least %d characters")
	validation.MsgExpectedMaxLength = say(codeTooLong, "must have at most %d characters")
	validation.MsgExpectedMinItems = say(codeTooFew, "must have at least %d items")
	validation.MsgExpectedMaxItems = say(codeTooMany, "must have at most %d items")
	validation.MsgExpectedMinProperties = say(codeTooFew, "must have at least %d fields")
	validation.MsgExpectedMaxProperties = say(codeTooMany, "must have at most %d fields")
	validation.MsgExpectedArrayItemsUnique = say(codeNotUnique, "must have no item twice")

	validation.MsgExpectedBePattern = say(codeBadFormat, "must be %s")
	validation.MsgExpectedMatchPattern = say(codeBadFormat, "must match %s")
	validation.MsgExpectedRFC3339DateTime = say(codeBadFormat, "must be a date and time as in RFC 3339")
	validation.MsgExpectedRFC3339Date = say(codeBadFormat, "must be a date as in RFC 3339")
	validation.MsgExpectedRFC3339Time = say(codeBadFormat, "must be a time as in RFC 3339")
	validation.MsgExpectedRFC5322Email = say(codeBadFormat, "must be an e-mail address")
	validation.MsgExpectedRFC3986URI = say(codeBadFormat, "must be a URI")
	validation.MsgExpectedRFC4122UUID = say(codeBadFormat, "must be a UUID")
	validation.MsgExpectedBase64String = say(codeBadFormat, "must be base64")
}

// formatWithoutCause drops causes: they repeat what the caller sent.
func formatWithoutCause(format string, args ...any) string {
	return fmt.Sprintf(format, slices.DeleteFunc(args, func(a any) bool { _, is := a.(error); return is })...)
}

// configuration is huma's, with its own routes off and our reading of JSON.
func configuration(title, version string, registry huma.Registry) huma.Config {
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Info:       &huma.Info{Title: title, Version: version},
			Components: &huma.Components{Schemas: registry},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format}, // the suffix of problem+json
		DefaultFormat: "application/json",
	}
}

// unmarshal is called by huma twice: for the tree that it validates, and for the route's input.
func unmarshal(raw []byte, v any) error {
	if tree, ok := v.(*any); ok {
		var err error
		*tree, err = newScanner(raw).scan()
		return err
	}
	err := json.Unmarshal(raw, v)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) { // it passed the schema, as 1.0 does for an integer
		return errors.New(codeWrongType + mark + mark + pointerAt(raw, wrong.Offset))
	}
	return err
}

// rejected is the problem of a request that huma refuses.
func rejected(ctx context.Context, status int, errs []error) *Problem {
	switch {
	case status == http.StatusUnprocessableEntity:
		flaws := slices.Clone(flawsOf(ctx))
		for _, err := range errs {
			flaws = append(flaws, translate(err))
		}
		return invalid(ctx, flaws)
	case status >= http.StatusInternalServerError:
		return failure(ctx, errors.Join(errs...))
	}
	return problem(ctx, status, "malformed_request", "the request could not be read")
}

// translate makes a flaw of an error of huma's. Only texts that are known to hold nothing of the caller's pass.
func translate(err error) fault.Field {
	var detailer huma.ErrorDetailer
	if !errors.As(err, &detailer) {
		return flaw("", codeInvalid, "")
	}
	detail := detailer.ErrorDetail()
	pointer := pointerOf(detail.Location)
	if parts := strings.Split(detail.Message, mark); len(parts) > 1 {
		switch code, text := parts[0], parts[1]; {
		case len(parts) == 3:
			return flaw(parts[2], code, text)
		case code == codeRequired:
			return flaw(pointer+"/"+text, code, "")
		default:
			return flaw(pointer, code, text)
		}
	}
	switch m := detail.Message; {
	case strings.HasPrefix(m, "required ") && strings.HasSuffix(m, " parameter is missing"):
		return flaw(pointer, codeRequired, "")
	case m == "invalid integer":
		return flaw(pointer, codeWrongType, "must be an integer")
	case m == "invalid float", m == "invalid floating value":
		return flaw(pointer, codeWrongType, "must be a number")
	case m == "invalid boolean":
		return flaw(pointer, codeWrongType, "must be true or false")
	case strings.HasPrefix(m, "invalid date/time"):
		return flaw(pointer, codeBadFormat, "must be a date and time")
	}
	return flaw(pointer, codeInvalid, "")
}
