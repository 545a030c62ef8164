package searchrelevance

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// rows reads a JSON list of objects, JSON lines, or CSV (or tab-separated values) with a header.
func rows(text []byte) ([]row, error) {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	if len(text) == 0 {
		return nil, errors.New("the file is empty")
	}
	switch text[0] {
	case '[':
		var list []map[string]any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&list); err != nil {
			return nil, fmt.Errorf("the file is no JSON list of objects: %w", err)
		}
		out := make([]row, len(list))
		for i, m := range list {
			out[i] = lowered(m)
		}
		return out, nil
	case '{':
		return jsonLines(text)
	}
	return table(text)
}

func jsonLines(text []byte) (out []row, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for {
		var m map[string]any
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("object %d is no JSON: %w", len(out)+1, err)
		}
		out = append(out, lowered(m))
	}
}

func table(text []byte) (out []row, err error) {
	r := csv.NewReader(bytes.NewReader(text))
	if head, _, _ := bytes.Cut(text, []byte("\n")); bytes.Count(head, []byte("\t")) > bytes.Count(head, []byte(",")) {
		r.Comma, r.LazyQuotes = '\t', true
	}
	r.Comment = '#'
	all, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the file is no CSV: %w", err)
	}
	for _, record := range all[1:] {
		m := row{}
		for i, name := range all[0] {
			m[column(name)] = record[i]
		}
		out = append(out, m)
	}
	return out, nil
}

func lowered(m map[string]any) row {
	r := row{}
	for k, v := range m {
		r[column(k)] = v
	}
	return r
}

func column(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
