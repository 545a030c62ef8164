package typeset

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The letters that join otherwise than their forms say.
const (
	lam     = '\u0644'
	tatweel = '\u0640'
	joiner  = '\u200D'
)

// sides are those on which a letter joins: what is before it, and what is after.
type sides struct{ before, after bool }

// order is that of Unicode's presentation forms. A letter that joins what is before it alone has the first two, one that joins nothing
// the first.
var order = map[sides]int{{}: 0, {before: true}: 1, {after: true}: 2, {true, true}: 3}

// forms are how each letter looks.
var forms = presentations()

// ligatures are what lam makes with an alef: by itself, and joined to what is before it.
var ligatures = map[rune][]rune{
	'\u0622': {'\uFEF5', '\uFEF6'}, '\u0623': {'\uFEF7', '\uFEF8'}, '\u0625': {'\uFEF9', '\uFEFA'}, '\u0627': {'\uFEFB', '\uFEFC'},
}

// presentations reads the forms of letters from the blocks Arabic Presentation Forms B and A (The Unicode Standard, 9.2), each of which is
// compatible with one letter, and which stand in order. B comes first: of alef maksura it has the first two, A the others.
func presentations() map[rune][]rune {
	all := map[rune][]rune{}
	for _, block := range [][2]rune{{'\uFE80', '\uFEF4'}, {'\uFB50', '\uFBB1'}, {'\uFBD3', '\uFBE9'}, {'\uFBFC', '\uFBFF'}} {
		for form := block[0]; form <= block[1]; form++ {
			if letter := []rune(norm.NFKC.String(string(form))); len(letter) == 1 && letter[0] != form {
				all[letter[0]] = append(all[letter[0]], form)
			}
		}
	}
	return all
}

// shape puts the forms of Arabic letters for the letters, as what stands beside them asks. Marks on letters part none.
func shape(text []rune) []rune {
	out := make([]rune, 0, len(text))
	joined := false // to the letter before
	for i := 0; i < len(text); i++ {
		if unicode.Is(unicode.Mn, text[i]) {
			out = append(out, text[i])
			continue
		}
		n := next(text, i)
		if n < len(text) && text[i] == lam && ligatures[text[n]] != nil {
			out = append(out, form(ligatures[text[n]], text[i], sides{before: joined}))
			out = append(out, text[i+1:n]...) // the marks of lam
			i, joined = n, false
			continue
		}
		on := n < len(text) && joinsAfter(text[i]) && joinsBefore(text[n])
		out = append(out, form(forms[text[i]], text[i], sides{joined, on}))
		joined = on
	}
	return out
}

// next is where the letter after this one stands, beyond the marks of this one.
func next(text []rune, i int) int {
	for i++; i < len(text) && unicode.Is(unicode.Mn, text[i]); i++ {
	}
	return i
}

func joinsAfter(r rune) bool  { return len(forms[r]) == 4 || r == tatweel || r == joiner }
func joinsBefore(r rune) bool { return len(forms[r]) > 1 || r == tatweel || r == joiner }

// form is a letter's form, or the letter where it has none.
func form(all []rune, letter rune, on sides) rune {
	if i := order[on]; i < len(all) {
		return all[i]
	}
	return letter
}
