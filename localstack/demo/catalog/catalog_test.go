package catalog

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheBundledCatalogIsWhatItSays(t *testing.T) {
	t.Parallel()
	c := Bundled()
	categories, brands, sellers, centers, offers := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]int{}
	id := regexp.MustCompile(`^prd_[a-z2-7]{26}$`)
	for _, p := range c.Products {
		categories[p.CategoryID], brands[p.Brand] = true, true
		if !id.MatchString(p.ID) || p.Path[len(p.Path)-1] != p.CategoryID || len(p.Title) > 200 {
			t.Fatalf("%+v", p)
		}
	}
	for _, o := range c.Offers {
		sellers[o.SellerID] = true
		offers[o.ProductID]++
		if o.Price.Amount < 1 || (o.Marketplace == "DE") != (o.Price.Currency == "EUR") {
			t.Fatalf("%+v", o)
		}
	}
	for _, r := range c.Receipts {
		centers[r.FulfillmentCenterID] = true
	}
	if len(c.Products) < 1000 || len(categories) != 20 || len(brands) < 8 || len(sellers) != 3 || len(centers) != 3 ||
		len(offers) != len(c.Products) {
		t.Fatalf("%d products, %d categories, %d brands, %d sellers, %d centers, %d with offers", len(c.Products), len(categories), len(brands),
			len(sellers), len(centers), len(offers))
	}
	if diff := cmp.Diff(c, Bundled()); diff != "" {
		t.Fatal(diff)
	}
}

func TestFilesAreReadExactlyOrRefused(t *testing.T) {
	t.Parallel()
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "catalog.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c, err := File(write("\xef\xbb\xbf" + `[{"Id":7,"Type":"Ski/boarding","Brand":"B","Name":"N","Description":"D","Price":79.9},` +
		`{"id":8,"type":"Ski/boarding","name":"M","price":5}]`))
	if err != nil || len(c.Products) != 2 || c.Categories[0] != (Category{"ski-boarding", "Ski/boarding"}) || len(c.Offers) < 4 {
		t.Fatalf("%+v %v", c, err)
	}
	for text, want := range map[string]string{
		`{}`: "no JSON list", `[]`: "no product",
		`[{"Id":1,"Type":"t","Name":"n","Price":1.005}]`:                                      "entry 1: the Price has more",
		`[{"Id":1,"Type":"t","Name":"n","Price":-1}]`:                                         "entry 1: the Price must",
		`[{"Id":1,"Type":"t","Name":"n","Price":"x"}]`:                                        "no JSON list",
		`[{"Id":1,"Type":"t","Name":"n","Price":1},{"Id":1,"Type":"t","Name":"m","Price":1}]`: "entry 2: the Id is that of entry 1",
		`[{"Id":1,"Type":"t","Price":1}]`:                                                     "entry 1: the Name is missing",
	} {
		if _, err := File(write(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for s, want := range map[string]int64{"109.99": 10999, "5": 500, "5.1": 510, "5.100": 510} {
		if got, err := parseCents(s); err != nil || got != want {
			t.Errorf("%s: %d %v", s, got, err)
		}
	}
}
