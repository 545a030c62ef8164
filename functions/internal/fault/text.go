package fault

import "encoding/json"

// text is a message that takes its fields along.
type text struct {
	Message string  `json:"message"`
	Errors  []Field `json:"errors"`
}

// Text is the message for an exit that hands on nothing but text, as Step Functions does: with the fields, if there
// are any, as JSON. FieldsIn finds them again.
func (e *Error) Text() string {
	if len(e.Fields) == 0 {
		return e.Message
	}
	b, err := json.Marshal(text{e.Message, e.Fields})
	if err != nil { // strings always marshal
		return e.Message
	}
	return string(b)
}

// FieldsIn returns the fields of a Text, or of the document that Lambda makes of one ("errorMessage"). Any other text
// has none.
func FieldsIn(s string) []Field {
	var in struct {
		text
		Inner string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(s), &in) != nil {
		return nil
	}
	if in.Inner != "" {
		return FieldsIn(in.Inner)
	}
	return in.Errors
}
