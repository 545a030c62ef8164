package marketplaces

import (
	"slices"
	"time"
)

// calendars are the public holidays of each marketplace's country, as its law stood in November 2026.
//
// Left out, since they are told by the moon, by decree or by a region, and no rule here could state them: the feasts of Islam
// (AE, EG, IN, SG, TR; the law of SA goes by a calendar), of the Hindus, Sikhs, Jains and Buddhists (IN, SG), holidays of one
// state, province, autonomous community, Land or town (but those of New South Wales in AU, where its marketplace is), half days
// and optional days (BR: carnival), and single days that a government gives or moves (EG moves many to a Thursday).
var calendars = map[string]calendar{
	// Cabinet Resolution 27 of 2024.
	"AE": {rules: []rule{fixed("New Year", time.January, 1), fixed("National Day", time.December, 2), fixed("National Day", time.December, 3)}},
	// Public Holidays Act 2010 (NSW), s. 4.
	"AU": {rules: slices.Concat(
		moving(weekendToMonday, newYear, fixed("Australia Day", time.January, 26), christmas, boxingDay),
		[]rule{goodFriday, easterMonday, fixed("Anzac Day", time.April, 25), first("King's Birthday", time.June, 8, time.Monday),
			first("Labour Day", time.October, 1, time.Monday)})},
	// Royal decree of 18 April 1974, art. 1.
	"BE": {rules: []rule{newYear, easterMonday, mayDay, ascension, whitMonday, fixed("National Day", time.July, 21), assumption, allSaints,
		armistice, christmas}},
	// Laws 662/1949, 6.802/1980 and 14.759/2023; Good Friday as the ministry's yearly ordinances list it.
	"BR": {rules: []rule{newYear, goodFriday, fixed("Tiradentes", time.April, 21), mayDay, fixed("Independence", time.September, 7),
		fixed("Our Lady of Aparecida", time.October, 12), fixed("All Souls", time.November, 2), fixed("Republic", time.November, 15),
		fixed("Black Awareness", time.November, 20).from(2024), christmas}},
	// Canada Labour Code, s. 166.
	"CA": {rules: moving(weekendToMonday, newYear, goodFriday, first("Victoria Day", time.May, 18, time.Monday), fixed("Canada Day", time.July, 1),
		first("Labour Day", time.September, 1, time.Monday), fixed("Truth and Reconciliation", time.September, 30).from(2021),
		first("Thanksgiving", time.October, 8, time.Monday), fixed("Remembrance Day", time.November, 11), christmas, boxingDay)},
	// What all Länder have: Einigungsvertrag art. 2(2), and the laws of the Länder.
	"DE": {rules: []rule{newYear, goodFriday, easterMonday, mayDay, ascension, whitMonday, fixed("German Unity", time.October, 3), christmas,
		boxingDay}},
	// Fixed days of the cabinet's yearly list (cabinet.gov.eg), and the Monday after the Coptic Easter.
	"EG": {rules: []rule{fixed("Coptic Christmas", time.January, 7), fixed("25 January Revolution", time.January, 25),
		{name: "Sham El-Nessim", day: func(year int) time.Time { return orthodoxEasterSunday(year).AddDate(0, 0, 1) }},
		fixed("Sinai Liberation", time.April, 25), mayDay, fixed("30 June Revolution", time.June, 30), fixed("23 July Revolution", time.July, 23),
		fixed("Armed Forces", time.October, 6)}},
	// Real Decreto 2001/1983, art. 45; Epiphany may be replaced by a community, and none does.
	"ES": {rules: []rule{newYear, epiphany, goodFriday, mayDay, assumption, fixed("National Day", time.October, 12), allSaints,
		fixed("Constitution", time.December, 6), immaculate, christmas}},
	// Code du travail, art. L3133-1.
	"FR": {rules: []rule{newYear, easterMonday, mayDay, fixed("Victory", time.May, 8), ascension, whitMonday, fixed("National Day", time.July, 14),
		assumption, allSaints, armistice, christmas}},
	// England and Wales: Banking and Financial Dealings Act 1971, sch. 1, and the yearly proclamations (gov.uk/bank-holidays).
	"GB": {rules: moving(weekendToMonday, newYear, goodFriday, easterMonday, first("Early May", time.May, 1, time.Monday),
		first("Spring", time.May, 25, time.Monday), first("Summer", time.August, 25, time.Monday), christmas, boxingDay)},
	// Organisation of Working Time Act 1997, sch. 2, as amended by S.I. 50/2022.
	"IE": {rules: []rule{newYear, {name: "Saint Brigid", since: 2023, day: brigid}, fixed("Saint Patrick", time.March, 17), easterMonday,
		first("May Day", time.May, 1, time.Monday), first("June", time.June, 1, time.Monday), first("August", time.August, 1, time.Monday),
		first("October", time.October, 25, time.Monday), christmas, boxingDay}},
	// Those of fixed date in the yearly list of the Department of Personnel and Training (dopt.gov.in), and Good Friday.
	"IN": {rules: []rule{fixed("Republic Day", time.January, 26), goodFriday, fixed("Independence Day", time.August, 15),
		fixed("Gandhi's Birthday", time.October, 2), christmas}},
	// Legge 260/1949, as amended; Saint Francis by legge 151/2025.
	"IT": {rules: []rule{newYear, epiphany, easterMonday, fixed("Liberation", time.April, 25), mayDay, fixed("Republic", time.June, 2), assumption,
		fixed("Saint Francis", time.October, 4).from(2026), allSaints, immaculate, christmas, boxingDay}},
	// Act on National Holidays (Act 178 of 1948), art. 2 and 3.
	"JP": {between: true, rules: moving(sundayToMonday, newYear, first("Coming of Age", time.January, 8, time.Monday),
		fixed("Foundation", time.February, 11), fixed("Emperor's Birthday", time.February, 23).from(2020),
		rule{name: "Vernal Equinox", day: equinox(time.March, 20_843_100)}, fixed("Showa", time.April, 29), fixed("Constitution", time.May, 3),
		fixed("Greenery", time.May, 4), fixed("Children", time.May, 5), first("Marine", time.July, 15, time.Monday),
		fixed("Mountain", time.August, 11), first("Respect for the Aged", time.September, 15, time.Monday),
		rule{name: "Autumnal Equinox", day: equinox(time.September, 23_248_800)}, first("Sports", time.October, 8, time.Monday),
		fixed("Culture", time.November, 3), fixed("Labour Thanksgiving", time.November, 23))},
	// Ley Federal del Trabajo, art. 74.
	"MX": {rules: []rule{newYear, first("Constitution", time.February, 1, time.Monday), first("Juárez", time.March, 15, time.Monday), mayDay,
		fixed("Independence", time.September, 16), {name: "New government", since: 2024, day: inauguration},
		first("Revolution", time.November, 15, time.Monday), christmas}},
	// Algemene termijnenwet, art. 3(1).
	"NL": {rules: []rule{newYear, easterMonday, {name: "King's Day", since: 2014, day: kingsDay}, fixed("Liberation", time.May, 5), ascension,
		whitMonday, christmas, boxingDay}},
	// Act of 18 January 1951 on days free of work, as amended (Christmas Eve from 2025).
	"PL": {rules: []rule{newYear, epiphany, easterMonday, mayDay, fixed("Constitution", time.May, 3), easter("Corpus Christi", 60), assumption,
		allSaints, fixed("Independence", time.November, 11), fixed("Christmas Eve", time.December, 24).from(2025), christmas, boxingDay}},
	// Labour Law, implementing regulations, art. 24; Royal Order A/371 of 2022.
	"SA": {rules: slices.Concat([]rule{fixed("Founding Day", time.February, 22).from(2022), fixed("National Day", time.September, 23)},
		fourDays("Eid al-Fitr", 0), fourDays("Eid al-Adha", 1))},
	// Lag (1989:253) om allmänna helgdagar; the three eves by semesterlagen (1977:480), 3 a §.
	"SE": {rules: []rule{newYear, epiphany, goodFriday, easterMonday, mayDay, ascension, fixed("National Day", time.June, 6),
		first("Midsummer Eve", time.June, 19, time.Friday), first("Midsummer", time.June, 20, time.Saturday),
		first("All Saints", time.October, 31, time.Saturday), fixed("Christmas Eve", time.December, 24), christmas, boxingDay,
		fixed("New Year's Eve", time.December, 31)}},
	// Holidays Act 1998, sch. 1 and s. 4(2).
	"SG": {rules: moving(sundayToMonday, newYear, goodFriday, mayDay, fixed("National Day", time.August, 9), christmas)},
	// Law 2429 on national days and public holidays.
	"TR": {rules: []rule{newYear, fixed("Children", time.April, 23), mayDay, fixed("Youth", time.May, 19), fixed("Democracy", time.July, 15),
		fixed("Victory", time.August, 30), fixed("Republic", time.October, 29)}},
	// 5 U.S.C. 6103.
	"US": {rules: moving(nearest, newYear, first("Martin Luther King", time.January, 15, time.Monday),
		first("Washington's Birthday", time.February, 15, time.Monday), first("Memorial Day", time.May, 25, time.Monday),
		fixed("Juneteenth", time.June, 19).from(2021), fixed("Independence Day", time.July, 4), first("Labor Day", time.September, 1, time.Monday),
		first("Columbus Day", time.October, 8, time.Monday), fixed("Veterans Day", time.November, 11),
		first("Thanksgiving", time.November, 22, time.Thursday), christmas)},
	// Public Holidays Act 36 of 1994, sch. 1 and s. 2(1); where the Monday is taken, the Tuesday, as proclaimed in 2016 and 2022.
	"ZA": {rules: moving(sundayToMonday, newYear, fixed("Human Rights", time.March, 21), goodFriday, easterMonday, fixed("Freedom", time.April, 27),
		mayDay, fixed("Youth", time.June, 16), fixed("Women", time.August, 9), fixed("Heritage", time.September, 24),
		fixed("Reconciliation", time.December, 16), christmas, boxingDay)},
}

// What many countries keep.
var (
	newYear      = fixed("New Year", time.January, 1)
	epiphany     = fixed("Epiphany", time.January, 6)
	goodFriday   = easter("Good Friday", -2)
	easterMonday = easter("Easter Monday", 1)
	mayDay       = fixed("Labour Day", time.May, 1)
	ascension    = easter("Ascension", 39)
	whitMonday   = easter("Whit Monday", 50)
	assumption   = fixed("Assumption", time.August, 15)
	allSaints    = fixed("All Saints", time.November, 1)
	armistice    = fixed("Armistice", time.November, 11)
	immaculate   = fixed("Immaculate Conception", time.December, 8)
	christmas    = fixed("Christmas", time.December, 25)
	boxingDay    = fixed("Second day of Christmas", time.December, 26)
)

// eids are when the holidays of Eid al-Fitr and Eid al-Adha begin in SA: on the day after 29 Ramadan and on 9 Dhu al-Hijja of
// the Umm al-Qura calendar, which the regulations name (its tables: hijridate 2.6.0). Other years are not known here.
var eids = map[int][2]time.Time{
	2026: {date(2026, time.March, 19), date(2026, time.May, 26)},
	2027: {date(2027, time.March, 9), date(2027, time.May, 15)},
	2028: {date(2028, time.February, 26), date(2028, time.May, 4)},
	2029: {date(2029, time.February, 14), date(2029, time.April, 23)},
	2030: {date(2030, time.February, 3), date(2030, time.April, 12)},
}

// fourDays is one of the two eids.
func fourDays(name string, eid int) []rule {
	var out []rule
	for n := range 4 {
		out = append(out, rule{name: name, day: func(year int) time.Time {
			begins := eids[year][eid]
			if begins.IsZero() {
				return begins
			}
			return begins.AddDate(0, 0, n)
		}})
	}
	return out
}

// brigid is the first Monday of February, or the 1st if it is a Friday.
func brigid(year int) time.Time {
	if day := date(year, time.February, 1); day.Weekday() == time.Friday {
		return day
	}
	return first("", time.February, 1, time.Monday).day(year)
}

// kingsDay is 27 April, or the day before if that is a Sunday.
func kingsDay(year int) time.Time {
	day := date(year, time.April, 27)
	if day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// inauguration is 1 October of every sixth year, when the federal executive changes.
func inauguration(year int) time.Time {
	if (year-2024)%6 != 0 {
		return time.Time{}
	}
	return date(year, time.October, 1)
}

// equinox is the day of one in Japan from 1980 to 2099, by its millionths of a day in 1980 (the Hydrographic Department's
// formula). The days in law are those that the National Astronomical Observatory gazettes each February for the next year.
func equinox(month time.Month, in1980 int) func(year int) time.Time {
	return func(year int) time.Time {
		n := year - 1980
		return date(year, month, (in1980+242_194*n)/1_000_000-n/4)
	}
}
