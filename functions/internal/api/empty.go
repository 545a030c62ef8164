package api

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rialto/functions/internal/fault"
)

// An empty text says nothing, and as the part of a key it is none: whoever has nothing to say leaves the field or the
// parameter out. So a text that is given has a character that is no space, in every body, query and path, unless its schema
// has minLength 0; a field's name, where names are free, has one too. (huma takes an empty parameter for an absent one, and
// null for an absent field, which the scanner refuses.)

func isEmpty(s string) bool { return strings.TrimSpace(s) == "" }

// mayBeEmpty tells whether a schema wants empty texts.
func mayBeEmpty(s *huma.Schema) bool { return s != nil && s.MinLength != nil && *s.MinLength == 0 }

// emptyParameter tells whether one of a parameter's values says nothing.
func emptyParameter(p *huma.Param, values []string) bool {
	of := p.Schema
	if of != nil && of.Items != nil {
		of = of.Items
	}
	return p.In != "header" && !mayBeEmpty(of) && slices.ContainsFunc(values, isEmpty)
}

// farOff tells whether a moment cannot be said in UTC as RFC 3339 does, which has four digits for the year: an offset may lead out of
// them. What is no moment at all huma finds.
func farOff(s string) bool {
	t, err := time.Parse(time.RFC3339, s)
	return err == nil && (t.UTC().Year() < 1 || t.UTC().Year() > 9999)
}

// badTexts finds the texts of a body's tree, as the scanner reads it, that say nothing, and moments that are too far off.
func (b *bound) badTexts(tree any) []fault.Field {
	if b.op.RequestBody == nil {
		return nil
	}
	var flaws []fault.Field
	var walk func(s *huma.Schema, v any, place string)
	walk = func(s *huma.Schema, v any, place string) {
		if s != nil && s.Ref != "" {
			s = b.registry.SchemaFromRef(s.Ref)
		}
		if s == nil { // of an unknown field, which is refused
			return
		}
		switch v := v.(type) {
		case string:
			if isEmpty(v) && !mayBeEmpty(s) {
				flaws = append(flaws, flaw(pointerOf(place), codeTooShort, "must have a character that is no space"))
			}
			if s.Format == "date-time" && farOff(v) {
				flaws = append(flaws, flaw(pointerOf(place), codeOutOfRange, "must be in the years 1 to 9999, UTC"))
			}
		case []any:
			for i, item := range v {
				walk(s.Items, item, place+"["+strconv.Itoa(i)+"]")
			}
		case map[string]any:
			free, _ := s.AdditionalProperties.(*huma.Schema)
			for name, item := range v {
				of, known := s.Properties[name]
				if !known {
					of = free
				}
				if isEmpty(name) && free != nil {
					flaws = append(flaws, flaw(pointerOf(place), codeTooShort, "a name must have a character that is no space"))
				}
				walk(of, item, place+"."+name)
			}
		}
	}
	walk(b.op.RequestBody.Content["application/json"].Schema, tree, "body")
	return flaws
}

// describeTexts says in the document what badTexts, emptyParameter and the scanner ask for.
func describeTexts(doc map[string]any) {
	for _, item := range object(doc["paths"]) {
		for _, op := range object(item) {
			for _, p := range list(object(op)["parameters"]) {
				if p := object(p); p["in"] != "header" {
					describeText(p["schema"])
				}
			}
			describeText(object(op)["requestBody"])
		}
	}
	schemas := object(object(doc["components"])["schemas"])
	for name := range asked(doc) {
		describeText(schemas[name])
	}
}

// describeText gives the texts in v that have no bound of their own one.
func describeText(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			describeText(item)
		}
	case map[string]any:
		if v["type"] != nil {
			delete(v, "nullable")
		}
		if _, said := v["minLength"]; v["type"] == "string" && !said && v["enum"] == nil && v["pattern"] == nil && v["format"] == nil {
			v["minLength"] = 1
		}
		for _, item := range v {
			describeText(item)
		}
	}
}
