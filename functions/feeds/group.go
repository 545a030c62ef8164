package feeds

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Group are refused rows with one code and one message, but for the numbers in it.
type Group struct {
	Code    string `json:"code" dynamodbav:"code"`
	Message string `json:"message" dynamodbav:"message"` // of the first
	Rows    int64  `json:"rows" dynamodbav:"rows"`
	Lines   []int  `json:"first_lines" dynamodbav:"lines"` // of the first few
}

const (
	// maxGroups bounds the groups that are kept; rows of others are counted together.
	maxGroups = 30
	// firstLines is of how many rows a group has the lines.
	firstLines = 10
)

// groups gathers the refused rows of a report, in memory that does not grow with it.
type groups map[string]*Group

// rest is the group of rows for which there is none.
var rest = Group{Code: "others", Message: "rows that were refused for other reasons: the report has them"}

// add takes the lines of a report.
func (g groups) add(part []byte) error {
	lines, err := csv.NewReader(bytes.NewReader(part)).ReadAll()
	if err != nil {
		return fmt.Errorf("read refused rows: %w", err)
	}
	for _, l := range lines {
		line, err := strconv.Atoi(l[0])
		if err != nil {
			return fmt.Errorf("read refused rows: %w", err)
		}
		key := l[1] + " " + strings.Join(strings.FieldsFunc(l[2], isDigit), "0")
		of := g[key]
		if of == nil {
			of = &Group{Code: l[1], Message: l[2]}
			if len(g) >= maxGroups {
				if key, of = "", g[""]; of == nil {
					copied := rest
					of = &copied
				}
			}
			g[key] = of
		}
		if of.Rows++; len(of.Lines) < firstLines {
			of.Lines = append(of.Lines, line)
		}
	}
	return nil
}

// list returns the groups, the largest first.
func (g groups) list() []Group {
	out := make([]Group, 0, len(g))
	for _, of := range g {
		out = append(out, *of)
	}
	slices.SortFunc(out, func(a, b Group) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Lines[0], b.Lines[0])) })
	return out
}
