package infra

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// assembly is what the guards look at: the templates that would be deployed.
type assembly struct {
	stage     Stage // its account is CloudFormation's word for it, as in the templates
	templates []template
	findings  []finding
}

type template struct {
	Stack      string
	Resources  map[string]resource
	Parameters map[string]map[string]any
	Outputs    map[string]map[string]any
	After      []string `json:"-"` // what is deployed before it
	Bytes      int      `json:"-"` // of its text
}

type resource struct {
	Type                string
	Properties          map[string]any
	DependsOn           []string
	DeletionPolicy      string
	UpdateReplacePolicy string
	UpdatePolicy        map[string]any
}

func readAssembly(dir string, stage Stage) (*assembly, error) {
	if stage.Account == "" {
		stage.Account = "${AWS::AccountId}"
	}
	const ending = ".template.json"
	paths, err := filepath.Glob(filepath.Join(dir, "*"+ending))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no templates in %s", dir)
	}
	var manifest struct {
		Artifacts map[string]struct{ Dependencies []string }
	}
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err == nil {
		err = json.Unmarshal(data, &manifest)
	}
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	a := &assembly{stage: stage}
	if a.findings, err = readFindings(dir); err != nil {
		return nil, err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read a template: %w", err)
		}
		t := template{Stack: strings.TrimSuffix(filepath.Base(path), ending), Bytes: len(data)}
		if err := json.Unmarshal(data, &t); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		t.After = manifest.Artifacts[t.Stack].Dependencies
		a.templates = append(a.templates, t)
	}
	return a, nil
}

// each visits the resources of some types, or all, in a fixed order.
func (a *assembly) each(visit func(t template, id string, r resource), types ...string) {
	for _, t := range a.templates {
		for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
			if r := t.Resources[id]; len(types) == 0 || slices.Contains(types, r.Type) {
				visit(t, id, r)
			}
		}
	}
}

// at follows a path of keys into a resource's properties; nil when there is nothing.
func (r resource) at(path ...string) any {
	var v any = r.Properties
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// number is a numeric property, 0 when there is none.
func (r resource) number(path ...string) float64 {
	n, _ := r.at(path...).(float64)
	return n
}

// flat writes a value that may hold intrinsic functions as text: "${AWS::AccountId}" for a reference,
// "${Queue.Arn}" for an attribute.
func flat(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, item := range v {
			b.WriteString(flat(item))
		}
		return b.String()
	case map[string]any:
		for function, argument := range v {
			switch function {
			case "Ref":
				return "${" + flat(argument) + "}"
			case "Fn::GetAtt":
				parts, _ := argument.([]any)
				var names []string
				for _, part := range parts {
					names = append(names, flat(part))
				}
				return "${" + strings.Join(names, ".") + "}"
			case "Fn::Join":
				parts, _ := argument.([]any)
				if len(parts) == 2 {
					items, _ := parts[1].([]any)
					var texts []string
					for _, item := range items {
						texts = append(texts, flat(item))
					}
					return strings.Join(texts, flat(parts[0]))
				}
			case "Fn::Sub":
				return flat(argument)
			case "Fn::ImportValue":
				return "${import " + flat(argument) + "}"
			}
		}
	}
	data, _ := json.Marshal(v) // it came from JSON
	return string(data)
}

// many is a value that IAM lets stand alone for a list of one.
func many(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}
