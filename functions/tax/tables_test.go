package tax

import (
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// line is one of so much in a category, delivered for nothing.
func line(s Sale, currency, category string, amount int64) Sale {
	s.Lines = []Line{{Line: "a", Amount: money.Of(amount, currency), Quantity: 1, Category: category}}
	s.Delivery = money.Zero(currency)
	return s
}

// Every marketplace taxes what it sells to each of its destinations, and prices hold the tax where it says so.
func TestEveryMarketplaceSells(t *testing.T) {
	t.Parallel()
	regions := map[string][]string{"US": append(slices.Sorted(maps.Keys(states)), stateless...), "CA": provinces, "BR": slices.Sorted(maps.Keys(icms))}
	for _, m := range marketplaces.All() {
		for _, country := range m.Countries {
			list, ok := regions[country]
			if !ok {
				list = []string{""}
			}
			for _, region := range list {
				a, err := Assess(line(Sale{Marketplace: m.Code, Country: country, Region: region}, m.Currency, "tents", 10_000))
				if err != nil || a.Included != m.TaxIncluded {
					t.Errorf("%s to %s %s: %+v, %v", m.Code, country, region, a, err)
				}
			}
		}
	}
}

// right are goods of 10,000 minor units, and what of it, or on it, is tax: by hand, from the rate and the rule.
var right = []struct {
	marketplace, country, region string
	category                     string
	rate, tax                    int64 // ppm, minor units
}{
	{"AE", "AE", "", "toys", 50_000, 476},
	{"AU", "AU", "NSW", "toys", 100_000, 909},
	{"AU", "AU", "NSW", "groceries", 0, 0},
	{"AU", "AU", "NSW", "chocolate", 100_000, 909},
	{"AU", "AU", "NSW", "books", 100_000, 909},
	{"BE", "BE", "", "toys", 210_000, 1_736},
	{"BE", "BE", "", "books", 60_000, 566},
	{"BR", "BR", "SP", "toys", 180_000, 1_800}, // inside the price: 18 % of it
	{"BR", "BR", "RJ", "toys", 200_000, 2_000},
	{"BR", "BR", "SP", "books", 0, 0},
	{"CA", "CA", "ON", "toys", 130_000, 1_300},
	{"CA", "CA", "NS", "toys", 140_000, 1_400},
	{"CA", "CA", "NB", "toys", 150_000, 1_500},
	{"CA", "CA", "AB", "toys", 50_000, 500},
	{"CA", "CA", "BC", "toys", 120_000, 1_200},
	{"CA", "CA", "MB", "toys", 120_000, 1_200},
	{"CA", "CA", "SK", "toys", 110_000, 1_100},
	{"CA", "CA", "QC", "toys", 149_750, 1_498}, // 500 and 997.5
	{"CA", "CA", "ON", "groceries", 0, 0},
	{"CA", "CA", "ON", "candy", 130_000, 1_300},
	{"CA", "CA", "ON", "books", 50_000, 500},
	{"CA", "CA", "NL", "books", 50_000, 500},
	{"CA", "CA", "QC", "books", 50_000, 500},
	{"CA", "CA", "BC", "books", 50_000, 500},
	{"CA", "CA", "ON", "kids-shoes", 50_000, 500},
	{"CA", "CA", "NB", "kids-shoes", 150_000, 1_500},
	{"DE", "DE", "", "toys", 190_000, 1_597},
	{"DE", "DE", "", "food", 70_000, 654},
	{"DE", "DE", "", "soft-drinks", 190_000, 1_597},
	{"DE", "DK", "", "books", 250_000, 2_000},
	{"DE", "FI", "", "toys", 255_000, 2_032},
	{"DE", "HU", "", "toys", 270_000, 2_126},
	{"DE", "LU", "", "food", 30_000, 291},
	{"EG", "EG", "", "toys", 140_000, 1_228},
	{"ES", "ES", "", "toys", 210_000, 1_736},
	{"ES", "ES", "", "books", 40_000, 385},
	{"ES", "ES", "", "food", 100_000, 909},
	{"FR", "FR", "", "toys", 200_000, 1_667},
	{"FR", "FR", "", "books", 55_000, 521},
	{"FR", "FR", "", "food", 55_000, 521},
	{"GB", "GB", "", "toys", 200_000, 1_667},
	{"GB", "GB", "", "books", 0, 0},
	{"GB", "GB", "", "groceries", 0, 0},
	{"GB", "GB", "", "crisps", 200_000, 1_667},
	{"GB", "GB", "", "childrens-clothing", 0, 0},
	{"GB", "GB", "", "clothing", 200_000, 1_667},
	{"IE", "IE", "", "toys", 230_000, 1_870},
	{"IE", "IE", "", "books", 0, 0},
	{"IN", "IN", "KA", "toys", 180_000, 1_525},
	{"IN", "IN", "KA", "food", 50_000, 476},
	{"IN", "IN", "KA", "books", 0, 0},
	{"IN", "IN", "KA", "medicines", 50_000, 476},
	{"IN", "IN", "KA", "shoes", 50_000, 476},
	{"IT", "IT", "", "toys", 220_000, 1_803},
	{"IT", "IT", "", "books", 40_000, 385},
	{"JP", "JP", "", "toys", 100_000, 909},
	{"JP", "JP", "", "food", 80_000, 741},
	{"JP", "JP", "", "soft-drinks", 80_000, 741},
	{"JP", "JP", "", "beer", 100_000, 909},
	{"MX", "MX", "", "toys", 160_000, 1_379},
	{"MX", "MX", "", "food", 0, 0},
	{"NL", "NL", "", "toys", 210_000, 1_736},
	{"NL", "NL", "", "food", 90_000, 826},
	{"PL", "PL", "", "toys", 230_000, 1_870},
	{"PL", "PL", "", "books", 50_000, 476},
	{"SA", "SA", "", "toys", 150_000, 1_304},
	{"SE", "SE", "", "toys", 250_000, 2_000},
	{"SE", "SE", "", "food", 60_000, 566},
	{"SG", "SG", "", "food", 90_000, 826},
	{"TR", "TR", "", "toys", 200_000, 1_667},
	{"TR", "TR", "", "food", 10_000, 99},
	{"TR", "TR", "", "shoes", 100_000, 909},
	{"US", "US", "CA", "toys", 72_500, 725},
	{"US", "US", "CA", "groceries", 0, 0},
	{"US", "US", "TN", "groceries", 40_000, 400},
	{"US", "US", "MO", "groceries", 12_250, 123},
	{"US", "US", "NJ", "clothing", 0, 0},
	{"US", "US", "NY", "kids-shoes", 0, 0}, // 100.00 is under 110.00
	{"US", "US", "OR", "toys", 0, 0},
	{"ZA", "ZA", "", "toys", 150_000, 1_304},
}

func TestEveryMarketplaceTaxesRight(t *testing.T) {
	t.Parallel()
	for _, c := range right {
		m, err := marketplaces.Lookup(c.marketplace)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Assess(line(Sale{Marketplace: c.marketplace, Country: c.country, Region: c.region}, m.Currency, c.category, 10_000))
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if got := a.Lines[0]; got.RatePPM != c.rate || got.Tax != money.Of(c.tax, m.Currency) || a.Total.Minor != c.tax {
			t.Errorf("%+v: %d ppm, %+v", c, got.RatePPM, got.Tax)
		}
	}
}

// A piece dearer than the law's limit bears the standard rate; the limit is without tax, and of one piece.
func TestClothesGoByThePriceOfAPiece(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		marketplace, country, region string
		amount, discount, units      int64
		rate                         int64
	}{
		{"IN", "IN", "KA", 2_625_00, 0, 1, 50_000}, // 2,500.00 and 5 %
		{"IN", "IN", "KA", 2_625_02, 0, 1, 180_000},
		{"IN", "IN", "KA", 5_250_00, 0, 2, 50_000},
		{"IN", "IN", "KA", 3_000_00, 375_00, 1, 50_000}, // what is paid counts
		{"US", "US", "NY", 109_99, 0, 1, 0},
		{"US", "US", "NY", 110_00, 0, 1, 40_000},
		{"US", "US", "NY", 219_98, 0, 2, 0},
		{"US", "US", "NY", 219_98, 0, 0, 40_000}, // nothing said of units: one
		{"US", "US", "PA", 900_00, 0, 1, 0},
		{"US", "US", "MA", 175_00, 0, 1, 0},
		{"US", "US", "MA", 175_01, 0, 1, 62_500},
		{"US", "US", "RI", 250_00, 0, 1, 0},
		{"US", "US", "RI", 500_02, 0, 2, 70_000},
	} {
		s := line(Sale{Marketplace: c.marketplace, Country: c.country, Region: c.region}, "INR", "mens-shoes", c.amount)
		s.Lines[0].Discount, s.Lines[0].Quantity = money.Of(c.discount, "INR"), c.units
		if a, err := Assess(s); err != nil || a.Lines[0].RatePPM != c.rate {
			t.Errorf("%+v: %+v, %v", c, a.Lines, err)
		}
	}
}

var inPlaces = []struct {
	marketplace, country, region, postal string
	jurisdiction                         string
	tax                                  int64 // of 10,000
}{
	{"ES", "ES", "GC", "35001", "ES-CN", 0},
	{"ES", "ES", "TF", "38001", "ES-CN", 0},
	{"ES", "ES", "CE", "51001", "ES-CE", 0},
	{"ES", "ES", "ML", "52001", "ES-ML", 0},
	{"DE", "ES", "GC", "35001", "ES-CN", 0},
	{"ES", "ES", "M", "28013", "ES", 1_736},
	{"ES", "ES", "PM", "07001", "ES", 1_736},
	{"IT", "IT", "SO", "23041", "IT-23041", 0},
	{"IT", "IT", "SO", "23030", "IT", 1_803}, // Valdisotto and others
	{"IT", "IT", "CO", "22061", "IT-22061", 0},
	{"IT", "IT", "", "47890", "SM", 0},
	{"DE", "DE", "SH", "27498", "DE-27498", 0},
	{"DE", "DE", "BW", "78266", "DE-78266", 0},
	{"DE", "DE", "", "27499", "DE", 1_597}, // Neuwerk
	{"FR", "FR", "", "97110", "GP", 0},
	{"FR", "FR", "", "97400", "RE", 0},
	{"FR", "FR", "", "98800", "FR-OM", 0},
	{"FR", "FR", "", "98000", "FR", 1_667}, // Monaco has the VAT of France
	{"FR", "FR", "", "20000", "FR", 1_667},
	{"DE", "FI", "", "22100", "AX", 0},
	{"DE", "FI", "", "00100", "FI", 2_032},
	{"DE", "GR", "", "63086", "GR-69", 0},
	{"DE", "DK", "", "3900", "GL", 0},
	{"DE", "PT", "", "900", "PT-30", 1_803},
	{"DE", "PT", "", "950", "PT-20", 1_379},
	{"DE", "AT", "", "6991", "AT", 1_597},
	{"GB", "GB", "", "JE2", "JE", 0},
	{"GB", "GB", "", "GY1", "GG", 0},
	{"GB", "GB", "", "GX1", "GI", 0},
	{"GB", "GB", "", "IM1", "GB", 1_667},
	{"GB", "GB", "", "BT1", "GB", 1_667},
	{"GB", "GB", "", "G12", "GB", 1_667}, // Glasgow
	{"AU", "AU", "", "2899", "NF", 0},
	{"US", "US", "PR", "00901", "US-PR", 0},
	{"US", "US", "AE", "09001", "US-AE", 0},
	{"US", "US", "GU", "96910", "US-GU", 0},
}

func TestPlacesBearTheirOwnTax(t *testing.T) {
	t.Parallel()
	for _, c := range inPlaces {
		s := line(Sale{Marketplace: c.marketplace, Country: c.country, Region: c.region, Postal: c.postal}, "EUR", "toys", 10_000)
		a, err := Assess(s)
		if err != nil || a.Lines[0].Jurisdiction != c.jurisdiction || a.Total.Minor != c.tax {
			t.Errorf("%+v: %+v, %v", c, a, err)
		}
	}
}

// 100.00 and 3.99 of delivery to Las Palmas: the price stays, and no VAT is in it.
func TestTheCanariesPayThePriceWithoutTax(t *testing.T) {
	t.Parallel()
	s := line(Sale{Marketplace: "ES", Country: "ES", Region: "GC", Postal: "35001"}, "EUR", "toys", 10_000)
	s.Delivery.Minor = 399
	a, err := Assess(s)
	want := []JurisdictionTax{{Jurisdiction: "ES-CN", Name: "none", Taxable: money.Of(10_399, "EUR"), Tax: money.Zero("EUR")}}
	if d := cmp.Diff(want, a.Jurisdictions); err != nil || d != "" || !a.Included || a.Total.Minor != 0 || a.DeliveryTax.Minor != 0 {
		t.Errorf("%+v, %v: %s", a, err, d)
	}
}

// Federal and provincial taxes stand beside each other, each rounded by itself, and shipping bears what its goods bear.
func TestCanadaNamesBothTaxes(t *testing.T) {
	t.Parallel()
	cad := func(n int64) money.Amount { return money.Of(n, "CAD") }
	a, err := Assess(Sale{Marketplace: "CA", Country: "CA", Region: "QC", Delivery: cad(699), Lines: []Line{
		{Line: "a", Amount: cad(10_050), Category: "toys"}, {Line: "b", Amount: cad(2_000), Category: "books", Shipping: cad(100)}}})
	// 10,050: 502.5 and 1,002.49; 2,000: 100 and 0; its shipping: 5 and 0; of the delivery 583 (29.15 and 58.15) and 116 (5.8)
	want := []JurisdictionTax{
		{"CA", "GST", 50_000, cad(12_849), cad(503 + 100 + 5 + 29 + 6)},
		{"CA-QC", "QST", 99_750, cad(10_633), cad(1_002 + 58)},
		{"CA-QC", "QST", 0, cad(2_216), cad(0)},
	}
	if d := cmp.Diff(want, a.Jurisdictions); err != nil || d != "" {
		t.Fatal(err, d)
	}
	if l := a.Lines[0]; l.Tax != cad(1_505) || l.RatePPM != 149_750 || l.Rate != 1_498 || a.DeliveryTax != cad(93) || a.Included {
		t.Errorf("%+v %+v", l, a.DeliveryTax)
	}
}

// A qualified invoice rounds once a rate: three lines of 15 yen at 8 % hold 3.33, not three times 1.11; the delivery bears 10 %.
func TestJapanRoundsTheDocument(t *testing.T) {
	t.Parallel()
	yen := func(n int64) money.Amount { return money.Of(n, "JPY") }
	s := Sale{Marketplace: "JP", Country: "JP", Delivery: yen(410)}
	for range 4 {
		s.Lines = append(s.Lines, Line{Line: "a", Amount: yen(20), Category: "food"})
	}
	s.Lines = append(s.Lines, Line{Line: "b", Amount: yen(1_100), Category: "toys"})
	a, err := Assess(s)
	// 80 at 8 % hold 5.93, by line 4 x 1.48; 1,510 at 10 % hold 137.27
	want := []JurisdictionTax{{"JP", "Consumption tax", 80_000, yen(74), yen(6)}, {"JP", "Consumption tax", 100_000, yen(1_373), yen(137)}}
	if d := cmp.Diff(want, a.Jurisdictions); err != nil || d != "" {
		t.Fatal(err, d)
	}
	if a.Lines[0].Tax != yen(2) || a.Lines[3].Tax != yen(1) || a.Lines[4].Tax != yen(100) || a.DeliveryTax != yen(37) || a.Total != yen(143) {
		t.Errorf("%+v", a)
	}
}

func TestTheNearestCategoryDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		category string
		path     []string
		want     Class
	}{
		{"tents", []string{"outdoor", "tents"}, Standard},
		{"", nil, Standard},
		{"novels", []string{"books", "fiction", "novels"}, Books},
		{"bookends", []string{"books", "bookends"}, Standard},
		{"pilsner", []string{"groceries", "beverages", "beer", "pilsner"}, Standard},
		{"lemonade", []string{"groceries", "beverages", "lemonade"}, Drinks},
		{"food-processors", []string{"kitchen", "food-processors"}, Standard},
		{"kids-clothing", []string{"clothing", "kids-clothing"}, Childrenswear},
	} {
		if got := ClassOf(Category(c.category, c.path)); got != c.want {
			t.Errorf("%s of %v is %s, not %s", c.category, c.path, got, c.want)
		}
	}
}

func TestTablesAreComplete(t *testing.T) {
	t.Parallel()
	if len(states) != 51 || len(icms) != 27 || len(harmonized)+len(provincial)+4 != len(provinces) {
		t.Errorf("%d states, %d of Brazil, %d and %d provinces", len(states), len(icms), len(harmonized), len(provincial))
	}
	for s, r := range states {
		if r < 0 || r > 8*percent || r%250 != 0 {
			t.Errorf("%s has %d ppm", s, r)
		}
		if _, ok := nexus["US-"+s]; ok != (r > 0) {
			t.Errorf("%s has %d ppm and nexus %v", s, r, ok)
		}
	}
	for s := range shippingExempt {
		if states[s] == 0 {
			t.Errorf("%s has no tax to exempt shipping from", s)
		}
	}
	for c, l := range laws {
		standard, ok := l.rates[Standard]
		for class, r := range l.rates {
			ok = ok && r >= 0 && r <= standard && (class == Standard || r < standard)
		}
		if !ok || l.name == "" || standard < 5*percent || standard > 27*percent {
			t.Errorf("%s: %+v", c, l)
		}
	}
	for j, r := range nexus {
		if at, err := time.Parse(time.DateOnly, r.since); err != nil || at.After(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s collects since %q", j, r.since)
		}
	}
	slug := regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
	for id, c := range classes {
		if !slug.MatchString(id) || c == "" {
			t.Errorf("%q is %q", id, c)
		}
	}
}

// Where the seller collects, Rialto adds nothing.
func TestWhatSellersCollectIsNotCollectedTwice(t *testing.T) {
	t.Parallel()
	l := levy{jurisdiction: "US-WA", rates: rates{Standard: 65_000, Food: 40_000, Clothing: 20_000}, pieces: map[Class]int64{Clothing: 1}}
	got := (nexusRule{by: seller}).collected(l)
	for _, class := range []Class{Standard, Food, Clothing} {
		if r := got.rate(class, 100, 1, false); r != 0 {
			t.Errorf("%s bears %d", class, r)
		}
	}
	if got := (nexusRule{}).collected(l); got.rates[Standard] != 65_000 {
		t.Errorf("%+v", got)
	}
}
