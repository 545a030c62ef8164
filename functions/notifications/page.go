package notifications

import (
	"fmt"
	"html"
	"strings"
)

// A page is written by hand: where a template is linked, which calls methods by their names, the linker keeps every exported method of
// every type, and SES's client alone is half of the binary then.

func (p page) text() string {
	var b strings.Builder
	b.WriteString(p.Opening + "\n")
	for _, i := range p.Items {
		fmt.Fprintf(&b, "\n%d x %s", i.Quantity, i.Title)
		if i.Amount != "" {
			b.WriteString("  " + i.Amount)
		}
	}
	if len(p.Items) > 0 {
		b.WriteString("\n")
	}
	for _, f := range p.Facts {
		fmt.Fprintf(&b, "\n%s: %s", f.Name, f.Value)
	}
	if u := p.Unsubscribe; u != nil {
		fmt.Fprintf(&b, "\n\n%s\n%s", u.Name, u.Value)
	}
	return strings.TrimSpace(b.String()) + "\n"
}

func (p page) html() string {
	var b strings.Builder
	write(&b, `<!DOCTYPE html>
<html lang="%s" dir="%s">
<head><meta charset="utf-8"><title>%s</title></head>
<body style="font-family: sans-serif; max-width: 40em">
<p>%s</p>
`, p.Language, p.Direction, p.Subject, p.Opening)
	if len(p.Items) > 0 {
		b.WriteString("<table>\n")
		for _, i := range p.Items {
			write(&b, "<tr><td>%s ×</td><td>%s</td><td style=\"text-align: end\">%s</td></tr>\n", fmt.Sprint(i.Quantity), i.Title, i.Amount)
		}
		b.WriteString("</table>\n")
	}
	b.WriteString("<table>\n")
	for _, f := range p.Facts {
		write(&b, "<tr><th style=\"text-align: start\">%s</th><td><bdi>%s</bdi></td></tr>\n", f.Name, f.Value)
	}
	b.WriteString("</table>\n")
	if u := p.Unsubscribe; u != nil {
		write(&b, "<p><small>%s <a href=\"%s\">%s</a></small></p>\n", u.Name, u.Value, u.Value)
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}

// write puts texts into elements and quoted attributes, which is all that escaping does for.
func write(b *strings.Builder, markup string, texts ...string) {
	escaped := make([]any, len(texts))
	for i, text := range texts {
		escaped[i] = html.EscapeString(text)
	}
	fmt.Fprintf(b, markup, escaped...)
}
