package display

import "strings"

// tagAt is where the first tag, comment or declaration begins as HTML has them, -1 for nowhere: "a < b" and "<3" are
// text (WHATWG HTML, 13.2.5.6, the tag open state).
func tagAt(s string) int {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '<')
		if i < 0 {
			return -1
		}
		if from += i; opens(s[from+1:]) {
			return from
		}
		from++
	}
}

// opens tells whether a < before s begins markup.
func opens(s string) bool {
	return s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z' || s[0] == '/' || s[0] == '!' || s[0] == '?')
}

// inline are the elements around which a word goes on.
var inline = map[string]bool{"a": true, "abbr": true, "b": true, "em": true, "font": true, "i": true, "mark": true,
	"s": true, "small": true, "span": true,
	"strong": true, "sub": true, "sup": true, "u": true, "wbr": true}

// withoutTags takes out tags, comments, and what scripts and styles hold. A tag that does not end is only its <.
func withoutTags(s string) string {
	var b strings.Builder
	for {
		i := tagAt(s)
		if i < 0 || !strings.Contains(s[i:], ">") {
			b.WriteString(s)
			return withoutOpeners(lines(b.String()))
		}
		b.WriteString(s[:i])
		end, name := tagEnd(s[i:])
		if end < 0 {
			s = s[i+1:]
			continue
		}
		s = s[i+end:]
		if name == "script" || name == "style" {
			s = behind(s, "</"+name)
		}
		if !inline[strings.TrimPrefix(name, "/")] {
			b.WriteByte('\n')
		}
	}
}

// tagEnd is where the tag that begins s ends, -1 for nowhere, and its name, in lower case.
func tagEnd(s string) (end int, name string) {
	if strings.HasPrefix(s, "<!--") {
		if i := strings.Index(s, "-->"); i >= 0 {
			return i + 3, "!--"
		}
	}
	n := strings.IndexAny(s[1:], " \t\r\n\f>")
	if n < 0 {
		return -1, ""
	}
	name = strings.ToLower(strings.TrimSuffix(s[1:1+n], "/"))
	var quote byte
	for i := 1 + n; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && s[i-1] == '=':
			quote = c
		case c == '>':
			return i + 1, name
		}
	}
	if i := strings.IndexByte(s, '>'); i >= 0 { // a quote that is not closed
		return i + 1, name
	}
	return -1, name
}

// behind is what follows a closing tag, nothing if it is not there.
func behind(s, closing string) string {
	for i := 0; i+len(closing) <= len(s); i++ {
		if s[i] == '<' && strings.EqualFold(s[i:i+len(closing)], closing) {
			if end := strings.IndexByte(s[i:], '>'); end >= 0 {
				return s[i+end+1:]
			}
			return ""
		}
	}
	return ""
}

// lines trims lines, and leaves out the empty ones.
func lines(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// withoutOpeners leaves no < that begins markup, from the end so that none comes to be.
func withoutOpeners(s string) string {
	out := make([]byte, len(s))
	at := len(s)
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] != '<' || !opens(string(out[at:min(len(out), at+1)])) {
			at--
			out[at] = s[i]
		}
	}
	return string(out[at:])
}
