package catalog

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// The most that a product may hold; lengths are characters. All of it together stays under the 400 KB of an item.
const (
	MaxTitle          = 500
	MaxDescription    = 10_000
	MaxBrand          = 100
	MaxBullets        = 10
	MaxBullet         = 500
	MaxDepth          = 8 // categories in a path
	MaxAttributes     = 50
	MaxAttributeValue = 500
	MaxImages         = 20
	MaxImageURL       = 2_000
	MaxCategoryName   = 100
)

var (
	// sku is what sellers may call a product: what they may call an offer of it.
	sku           = regexp.MustCompile(`^[!-~]([ -~]{0,62}[!-~])?$`)
	slug          = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
	attributeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_ -]{0,39}$`)
)

// Validate returns invalid_product (Invalid) with every flaw of a product, or nil.
func (p Product) Validate() error {
	var f flaws
	f.unless(ids.Valid(ids.Product, p.ID), "/product_id", "bad_format", "must be a product id")
	f.unless(p.OwnerID == "" || ids.Valid(ids.Seller, p.OwnerID), "/owner_id", "bad_format", "must be a seller id")
	f.text("/title", p.Title, 1, MaxTitle)
	f.text("/description", p.Description, 0, MaxDescription)
	f.text("/brand", p.Brand, 0, MaxBrand)
	f.unless(len(p.Bullets) <= MaxBullets, "/bullets", "too_many", "must have at most %d items", MaxBullets)
	for i, b := range p.Bullets {
		f.text("/bullets/"+strconv.Itoa(i), b, 1, MaxBullet)
	}
	f.category(p)
	f.unless(len(p.Attributes) <= MaxAttributes, "/attributes", "too_many", "must have at most %d fields", MaxAttributes)
	for name, value := range p.Attributes {
		if !attributeName.MatchString(name) { // not repeated: it may be anything
			f.unless(false, "/attributes", "bad_format", "names must have 1 to 40 letters, digits, spaces, underscores and hyphens")
			continue
		}
		f.text("/attributes/"+name, value, 1, MaxAttributeValue)
	}
	f.unless(len(p.Images) <= MaxImages, "/images", "too_many", "must have at most %d items", MaxImages)
	for i, image := range p.Images {
		f.unless(isImage(image), "/images/"+strconv.Itoa(i), "bad_format", "must be an https URL of at most %d characters", MaxImageURL)
	}
	if f == nil {
		return nil
	}
	slices.SortFunc(f, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) }) // attributes come in any order
	return fault.New(fault.Invalid, "invalid_product", "the product has fields that are not accepted").With(slices.Compact(f)...)
}

type flaws []fault.Field

func (f *flaws) unless(ok bool, pointer, code, message string, args ...any) {
	if !ok {
		*f = append(*f, fault.Field{Pointer: pointer, Code: code, Message: fmt.Sprintf(message, args...)})
	}
}

func (f *flaws) text(pointer, s string, least, most int) {
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	f.unless(n >= least && (least == 0 || !display.Blank(s)), pointer, "too_short", "must have at least %d characters", least)
	f.unless(utf8.RuneCountInString(s) <= most, pointer, "too_long", "must have at most %d characters", most)
	code, message := display.Flaw(s)
	f.unless(code == "", pointer, code, "%s", message)
}

func (f *flaws) category(p Product) {
	f.unless(slug.MatchString(p.CategoryID), "/category_id", "bad_format", "must be a slug of 1 to 64 characters")
	n := len(p.CategoryPath)
	f.unless(n >= 1 && n <= MaxDepth, "/category_path", "bad_format", "must have 1 to %d categories", MaxDepth)
	for i, id := range p.CategoryPath {
		at := "/category_path/" + strconv.Itoa(i)
		f.unless(slug.MatchString(id), at, "bad_format", "must be a slug of 1 to 64 characters")
		f.unless(!slices.Contains(p.CategoryPath[:i], id), at, "not_unique", "must be given once")
	}
	f.unless(n == 0 || p.CategoryPath[n-1] == p.CategoryID, "/category_path", "not_allowed", "must end with category_id")
}

func isImage(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= MaxImageURL && u.Scheme == "https" && u.Hostname() != "" && u.User == nil
}
