package display

import (
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The codes of flaws.
const (
	BadText = "bad_text"          // no UTF-8, or control characters
	Hidden  = "hidden_characters" // that do not show, or turn the direction of the text
	Markup  = "markup"
)

// Flaw returns a code and a message for what is wrong with a text, or "". A text may be empty; whether it shows
// anything is Blank's to say.
func Flaw(s string) (code, message string) {
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, control):
		return BadText, "must be UTF-8 text without control characters"
	case tagAt(s) >= 0:
		return Markup, "must be plain text, without markup such as <b>"
	}
	text := []rune(s)
	for i, r := range text {
		if hidden(text[:i], r, text[i+1:]) {
			return Hidden, "must not have characters that do not show or that turn the direction of the text, such as " + codePoint(r)
		}
	}
	return "", ""
}

// Name is Flaw for a name, which is one line that shows something.
func Name(s string) (code, message string) {
	if strings.ContainsAny(s, "\n\t") {
		return BadText, "must be one line"
	}
	if code, message = Flaw(s); code == "" && Blank(s) {
		return Hidden, "must have characters that show"
	}
	return code, message
}

// Blank tells whether nothing of a text shows.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) && !filler(r)
	})
}

// Clean returns the text of what may be HTML: without tags and what scripts and styles hold, with entities as what they
// stand for, composed (NFC), and without what Flaw refuses. Blocks begin lines.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	if tagAt(s) >= 0 {
		s = withoutTags(s)
	}
	text := []rune(norm.NFC.String(s))
	out := make([]rune, 0, len(text))
	for i, r := range text {
		if !control(r) && !hidden(out, r, text[i+1:]) {
			out = append(out, r)
		}
	}
	if s = string(out); strings.ContainsRune(s, '<') { // what was taken out may have stood between a < and its name
		s = withoutOpeners(s)
	}
	return strings.TrimSpace(s)
}

func control(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// hidden tells whether a character between others does not show, or turns its direction, and nothing there needs it.
func hidden(before []rune, r rune, after []rune) bool {
	if r < 0x80 {
		return false
	}
	var last, next rune
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	if len(after) > 0 {
		next = after[0]
	}
	switch {
	case r == zwnj || r == zwj:
		return !joins(before, r, next)
	case r >= tagsFrom && r <= tagsTo: // judged with its flag
		return !inFlag(before, r, after)
	case unicode.Is(unicode.Variation_Selector, r): // picks a form of what it follows, as in kanji of names and in emoji
		return last < 0x80 && !strings.ContainsRune("#*0123456789", last) || unicode.IsSpace(last) || unicode.Is(unicode.Variation_Selector, last)
	}
	return filler(r) || r == 0x2028 || r == 0x2029 || unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.Is(unicode.Co, r) || unicode.Is(unicode.Noncharacter_Code_Point, r)
}

const zwnj, zwj = 0x200C, 0x200D

// joining are the scripts whose spelling needs joiners (UTS 46, CONTEXTJ).
var joining = []*unicode.RangeTable{unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali,
	unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala}

// viramas silence the vowel of the letter before them. A joiner behind one says how it is written, whatever comes next: words of
// Malayalam end so (UTS 46, CONTEXTJ: Canonical_Combining_Class is Virama).
const viramas = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"

// joins tells whether a joiner between others is needed there.
func joins(before []rune, joiner, after rune) bool {
	if len(before) == 0 {
		return false
	}
	last := before[len(before)-1]
	if strings.ContainsRune(viramas, last) {
		return true
	}
	if joiner == zwj && unicode.In(after, unicode.So, unicode.Sm) && (unicode.In(last, unicode.So, unicode.Sk) || last == 0xFE0F) {
		return true
	}
	letter := len(before) - 1
	for letter > 0 && unicode.Is(unicode.Mn, before[letter]) { // vowels of Arabic stand above and below, and are of no script
		letter--
	}
	return unicode.In(before[letter], joining...) && unicode.In(after, joining...)
}

// Tags spell which flag a black one is, and nothing else: those of England, Scotland and Wales are all that are in use (UTS 51, ED-14a).
const (
	blackFlag, tagsFrom, tagsTo = 0x1F3F4, 0xE0020, 0xE007F
	shift                       = 0xE0000
)

var flags = []string{"gbeng\x7f", "gbsct\x7f", "gbwls\x7f"}

// inFlag tells whether a tag is one of a flag's, all of which are there.
func inFlag(before []rune, tag rune, after []rune) bool {
	from := len(before)
	for from > 0 && before[from-1] >= tagsFrom && before[from-1] <= tagsTo {
		from--
	}
	if from == 0 || before[from-1] != blackFlag {
		return false
	}
	said := ""
	for _, r := range slices.Concat(before[from:], []rune{tag}, after[:min(len(after), len(flags[0]))]) {
		if r >= tagsFrom && r <= tagsTo {
			said += string(r - shift)
		}
	}
	return slices.ContainsFunc(flags, func(f string) bool { return strings.HasPrefix(said, f) && len(before)-from < len(f) })
}

// filler are letters and signs that are blank.
func filler(r rune) bool {
	return r == 0x2800 || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

func codePoint(r rune) string {
	const digits = "0123456789ABCDEF"
	out := ""
	for ; r > 0 || len(out) < 4; r >>= 4 {
		out = string(digits[r&15]) + out
	}
	return "U+" + out
}
