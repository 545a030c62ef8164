package events

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Every schema has an example that it accepts, and refuses the same example with a field too many: a schema that
// accepts anything fails. Seen to catch: a field renamed in an example; additionalProperties left open.
func TestEverySchemaFitsItsExampleAndNothingElse(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(Files, "*/*.schema.json")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	examples, err := fs.Glob(Files, "*/*.example.json")
	if err != nil || len(examples) != len(names) {
		t.Errorf("%d schemas, %d examples", len(names), len(examples))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiler := jsonschema.NewCompiler()
			compiler.AssertFormat()
			if err := compiler.AddResource(name, load(t, name)); err != nil {
				t.Fatal(err)
			}
			schema, err := compiler.Compile(name)
			if err != nil {
				t.Fatal(err)
			}
			event := load(t, strings.Replace(name, ".schema.", ".example.", 1)).(map[string]any)
			if err := schema.Validate(event); err != nil {
				t.Errorf("the example is refused: %v", err)
			}
			if path.Dir(name) == "clickstream" { // no event of a topic, but what browsers send
				event["extra"] = 1
				if schema.Validate(event) == nil {
					t.Error("a field too many passes")
				}
				return
			}
			base := strings.TrimSuffix(path.Base(name), ".v1.schema.json")
			if event["name"] != base {
				t.Errorf("the example is named %v", event["name"])
			}
			event["extra"] = 1
			if schema.Validate(event) == nil {
				t.Error("a field too many passes")
			}
			delete(event, "extra")
			event["data"].(map[string]any)["extra"] = 1
			if schema.Validate(event) == nil {
				t.Error("a field too many in data passes")
			}
		})
	}
}

func load(t *testing.T, name string) any {
	t.Helper()
	b, err := Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
