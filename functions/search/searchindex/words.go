package searchindex

import (
	"embed"
	"strings"
)

//go:embed words
var words embed.FS

// lines reads a list that ships with the function: a line an entry, # before a comment. A language without a file
// has none.
func lines(name string) []string {
	b, err := words.ReadFile("words/" + name + ".txt")
	if err != nil {
		return nil
	}
	var list []string
	for _, l := range strings.Split(string(b), "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			list = append(list, l)
		}
	}
	return list
}

// stopWords are the words of a BCP 47 language that say nothing when they are looked for.
func stopWords(tag string) []string {
	code, _, _ := strings.Cut(tag, "-")
	return lines("stop." + code)
}
