package search

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// refusal is how a language says what a product must not have.
type refusal struct {
	before  []string // words before the thing: without leather
	atEnd   []string // of those, what refuses at the end of a text only: no show socks are socks
	unless  []string // words behind which nothing is refused: forget me not, why not
	leading []string // words that say nothing before one of those, and go with it: chair with no arms, shampoo that is not scented
	filler  []string // and those between it and the thing: not made of leather
	ends    []string // what is behind the thing, and goes with it
	stops   []string // what ends the thing, beside the words that end a kind
	joining []string // what is between this thing and the next, which is another matter
	or      []string // what is between this thing and the next, which is refused with it: without zip or hood
	words   []string // what is no thing: not too expensive; or by its name is not had in a kind: casque sans fil
	behind  []string // words behind the thing: deri olmayan
	suffix  *regexp.Regexp
	// joined is what a thing is refused by where words are not parted, of which the groups are the thing and the rest.
	joined []*regexp.Regexp
	// said are the ways in which a text itself says that it has a thing not, which stands for *.
	said []string
}

// refusals are those of each language.
var refusals = map[string]refusal{
	"en": {before: strings.Fields("without w/o not excluding except no"), atEnd: []string{"no"},
		unless:  strings.Fields("me why or whether do does did"),
		leading: strings.Fields("with but that which is are and"), filler: strings.Fields("any a an the made of from in"),
		joining: []string{"and", "but"}, or: strings.Fields("or nor"), words: strings.Fields("too only just so very"), said: []string{"without *",
			"no *", "not *", "* free"}},
	"de": {before: strings.Fields("ohne nicht kein keine keinen keinem außer ausser ausgenommen"), unless: strings.Fields("warum ob oder"),
		leading: strings.Fields("aber und die das der mit bitte"), filler: strings.Fields("aus in ein eine einen einem der die das den dem"),
		ends: strings.Fields("ist sind hat haben"), joining: strings.Fields("und aber"), or: strings.Fields("oder noch"),
		words: strings.Fields("zu nur so sehr teuer"), said: []string{"ohne *",
			"kein *", "keine *", "nicht aus *", "* frei"}},
	"fr": {before: strings.Fields("sans pas sauf excepté hormis"), unless: strings.Fields("pourquoi"),
		leading: strings.Fields("mais et ou qui est sont n'est ne avec"), filler: strings.Fields("en de d du des la le les l un une aucun aucune"),
		joining: strings.Fields("et mais"), or: strings.Fields("ou ni"), words: strings.Fields("fil fils cher chère chers chères chere trop"),
		said: []string{"sans *", "pas de *", "pas en *", "non *"}},
	"es": {before: strings.Fields("sin no excepto salvo"), unless: strings.Fields("por si"), leading: strings.Fields("pero y o que con"),
		filler:  strings.Fields("de en del el la los las un una ningún ninguna sea sean tenga tengan lleve lleven contenga contengan son es"),
		joining: strings.Fields("y pero"), or: strings.Fields("o ni"), words: strings.Fields("cable cables hilos muy tan demasiado caro caros"),
		said: []string{"sin *",
			"no *", "libre de *"}},
	"it": {before: strings.Fields("senza non tranne eccetto"), unless: strings.Fields("perché se"), leading: strings.Fields("ma e o che con"),
		filler:  strings.Fields("di in il lo la i gli le l un una sia siano abbia abbiano ha hanno contenga"),
		joining: strings.Fields("e ma"), or: strings.Fields("o né"), words: strings.Fields("fili filo troppo molto caro"), said: []string{"senza *",
			"non in *", "non *", "privo di *"}},
	"nl": {before: strings.Fields("zonder niet geen behalve"), unless: strings.Fields("waarom of"),
		leading: strings.Fields("maar en die dat met is zijn"),
		filler:  strings.Fields("van in uit een de het"), ends: strings.Fields("is zijn"), joining: strings.Fields("en maar"), or: strings.Fields("of"),
		words: strings.Fields("te zo alleen duur"),
		said:  []string{"zonder *", "geen *", "niet van *", "* vrij"}},
	"pt": {before: strings.Fields("sem não nao exceto"), unless: strings.Fields("por se"), leading: strings.Fields("mas e ou que com"),
		filler: strings.Fields("de em do da o a os as um uma seja sejam tenha tenham"), joining: strings.Fields("e mas"), or: strings.Fields("ou nem"),
		words: strings.Fields("fio fios muito tão caro"), said: []string{"sem *", "não *", "livre de *"}},
	"pl": {before: strings.Fields("bez nie oprócz"), unless: strings.Fields("dlaczego czy"),
		leading: strings.Fields("ale i który która które są jest"),
		filler:  strings.Fields("z ze w ma mają jest są"), stops: strings.Fields("dla do na w pod"), joining: strings.Fields("i ale"),
		or: strings.Fields("lub ani"), words: strings.Fields("za zbyt drogi drogie"), said: []string{"bez *", "nie z *", "nie ze *"}},
	"sv": {before: strings.Fields("utan inte ej förutom"), unless: strings.Fields("varför om"), leading: strings.Fields("men och som är med"),
		filler: strings.Fields("av i en ett är har någon något"), joining: strings.Fields("och men"), or: strings.Fields("eller"),
		words: strings.Fields("för så dyr dyrt"),
		said:  []string{"utan *", "inte *", "ej *", "* fri"}},
	"ar": {before: strings.Fields("بدون بلا دون عدا ليس ليست"), leading: strings.Fields("من ما لكن و"), filler: strings.Fields("من أي اي"),
		joining: strings.Fields("و"), or: strings.Fields("أو او"), said: []string{"بدون *", "بلا *", "دون *", "خالي من *", "خال من *", "خالية من *"}},
	"tr": {behind: strings.Fields("olmadan olmayan içermeyen hariç değil"), suffix: regexp.MustCompile(`^(\pL{2,})(?:s[ıiuü]z)$`),
		joining: strings.Fields("ve veya ama"), said: []string{"*sız", "*siz", "*suz", "*süz", "* içermez", "* olmadan", "* içermeyen"}},
	"ja": {joined: []*regexp.Regexp{regexp.MustCompile(`^(?:(.*[\s の、]))??([^\s の、]{1,12}?)(?:なし|無し|ナシ|抜き|以外|不使用|じゃない|ではない|でない|を除く)(?:の)?(.*)$`)},
		said: []string{"*なし", "*無し", "*抜き", "*不使用", "*フリー"}},
	"zh": {joined: []*regexp.Regexp{regexp.MustCompile(`^(?:(.*\s))??(?:没有|不带|不含|不要|無|无|沒有|不帶)([^\s的]{1,12})(?:的|\s|$)(.*)$`)},
		said: []string{"没有*", "不带*", "不含*", "无*"}},
}

// maxRefused is how many words a thing has that a product must not have.
const maxRefused = 3

// refused reads the first thing that a product must not have, and leaves the rest: what is looked for. At the word after, if that is
// an or, stood one before; next is where one may stand then.
func refused(text, language string, after int) (r Reading, rest string, next int, ok bool) {
	by := refusals[language]
	whom := whoms[language].words
	by.stops = slices.Concat(by.stops, kindEnds["en"], kindEnds[language], whom[women], whom[men], whom[children])
	for _, p := range by.joined {
		if at := p.FindStringSubmatch(text); at != nil {
			if rest = plain(at[1] + " " + at[3]); rest != "" && strings.ContainsFunc(rest, unicode.IsLetter) {
				words := strings.TrimSuffix(strings.TrimPrefix(text, at[1]), at[3])
				return Reading{Kind: Negation, Words: strings.TrimSpace(words), Without: at[2]}, rest, 0, true
			}
		}
	}
	words := strings.Fields(text)
	for i := range words {
		if r, rest, ok = by.behindThing(words, i); ok {
			return r, rest, 0, true
		}
		if r, rest, next, ok = by.beforeThing(words, i, after); ok {
			return r, rest, next, true
		}
	}
	return Reading{}, text, 0, false
}

// behindThing reads what is refused by the i-th word, which stands behind it, or ends in what says so. A word that does is looked
// for too: what has it is meant.
func (by refusal) behindThing(words []string, i int) (r Reading, rest string, ok bool) {
	how := strings.ToLower(words[i])
	if len(words) > 2 && i > 0 && slices.Contains(by.behind, how) {
		r = Reading{Kind: Negation, Words: strings.Join(words[i-1:i+1], " "), Without: strings.ToLower(words[i-1])}
		return r, strings.Join(slices.Concat(words[:i-1], words[i+1:]), " "), true
	}
	if by.suffix != nil && len(words) > 1 {
		if at := by.suffix.FindStringSubmatch(how); at != nil {
			return Reading{Kind: Negation, Words: words[i], Without: at[1]}, strings.Join(words, " "), true
		}
	}
	return Reading{}, "", false
}

// beforeThing reads what is refused by the i-th word, which stands before it. What is looked for stands before both.
func (by refusal) beforeThing(words []string, i, after int) (r Reading, rest string, next int, ok bool) {
	has := func(list []string, i int) bool {
		return i < len(words) && slices.Contains(list, strings.ToLower(words[i]))
	}
	how, from := strings.ToLower(words[i]), i+1
	switch {
	case i == 0:
		return Reading{}, "", 0, false
	case minus.MatchString(how): // sofa -leather
		return Reading{Kind: Negation, Words: words[i], Without: how[1:]}, strings.Join(slices.Concat(words[:i], words[i+1:]), " "), 0, true
	case !slices.Contains(by.before, how) && (i != after || !slices.Contains(by.or, how)) || has(by.unless, i-1) || i+1 == len(words):
		return Reading{}, "", 0, false
	}
	at := i
	for at > 1 && has(by.leading, at-1) {
		at--
	}
	for has(by.filler, from) {
		from++
	}
	to := from
	ended := func() bool {
		return has(by.stops, to) || has(by.joining, to) || has(by.or, to) || has(by.before, to) || has(by.ends, to) ||
			to > from && strings.ContainsAny(words[to-1], ",;")
	}
	for to < len(words) && to-from < maxRefused && !ended() {
		to++
	}
	thing := unelided(strings.ToLower(strings.Trim(strings.Join(words[from:to], " "), ",.;!?")))
	if thing == "" || slices.Contains(by.words, strings.Fields(thing)[0]) {
		return Reading{}, "", 0, false
	}
	if slices.Contains(by.atEnd, how) && !strings.EqualFold(words[i-1], "with") &&
		(to < len(words) || to-from > 1 || strings.ContainsAny(thing, "0123456789")) {
		return Reading{}, "", 0, false
	}
	for has(by.ends, to) {
		to++
	}
	r = Reading{Kind: Negation, Words: strings.Join(words[at:to], " "), Without: thing}
	if has(by.joining, to) {
		to++
	}
	return r, strings.Join(slices.Concat(words[:at], words[to:]), " "), at, true
}

var minus = regexp.MustCompile(`^-\pL{2,}$`)

// unelided is a word without the article or preposition that lost its end before it: l'étiquette, d'huile.
func unelided(s string) string {
	if i := strings.IndexAny(s, "'’"); i > 0 && i <= 4 && utf8.RuneCountInString(s[i:]) > 3 && slices.Contains([]string{"l", "d", "un", "dell"},
		s[:i]) {
		_, size := utf8.DecodeRuneInString(s[i:])
		return s[i+size:]
	}
	return s
}

// Denials are the ways in which texts of a marketplace say themselves that they have a thing not.
func Denials(thing, language string) (list []string) {
	for _, l := range slices.Compact([]string{"en", code(language)}) {
		for _, way := range refusals[l].said {
			list = append(list, strings.ReplaceAll(way, "*", thing))
		}
	}
	return list
}
