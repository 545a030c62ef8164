package search

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/marketplaces"
)

func TestWhatIsReadInWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		rest     string
		min, max int64
		without  string
	}{
		"women's red shoes under $50":   {"red shoes", 0, 5_000, ""},
		"headphones under 100":          {"headphones", 0, 10_000, ""},
		"headphones below $99.50":       {"headphones", 0, 9_950, ""},
		"tents up to 1,200 dollars":     {"tents", 0, 120_000, ""},
		"watch over $200":               {"watch", 20_000, 0, ""},
		"lamp between $20 and $50":      {"lamp", 2_000, 5_000, ""},
		"lamp $20-50 for a desk":        {"lamp for a desk", 2_000, 5_000, ""},
		"under $50":                     {"", 0, 5_000, ""},
		"under $50 backpack":            {"backpack", 0, 5_000, ""},
		"sofa not leather":              {"sofa", 0, 0, "leather"},
		"backpack without a frame":      {"backpack", 0, 0, "frame"},
		"sofa without wooden legs":      {"sofa", 0, 0, "wooden legs"},
		"lamp without a shade for desk": {"lamp for desk", 0, 0, "shade"},
		"jeans no holes":                {"jeans", 0, 0, "holes"},
		"sofa not leather under $900":   {"sofa", 0, 90_000, "leather"},
		"sofa not leather and not red":  {"sofa", 0, 0, "leather red"},
		"shoes for less than $40":       {"shoes", 0, 4_000, ""}, "shoes that cost less than $40": {"shoes", 0, 4_000, ""},
		"shoes max $40": {"shoes", 0, 4_000, ""}, "shoes <$40": {"shoes", 0, 4_000, ""}, "shoes > $40": {"shoes", 4_000, 0, ""},
		"shoes under 40$": {"shoes", 0, 4_000, ""}, "shoes under USD 40": {"shoes", 0, 4_000, ""}, "shoes from $20": {"shoes", 2_000, 0, ""},
		"shoes $40 or less": {"shoes", 0, 4_000, ""}, "shoes $40 and up": {"shoes", 4_000, 0, ""}, "shoes under $40?": {"shoes", 0, 4_000, ""},
		"shoes not over $40": {"shoes", 0, 4_000, ""}, "shoes no more than $40": {"shoes", 0, 4_000, ""}, "shoes not less than $40": {"shoes", 4_000, 0,
			""},
		"chair with no arms": {"chair", 0, 0, "arms"}, "chair w/o arms": {"chair", 0, 0, "arms"}, "shampoo that is not scented": {"shampoo", 0, 0,
			"scented"},
		"sofa but not leather": {"sofa", 0, 0, "leather"}, "sofa -leather": {"sofa", 0, 0, "leather"},
		"jacket without zip or hood": {"jacket", 0, 0, "zip hood"},
		// What is no price:
		"air max 90": {"air max 90", 0, 0, ""}, "book from 1984": {"book from 1984", 0, 0, ""}, "6 to 12 months toys": {"6 to 12 months toys", 0, 0, ""},
		"shoes max €40":          {"shoes max €40", 0, 0, ""},
		"toys for kids under 12": {"toys for kids under 12", 0, 0, ""}, "laptop under 5 kg": {"laptop under 5 kg", 0, 0, ""},
		"shelf under 100 cm": {"shelf under 100 cm", 0, 0, ""}, "gift for women over 50": {"gift for women over 50", 0, 0, ""},
		"shoes size 10-12": {"shoes size 10-12", 0, 0, ""}, "over ear headphones": {"over ear headphones", 0, 0, ""},
		"headphones under €100": {"headphones under €100", 0, 0, ""}, "under desk treadmill": {"under desk treadmill", 0, 0, ""},
		"weights under 5 pounds": {"weights under 5 pounds", 0, 0, ""}, "lamp between $50 and $20": {"lamp between $50 and $20", 0, 0, ""},
		"shirt under $0": {"shirt under $0", 0, 0, ""}, "under 3 stories": {"under 3 stories", 0, 0, ""},
		// What refuses nothing:
		"no show socks": {"no show socks", 0, 0, ""}, "men no show socks": {"no show socks", 0, 0, ""}, "chanel no 5": {"chanel no 5", 0, 0, ""},
		"shoes not too expensive":          {"shoes not too expensive", 0, 0, ""},
		"laptop without touchscreen, 16GB": {"laptop 16GB", 0, 0, "touchscreen"}, "sofa not in black": {"sofa", 0, 0, "black"},
		"laptop under 2k": {"laptop", 0, 200_000, ""}, "bag under 5kg": {"bag under 5kg", 0, 0, ""},
		"forget me not seeds": {"forget me not seeds", 0, 0, ""}, "why not book": {"why not book", 0, 0, ""}, "usb - c": {"usb - c", 0, 0, ""},
		"not leather": {"not leather", 0, 0, ""}, "sofa not": {"sofa not", 0, 0, ""}, "sofa without": {"sofa without", 0, 0, ""},
		`sofa "not leather"`: {`sofa "not leather"`, 0, 0, ""},
	} {
		m, err := marketplaces.Lookup("US")
		if err != nil {
			t.Fatal(err)
		}
		q, readings := Query{Text: text}.understand(m)
		if d := gocmp.Diff(want.rest, q.Text) + gocmp.Diff(want.min, q.PriceMin) + gocmp.Diff(want.max, q.PriceMax) +
			gocmp.Diff(want.without, strings.Join(q.Without, " ")); d != "" {
			t.Errorf("%q: %s", text, d)
		}
		for _, r := range readings {
			if !strings.Contains(text, r.Words) {
				t.Errorf("%q: %q was not typed", text, r.Words)
			}
		}
	}
}

// Seen to catch: prices read in English alone; decimals behind a comma taken for thousands.
func TestPricesOfOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		market, text, rest string
		min, max           int64
	}{
		{"DE", "Schuhe unter 50 €", "Schuhe", 0, 5_000}, {"DE", "Schuhe bis 49,90 Euro", "Schuhe", 0, 4_990}, {"DE", "Sofa ab 1.200 €", "Sofa", 120_000,
			0},
		{"DE", "Lampe zwischen 20 und 50 €", "Lampe", 2_000, 5_000}, {"DE", "Zelt unter 5 kg", "Zelt unter 5 kg", 0, 0}, {"DE", "Schuhe unter 50",
			"Schuhe unter 50", 0, 0},
		{"FR", "chaussures à moins de 50 €", "chaussures", 0, 5_000}, {"ES", "zapatos por menos de 50 euros", "zapatos", 0, 5_000},
		{"IT", "scarpe sotto i 50 euro", "scarpe", 0, 5_000}, {"NL", "schoenen tot 49,95 euro", "schoenen", 0, 4_995}, {"PL", "buty do 200 zł", "buty", 0,
			20_000},
		{"SE", "skor under 500 kr", "skor", 0, 50_000}, {"BR", "tênis até R$ 1.299,90", "tênis", 0, 129_990},
		{"MX", "tenis de $500 a $900", "tenis", 50_000,
			90_000},
		{"IN", "phone under Rs. 15,000", "phone", 0, 1_500_000}, {"IN", "laptop under 1,50,000", "laptop", 0, 15_000_000}, {"ZA", "braai under R500",
			"braai", 0, 50_000},
		{"GB", "kettle under 30 quid", "kettle", 0, 3_000},
		{"JP", "靴 5000円以下", "靴", 0, 5_000}, {"JP", "5,000円以下の靴", "靴", 0, 5_000}, {"JP", "スニーカー １万円以下", "スニーカー", 0, 10_000},
		{"JP", "¥3000以上の腕時計", "腕時計", 3_000, 0}, {"JP", "3000円〜5000円 財布", "財布", 3_000, 5_000}, {"JP", "3000円から5000円までのバッグ", "バッグ", 3_000, 5_000},
		{"JP", "USB 3.0 以上", "USB 3.0 以上", 0, 0}, {"JP", "shoes under ¥5000", "shoes", 0, 5_000},
		{"TR", "50 TL altı kulaklık", "kulaklık", 0, 5_000}, {"TR", "kulaklık 50'den az", "kulaklık", 0, 5_000}, {"TR", "ayakkabı 1.299,90 TL'den ucuz",
			"ayakkabı", 0, 129_990}, {"TR", "en fazla 500 lira çanta", "çanta", 0, 50_000}, {"TR", "100-200 TL arası saat", "saat", 10_000, 20_000},
		{"TR", "ayakkabı 500 TL üstü", "ayakkabı", 50_000, 0}, {"TR", "air max 90", "air max 90", 0, 0},
		{"AE", "حذاء أقل من 100 درهم", "حذاء", 0, 10_000}, {"SA", "سماعات اقل من ٥٠ ريال", "سماعات", 0, 5_000}, {"EG",
			"شنطة بين 200 و 300 جنيه", "شنطة", 20_000,
			30_000}, {"SA", "ساعة من 100 إلى 200 ريال", "ساعة", 10_000, 20_000}, {"AE", "shoes under AED 100", "shoes", 0, 10_000},
		{"MX", "tenis menos de $1,299.50", "tenis", 0, 129_950}, {"ES", "zapatos máximo 1.299,50 €", "zapatos", 0, 129_950},
		{"DE", "shoes under 50 €", "shoes", 0, 5_000}, {"DE", "Schuhe 50 € oder weniger", "Schuhe", 0, 5_000}, {"FR",
			"casque jusqu\u2019à 80 euros", "casque", 0,
			8_000}, {"FR", "robe sous les 50 €", "robe", 0, 5_000}, {"ES", "bolso por debajo de 40 €", "bolso", 0, 4_000}, {"IT",
			"borsa entro 40 euro", "borsa",
			0, 4_000}, {"IT", "lampada al di sotto dei 40 €", "lampada", 0, 4_000}, {"PL", "plecak poniżej 150 zl", "plecak", 0, 15_000},
		{"BE", "chaussures moins de 50 €", "chaussures", 0, 5_000}, {"DE", "Schuhe Größe 40 bis 42", "Schuhe Größe 40 bis 42", 0, 0},
		{"DE", "Schuhe unter 50 $", "Schuhe unter 50 $", 0, 0},
	} {
		m, err := marketplaces.Lookup(c.market)
		if err != nil {
			t.Fatal(err)
		}
		if q, _ := (Query{Text: c.text}).understand(m); q.Text != c.rest || q.PriceMin != c.min || q.PriceMax != c.max {
			t.Errorf("%s %q: %q, %d to %d", c.market, c.text, q.Text, q.PriceMin, q.PriceMax)
		}
	}
}

func TestAReadingCanBeLifted(t *testing.T) {
	t.Parallel()
	us, err := marketplaces.Lookup("US")
	if err != nil {
		t.Fatal(err)
	}
	de, err := marketplaces.Lookup("DE")
	if err != nil {
		t.Fatal(err)
	}
	const text = "sofa not leather under $900"
	for name, c := range map[string]struct {
		q        Query
		m        marketplaces.Marketplace
		rest     string
		max      int64
		readings int
	}{
		"both are read":         {Query{Text: text}, us, "sofa", 90_000, 2},
		"the price is words":    {Query{Text: text, AsWords: []ReadingKind{PriceWords}}, us, "sofa under $900", 0, 1},
		"both are words":        {Query{Text: text, AsWords: ReadingKinds}, us, text, 0, 0},
		"a filter holds":        {Query{Text: text, PriceMax: 100}, us, "sofa", 100, 2},
		"another language":      {Query{Text: "Sofa nicht aus Leder unter 900 €"}, de, "Sofa", 90_000, 2},
		"words are measured":    {Query{Text: text, Ranker: Rescored}, us, text, 0, 0},
		"nothing is to be read": {Query{Text: "sofa"}, us, "sofa", 0, 0},
	} {
		q, readings := c.q.understand(c.m)
		if q.Text != c.rest || q.PriceMax != c.max || len(readings) != c.readings {
			t.Errorf("%s: %q, %d, %+v", name, q.Text, q.PriceMax, readings)
		}
	}
}

// Seen to catch: a gender read where nothing is left to look for.
func TestForWhom(t *testing.T) {
	t.Parallel()
	us, err := marketplaces.Lookup("US")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][2]string{
		"women's red shoes under $50": {"red shoes", "women"}, "women\u2019s boots": {"boots", "women"}, "ladies watch": {"watch", "women"},
		"boots for men": {"boots", "men"}, "gifts for her": {"gifts", "women"}, "black women's boots": {"black boots", "women"},
		"running shoes mens": {"running shoes", "men"}, "Mens socks": {"socks", "men"},
		"for women": {"for women", ""}, "mens": {"mens", ""}, "little women": {"little women", ""}, "men in black": {"men in black", ""},
		`"men socks"`: {`"men socks"`, ""}, "gift for women over 50": {"gift for women over 50", ""},
	} {
		if q, _ := (Query{Text: text}).understand(us); q.Text != want[0] || q.Gender != want[1] {
			t.Errorf("%q: %q for %q", text, q.Text, q.Gender)
		}
	}
	if q, readings := (Query{Text: "women's shoes", AsWords: []ReadingKind{GenderWords}}).understand(us); q.Gender != "" || readings != nil {
		t.Errorf("lifted: %+v", q)
	}
}

// Seen to catch: what is refused read in English alone; mens erger je niet a game of mens.
func TestWhatIsRefusedInOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ market, text, rest, without, words string }{
		{"DE", "Kleid ohne Ärmel", "Kleid", "ärmel", "ohne Ärmel"}, {"DE", "Sofa nicht aus Leder", "Sofa", "leder", "nicht aus Leder"},
		{"DE", "Schuhe die nicht aus Leder sind", "Schuhe", "leder", "die nicht aus Leder sind"}, {"DE", "Sofa kein Leder", "Sofa", "leder",
			"kein Leder"},
		{"DE", "sofa without leather", "sofa", "leather", "without leather"}, {"DE", "Sofa -leder", "Sofa", "leder", "-leder"},
		{"FR", "robe sans manches", "robe", "manches", "sans manches"}, {"FR", "canapé pas en cuir", "canapé", "cuir", "pas en cuir"},
		{"FR", "crème sans d'alcool", "crème", "alcool", "sans d'alcool"}, {"FR", "canapé qui n'est pas en cuir", "canapé", "cuir",
			"qui n'est pas en cuir"},
		{"FR", "chaussures pas cher", "chaussures pas cher", "", ""}, {"FR", "casque sans fil", "casque sans fil", "", ""},
		{"DE", "Uhr nicht zu teuer", "Uhr nicht zu teuer", "", ""},
		{"ES", "zapatos sin cordones", "zapatos", "cordones", "sin cordones"}, {"ES", "sofá que no sea de piel", "sofá", "piel", "que no sea de piel"},
		{"IT", "scarpe senza lacci", "scarpe", "lacci", "senza lacci"}, {"IT", "divano non in pelle", "divano", "pelle", "non in pelle"},
		{"NL", "jurk zonder mouwen", "jurk", "mouwen", "zonder mouwen"}, {"NL", "bank niet van leer", "bank", "leer", "niet van leer"},
		{"NL", "mens erger je niet", "mens erger je niet", "", ""},
		{"BR", "vestido sem mangas", "vestido", "mangas", "sem mangas"}, {"BR", "fone sem fio", "fone sem fio", "", ""},
		{"PL", "torebka bez skóry", "torebka", "skóry", "bez skóry"}, {"PL", "kurtka bez kaptura do pracy", "kurtka do pracy", "kaptura", "bez kaptura"},
		{"SE", "skor utan snören", "skor", "snören", "utan snören"}, {"SE", "soffa men inte läder", "soffa", "läder", "men inte läder"},
		{"TR", "deri olmayan koltuk", "koltuk", "deri", "deri olmayan"}, {"TR", "kolsuz elbise", "kolsuz elbise", "kol", "kolsuz"},
		{"TR", "şeker olmadan çikolata", "çikolata", "şeker", "şeker olmadan"},
		{"SA", "حذاء بدون كعب", "حذاء", "كعب", "بدون كعب"}, {"EG", "شامبو خالي من", "شامبو خالي من", "", ""},
		{"JP", "靴 革なし", "靴", "革", "革なし"}, {"JP", "フードなしのジャケット", "ジャケット", "フード", "フードなしの"}, {"JP", "革以外の財布", "財布", "革", "革以外の"},
		{"JP", "なし", "なし", "", ""}, {"SG", "没有帽子的外套", "外套", "帽子", "没有帽子的"}, {"SG", "外套 不带帽子", "外套", "帽子", "不带帽子"},
		{"BE", "chaussures sans lacets", "chaussures", "lacets", "sans lacets"},
	} {
		m, err := marketplaces.Lookup(c.market)
		if err != nil {
			t.Fatal(err)
		}
		q, readings := (Query{Text: c.text}).understand(m)
		words := ""
		if len(readings) > 0 {
			words = readings[0].Words
		}
		if q.Text != c.rest || strings.Join(q.Without, " ") != c.without || words != c.words {
			t.Errorf("%s %q: %q without %q, read in %q", c.market, c.text, q.Text, q.Without, words)
		}
		if q, readings := (Query{Text: c.text, AsWords: ReadingKinds}).understand(m); q.Text != c.text || readings != nil {
			t.Errorf("%s %q, lifted: %q, %+v", c.market, c.text, q.Text, readings)
		}
	}
}

func TestForWhomInOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ market, text, rest, gender string }{
		{"US", "kids shoes", "shoes", "children"}, {"US", "toys for kids", "toys", "children"}, {"US", "children of men", "children of men", ""},
		{"DE", "Damen Stiefel", "Stiefel", "women"}, {"DE", "Schuhe für Herren", "Schuhe", "men"}, {"DE", "schwarze Damen Stiefel",
			"schwarze Stiefel", "women"},
		{"DE", "Jacke Kinder", "Jacke", "children"}, {"DE", "women's boots", "boots", "women"}, {"DE", "Geschenke für sie", "Geschenke", "women"},
		{"DE", "Damen", "Damen", ""}, {"DE", "die Frauen von Stepford", "die Frauen von Stepford", ""},
		{"FR", "chaussures femme", "chaussures", "women"}, {"FR", "montre pour homme", "montre", "men"}, {"FR", "vélo enfant", "vélo", "children"},
		{"FR", "robe femme été", "robe été", "women"}, {"FR", "la femme de ménage", "la femme de ménage", ""}, {"FR", "femme fatale", "femme fatale", ""},
		{"ES", "zapatos de mujer", "zapatos", "women"}, {"ES", "reloj hombre", "reloj", "men"}, {"MX", "tenis para niño", "tenis", "children"},
		{"ES", "mujer maravilla", "mujer maravilla", ""},
		{"IT", "scarpe da donna", "scarpe", "women"}, {"IT", "orologio uomo", "orologio", "men"}, {"IT", "scarpe bambino", "scarpe", "children"},
		{"NL", "dames laarzen", "laarzen", "women"}, {"NL", "schoenen voor heren", "schoenen", "men"}, {"NL", "mens erger je niet",
			"mens erger je niet", ""},
		{"BR", "tênis feminino", "tênis", "women"}, {"BR", "relógio masculino", "relógio", "men"}, {"BR", "tênis infantil", "tênis", "children"},
		{"PL", "buty damskie", "buty", "women"}, {"PL", "zegarek dla mężczyzn", "zegarek", "men"}, {"PL", "kurtka dziecięca", "kurtka", "children"},
		{"SE", "skor dam", "skor", "women"}, {"SE", "jacka för barn", "jacka", "children"}, {"SE", "herr klocka", "klocka", "men"}, {"SE",
			"jacka utan huva herr", "jacka", "men"},
		{"US", "men's and women's socks", "men's and women's socks", ""}, {"DE", "Damen und Herren Socken", "Damen und Herren Socken", ""},
		{"TR", "kadın ayakkabı", "ayakkabı", "women"}, {"TR", "erkek için saat", "saat", "men"}, {"TR", "çocuk bisikleti", "bisikleti", "children"},
		{"SA", "حذاء نسائي", "حذاء", "women"}, {"AE", "ساعة للرجال", "ساعة", "men"}, {"EG", "ملابس أطفال", "ملابس", "children"},
		{"JP", "レディース 靴", "靴", "women"}, {"JP", "メンズTシャツ", "Tシャツ", "men"}, {"JP", "子供用の自転車", "自転車", "children"}, {"JP", "レディース", "レディース", ""},
		{"DE", "Schuhe ohne Schnürsenkel für Damen unter 50 €", "Schuhe", "women"}, {"ES", "zapatos de mujer sin tacón por menos de 50 €",
			"zapatos", "women"},
		{"FR", "chaussures femme sans talon moins de 50€", "chaussures", "women"}, {"JP", "レディース 靴 5000円以下 革なし", "靴", "women"},
		{"SA", "احذية نسائية اقل من 200 ر.س بدون كعب", "احذية", "women"}, {"SE", "skor dam utan snören under 500:-", "skor", "women"},
		{"TR", "kadın ayakkabı 500₺ altı", "ayakkabı", "women"}, {"IT", "scarpe da donna senza tacco sotto i 50 euro", "scarpe", "women"},
		{"FR", "robe femme sans manches ni col", "robe", "women"},
		{"SG", "女士手表", "手表", "women"}, {"BE", "chaussures femme", "chaussures", "women"},
	} {
		m, err := marketplaces.Lookup(c.market)
		if err != nil {
			t.Fatal(err)
		}
		if q, _ := (Query{Text: c.text}).understand(m); q.Text != c.rest || q.Gender != c.gender {
			t.Errorf("%s %q: %q for %q", c.market, c.text, q.Text, q.Gender)
		}
	}
}

// Whatever is typed, and wherever: what is read stood there, and lifting it leaves the words.
func TestAnyWordsAreUnderstoodOrLeft(t *testing.T) {
	t.Parallel()
	words := strings.Fields("shoes Schuhe 50 € 50€ ٥٠ ５０００円 以下 革なし 以外 の なし without no ohne sans l'été d' non -x , ;, or ou und " +
		"women's femme la Damen レディース 女士 没有 的 olmayan kolsuz 1,5 1.299,90 under unter bis zwischen to - – 15k :- ' ’ \" ( für pour men + بدون أقل من ريال")
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.SliceOfN(rapid.SampledFrom(words), 1, 8).Draw(t, "words")
		text := plain(strings.Join(typed, rapid.SampledFrom([]string{" ", ""}).Draw(t, "between")))
		for _, m := range marketplaces.All() {
			_, readings := (Query{Text: text}).understand(m)
			for _, r := range readings {
				if r.Kind != Negation && !strings.Contains(text, r.Words) || r.Words == "" {
					t.Fatalf("%s %q: %+v was not typed", m.Code, text, r)
				}
			}
			if q, readings := (Query{Text: text, AsWords: ReadingKinds}).understand(m); q.Text != text || readings != nil {
				t.Fatalf("%s %q, lifted: %q", m.Code, text, q.Text)
			}
		}
	})
}
