package search

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// measured is a number with a unit of a size, as people write it: 1.5 m, 1,5m, 150 cm.
var measured = regexp.MustCompile(`(?i)(^|\s)(\d{1,5})(?:[.,](\d{1,2}))?\s?(mm|cm|m|g|kg|ml|cl|l|gb|tb)(\s|$)`)

// units are those of one kind, with how many of the smallest each is, the smallest first.
var units = [][]measureUnit{
	{{"mm", 1}, {"cm", 10}, {"m", 1_000}},
	{{"g", 1}, {"kg", 1_000}},
	{{"ml", 1}, {"cl", 10}, {"l", 1_000}},
	{{"gb", 1}, {"tb", 1_000}},
}

type measureUnit struct {
	name string
	size int64
}

// Measures are the other texts that a text with a size may be looked for as: with the other mark before decimals, and in the other
// units that say as much in two decimals at most. 5G is no size of a thing.
func Measures(text string) (out []string) {
	at := measured.FindStringSubmatchIndex(text)
	if at == nil {
		return nil
	}
	group := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return text[at[2*n]:at[2*n+1]]
	}
	hundredths, err := strconv.ParseInt(group(2)+(group(3) + "00")[:2], 10, 64)
	if err != nil {
		return nil
	}
	for _, kind := range units {
		i := slices.IndexFunc(kind, func(u measureUnit) bool { return u.name == strings.ToLower(group(4)) })
		if i < 0 {
			continue
		}
		for _, other := range kind {
			n := hundredths * kind[i].size
			if n%other.size != 0 || n/other.size < leastMeasure || n/other.size > mostMeasure {
				continue
			}
			for _, number := range decimals(n / other.size) {
				if other != kind[i] || group(3) != "" && number != text[at[4]:at[7]] {
					out = append(out, strings.TrimSpace(text[:at[0]]+" "+number+" "+other.name+" "+text[at[1]:]))
				}
			}
		}
	}
	return out
}

// Numbers that a unit is written with, in hundredths: nobody says 28,000 ml.
const leastMeasure, mostMeasure = 10, 9_999_00

// decimals are the ways to write a number of hundredths.
func decimals(hundredths int64) []string {
	whole, part := strconv.FormatInt(hundredths/100, 10), strconv.FormatInt(100+hundredths%100, 10)[1:]
	if part = strings.TrimRight(part, "0"); part == "" {
		return []string{whole}
	}
	return []string{whole + "." + part, whole + "," + part}
}
