package search

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Whom a thing is for. What says so comes first, what says that it is for others is left out, and what says neither is found too.
const (
	women    = "women"
	men      = "men"
	children = "children"
)

// whom is how a language says for whom a thing is.
type whom struct {
	words    map[string][]string // by gender; the first are what texts say
	pronouns map[string]string   // behind one of for alone: gifts for her
	before   []string            // for women
	behind   []string            // kadınlar için
	articles []string            // behind which a word names somebody: la femme de ménage
	adjacent bool                // words stand at the beginning, or behind one of before, alone
	first    bool                // a noun comes first, so what does is none of the words: mujer maravilla
	parts    *regexp.Regexp      // a word that can be nothing else, wherever it stands; of joined text its groups are rest, word, rest
}

// whoms are those of each language.
var whoms = map[string]whom{
	"en": {adjacent: true, before: []string{"for"}, pronouns: map[string]string{"her": women, "him": men},
		parts: regexp.MustCompile(`(?i)^(?:wo)?m[ea]n['\x{2019}]?s$`),
		words: map[string][]string{women: strings.Fields("women women's womens woman's ladies ladies' lady's"),
			men: strings.Fields("men men's mens man's gents gentlemen's"), children: strings.Fields("kids kids' kid's children children's")}},
	"de": {before: []string{"für"}, pronouns: map[string]string{"sie": women, "ihn": men}, articles: strings.Fields("die der den das mit"),
		words: map[string][]string{women: strings.Fields("damen frauen"), men: strings.Fields("herren männer männern"),
			children: strings.Fields("kinder kindern")}},
	"fr": {first: true, before: strings.Fields("pour de"), pronouns: map[string]string{"elle": women, "lui": men},
		articles: strings.Fields("la le les l' une un des petite jeune"),
		words: map[string][]string{women: strings.Fields("femme femmes dame dames féminin féminine"),
			men:      strings.Fields("homme hommes masculin masculine"),
			children: strings.Fields("enfant enfants")}},
	"es": {first: true, before: strings.Fields("para de"), pronouns: map[string]string{"ella": women, "él": men},
		articles: strings.Fields("la el las los una un"),
		words: map[string][]string{women: strings.Fields("mujer mujeres dama damas femenino femenina"),
			men:      strings.Fields("hombre hombres caballero caballeros masculino masculina"),
			children: strings.Fields("niño niños niña niñas infantil infantiles")}},
	"it": {first: true, before: strings.Fields("per da di"), pronouns: map[string]string{"lei": women, "lui": men},
		articles: strings.Fields("la il le gli i una un"),
		words: map[string][]string{women: strings.Fields("donna donne femminile femminili"), men: strings.Fields("uomo uomini maschile maschili"),
			children: strings.Fields("bambino bambini bambina bambine")}},
	"nl": {before: []string{"voor"}, pronouns: map[string]string{"haar": women, "hem": men}, articles: strings.Fields("de het"),
		words: map[string][]string{women: strings.Fields("dames vrouwen"), men: strings.Fields("heren mannen"),
			children: strings.Fields("kinderen kinder kids")}},
	"pt": {first: true, before: strings.Fields("para de"), pronouns: map[string]string{"ela": women, "ele": men},
		articles: strings.Fields("a o as os uma um"),
		words: map[string][]string{women: strings.Fields("feminino feminina femininos femininas mulher mulheres"),
			men: strings.Fields("masculino masculina masculinos masculinas homem homens"), children: strings.Fields("infantil infantis criança crianças")}},
	"pl": {before: []string{"dla"}, pronouns: map[string]string{"niej": women, "niego": men},
		words: map[string][]string{women: strings.Fields("damskie damski damska damskich kobiet kobiety kobiece"),
			men: strings.Fields("męskie męski męska męskich mężczyzn mężczyzny"), children: strings.Fields("dziecięce dziecięcy dziecięca dzieci dziecka")}},
	"sv": {before: strings.Fields("för till"), pronouns: map[string]string{"henne": women, "honom": men},
		words: map[string][]string{women: strings.Fields("dam damer kvinnor"), men: strings.Fields("herr herrar män"), children: strings.Fields("barn")}},
	"tr": {behind: []string{"için"},
		words: map[string][]string{women: strings.Fields("kadın kadınlar bayan"), men: strings.Fields("erkek erkekler bay"),
			children: strings.Fields("çocuk çocuklar")}},
	"ar": {first: true,
		words: map[string][]string{women: strings.Fields("نسائي نسائية نسائيه نساء للنساء حريمي سيدات للسيدات"),
			men: strings.Fields("رجالي رجالية رجاليه رجال للرجال"), children: strings.Fields("أطفال اطفال للأطفال للاطفال")}},
	"ja": {parts: regexp.MustCompile(`^(.*?)(レディース|レディス|女性用|女性向け|婦人用?|メンズ|男性用|男性向け|紳士用?|キッズ|子供用|子ども用|こども用|子供向け)の?(.*)$`),
		words: map[string][]string{women: strings.Fields("レディース レディス 女性用 女性向け 婦人 婦人用 女性"), men: strings.Fields("メンズ 男性用 男性向け 紳士 紳士用 男性"),
			children: strings.Fields("キッズ 子供用 子ども用 こども用 子供向け 子供")}},
	"zh": {parts: regexp.MustCompile(`^(.*?)(女士|女式|女款|男士|男式|男款|儿童|兒童)的?(.*)$`),
		words: map[string][]string{women: strings.Fields("女士 女式 女款"), men: strings.Fields("男士 男式 男款"), children: strings.Fields("儿童 兒童")}},
}

// otherwise are words of English that mean something else in another language.
var otherwise = map[string][]string{"nl": {"mens"}, "sv": {"men"}}

// of is whom a word says, "" for none.
func (by whom) of(word string) string {
	word = strings.ReplaceAll(strings.ToLower(word), "\u2019", "'")
	for _, gender := range []string{women, men, children} {
		if slices.Contains(by.words[gender], word) {
			return gender
		}
	}
	return ""
}

// gendered reads for whom a thing is in the words of a language, and leaves the thing: women's boots, boots for women. own is the
// language of the marketplace.
func gendered(text, language, own string) (r Reading, rest string, ok bool) {
	by, words := whoms[language], strings.Fields(text)
	if language != own && slices.ContainsFunc(words, func(w string) bool { return slices.Contains(otherwise[own], strings.ToLower(w)) }) {
		return Reading{}, text, false
	}
	if language != "en" && by.parts != nil {
		at := by.parts.FindStringSubmatch(text)
		if at == nil {
			return Reading{}, text, false
		}
		rest = plain(at[1] + " " + at[3])
		return Reading{Kind: GenderWords, Words: at[2], Gender: by.of(at[2])}, rest, rest != ""
	}
	said := ""
	for _, word := range words {
		gender := by.of(word)
		if gender != "" && said != "" && gender != said {
			return Reading{}, text, false // for both
		}
		said = cmp.Or(gender, said)
	}
	for i := range words {
		from, to, gender := by.at(words, i)
		if rest = strings.Join(slices.Concat(words[:from], words[to:]), " "); gender != "" && rest != "" {
			return Reading{Kind: GenderWords, Words: strings.Join(words[from:to], " "), Gender: gender}, rest, true
		}
	}
	return Reading{}, text, false
}

// at reads whom the i-th word says, and which words say it with it.
func (by whom) at(words []string, i int) (from, to int, gender string) {
	n, gender := len(words), by.of(words[i])
	is := func(list []string, i int) bool {
		return i >= 0 && i < n && slices.Contains(list, strings.ToLower(words[i]))
	}
	behindFor := i > 1 && is(by.before, i-1)
	if gender == "" && behindFor && i == n-1 {
		gender = by.pronouns[strings.ToLower(words[i])]
	}
	switch {
	case gender == "" || is(by.articles, i-1):
		return 0, 0, ""
	case behindFor && (!by.adjacent || i == n-1):
		return i - 1, i + 1, gender
	case i > 0 && is(by.before, i-1): // nothing is before for
		return 0, 0, ""
	case is(by.behind, i+1):
		return i, i + 2, gender
	case i == 0 && (by.first || is(kindEnds["en"], 1) || is([]string{"of", "and"}, 1)): // men of honour
		return 0, 0, ""
	case i > 0 && by.adjacent && !by.parts.MatchString(words[i]):
		return 0, 0, ""
	}
	return i, i + 1, gender
}

// OfOthers are the values by which attributes say that a product is for others than a gender, in a language or in English. A boy's
// boot is a male's, too.
func OfOthers(gender, language string) (list []Value) {
	for other, words := range values {
		for _, word := range slices.Concat(words, whoms[code(language)].words[other]) {
			if other != gender && (gender != children || !slices.Contains([]string{"male", "female"}, word)) {
				list = append(list, Value{"gender", word})
			}
		}
	}
	ages := []string{"kids", "kid", "children", "toddler", "infant", "newborn", "baby"}
	if gender == children {
		ages = []string{"adult", "adults"}
	}
	for _, age := range ages {
		list = append(list, Value{"age_group", age})
	}
	return list
}

// values are the English words for each that values of attributes have anywhere.
var values = map[string][]string{women: {"women", "woman", "female", "womens", "women's", "ladies"},
	men:      {"men", "man", "male", "mens", "men's"},
	children: {"children", "child", "kids", "kid", "boys", "girls"}}

// SaidFor are the words by which texts in a language say first that a thing is for a gender.
func SaidFor(gender, language string) []string {
	words := []string{gender}
	if gender == children {
		words = append(words, "kids")
	}
	if l := code(language); l != "en" {
		own := whoms[l].words[gender]
		words = append(words, own[:min(2, len(own))]...)
	}
	return words
}
