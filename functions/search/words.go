package search

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Words is what a shopper typed, taken apart.
type Words struct {
	Text    string   // all of it, without quotes
	Loose   []string // the words outside of quotes
	Phrases []string // what stands in quotes: it is meant as it is written
}

// Read takes a clean text apart. A quote opens at the beginning of a word and closes at the end of one, so that the inches of
// 15" are no quote.
func Read(text string) Words {
	var w Words
	rest := strings.NewReplacer("\u201c", `"`, "\u201d", `"`, "\u201e", `"`, "«", `"`, "»", `"`).Replace(text)
	for {
		before, phrase, after, ok := quoted(rest)
		w.Loose = append(w.Loose, strings.Fields(before)...)
		if !ok {
			break
		}
		if phrase = strings.Join(strings.Fields(phrase), " "); phrase != "" {
			w.Phrases = append(w.Phrases, phrase)
		}
		rest = after
	}
	w.Text = strings.Join(append(slices.Clone(w.Loose), w.Phrases...), " ")
	return w
}

func quoted(s string) (before, phrase, after string, ok bool) {
	for open := 0; open < len(s); open++ {
		if s[open] != '"' || open > 0 && s[open-1] != ' ' {
			continue
		}
		for end := open + 1; end < len(s); end++ {
			if s[end] == '"' && (end+1 == len(s) || s[end+1] == ' ') {
				return s[:open], s[open+1 : end], s[end+1:], true
			}
		}
	}
	return s, "", "", false
}

// Identifier is a name of one product, such as a number or a model, in the one spelling that all of its spellings have in
// common: its letters and digits, without the zeros that a number begins with, and without EAN or ISBN before one. It is "" of
// what has none.
func Identifier(s string) string {
	id := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
	if labelled := numberName.FindStringSubmatch(id); labelled != nil {
		id = labelled[1]
	}
	if strings.Trim(id, "0123456789") == "" {
		id = strings.TrimLeft(id, "0")
	}
	return id
}

// numberName is what may stand before a GTIN, which has 8, 12, 13 or 14 digits, an old ISBN 10.
var numberName = regexp.MustCompile(`^(?:gtin|ean|upc|isbn|jan)(?:1[0-4])??(\d{8}|\d{9}[\dx]|\d{12,14})$`)

// Spellings are the words that a word of a text may be too, or be a part of: itself without the signs inside it, and as one with
// the word before it or behind it. Flip flops are flipflops.
func Spellings(words []string, i int) (list []string) {
	if whole := Identifier(words[i]); whole != "" && utf8.RuneCountInString(whole) < utf8.RuneCountInString(words[i]) && unsigned(words[i]) {
		list = append(list, whole)
	}
	for _, first := range []int{i - 1, i} {
		if first >= 0 && first+1 < len(words) && plainWord(words[first]) && plainWord(words[first+1]) {
			list = append(list, words[first]+words[first+1])
		}
	}
	return list
}

// maxJoined is how many characters a word may have that is made of two.
const maxJoined = 12

func plainWord(s string) bool {
	return utf8.RuneCountInString(s) <= maxJoined && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// unsigned tells whether no sign of a word means something: + and # do, - and . only part it.
func unsigned(s string) bool { return !strings.ContainsAny(s, "+#&") }

// kindEnds are the words of a language behind which a title, or a question, says no more what kind of thing it is, but what
// for, of which colour, or with what.
var kindEnds = map[string][]string{
	"en": {"for", "with", "without", "in", "from", "by", "under", "on", "to"},
	"de": {"für", "mit", "ohne", "in", "aus", "von", "unter", "auf", "zum", "zur"},
	"nl": {"voor", "met", "zonder", "in", "van", "onder", "op"},
	"sv": {"för", "med", "utan", "i", "av", "från", "under", "på"},
	"fr": {"pour", "avec", "sans", "en", "par", "sous"},
	"es": {"para", "con", "sin", "en", "por", "desde"},
	"it": {"per", "con", "senza", "in", "da"},
	"pt": {"para", "com", "sem", "em", "por"},
}

// headFirst are the languages whose nouns come before what describes them.
var headFirst = []string{"fr", "es", "it", "pt", "ar"}

// Kind is what kind of thing a title or a question names: the noun, and of a title the word that belongs to it. It ends before
// what it is for, so a sleeve for laptops is a sleeve. language is BCP 47.
func Kind(text, language string, words int) string {
	code, _, _ := strings.Cut(language, "-")
	if i := strings.IndexFunc(text, func(r rune) bool { return strings.ContainsRune(",;:(|/–—", r) }); i > 0 {
		text = text[:i]
	}
	text, _, _ = strings.Cut(text, " - ")
	list := strings.Fields(text)
	if i := slices.IndexFunc(list, func(w string) bool { return slices.Contains(kindEnds[code], strings.ToLower(w)) }); i > 0 {
		list = list[:i]
	}
	n := min(words, len(list))
	if slices.Contains(headFirst, code) {
		return strings.Join(list[:n], " ")
	}
	return strings.Join(list[len(list)-n:], " ")
}
