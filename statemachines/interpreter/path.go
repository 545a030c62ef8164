package interpreter

import (
	"fmt"
	"strconv"
	"strings"
)

// split reads a reference path: $, $.a.b or $[0].
func split(path string) ([]string, error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("%q is no reference path", path)
	}
	rest = strings.ReplaceAll(strings.ReplaceAll(rest, "[", "."), "]", "")
	if rest == "" {
		return nil, nil
	}
	parts := strings.Split(rest, ".")
	if parts[0] != "" {
		return nil, fmt.Errorf("%q is no reference path", path)
	}
	for _, p := range parts[1:] {
		if p == "" || strings.ContainsAny(p, "*?@()'\", ") {
			return nil, fmt.Errorf("%q is no plain reference path", path)
		}
	}
	return parts[1:], nil
}

// read returns what a path leads to, and whether there is anything.
func read(doc any, path string) (any, bool) {
	parts, err := split(path)
	if err != nil {
		return nil, false
	}
	for _, p := range parts {
		switch x := doc.(type) {
		case map[string]any:
			v, ok := x[p]
			if !ok {
				return nil, false
			}
			doc = v
		case []any:
			i, err := strconv.Atoi(p)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			doc = x[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

// write returns doc with v at the path; doc itself stays as it is.
func write(doc any, path string, v any) (any, error) {
	parts, err := split(path)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return v, nil
	}
	old, _ := doc.(map[string]any)
	out := make(map[string]any, len(old)+1)
	for k, x := range old {
		out[k] = x
	}
	if out[parts[0]], err = write(out[parts[0]], "$"+suffix(parts[1:]), v); err != nil {
		return nil, err
	}
	return out, nil
}

func suffix(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return "." + strings.Join(parts, ".")
}

// fill resolves a template's .$ fields against the input. A path that leads nowhere is States.Runtime.
func fill(template map[string]any, input any) (any, error) {
	out := make(map[string]any, len(template))
	for k, v := range template {
		name, dynamic := strings.CutSuffix(k, ".$")
		if !dynamic {
			out[k] = v
			continue
		}
		x, ok := read(input, v.(string))
		if !ok {
			return nil, &Error{"States.Runtime", fmt.Sprintf("%s leads nowhere", v)}
		}
		out[name] = x
	}
	return out, nil
}
