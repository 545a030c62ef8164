package tax

import (
	"slices"
	"strings"
)

// Class is what kind of goods a law of tax tells apart.
type Class string

// The classes. What no category says is Standard.
const (
	Standard      Class = "standard"
	Food          Class = "food"          // what is eaten at home, and what it is made of; no sweets, no alcohol
	Sweets        Class = "sweets"        // confectionery and snacks
	Drinks        Class = "drinks"        // ready to drink and without alcohol
	Books         Class = "books"         // printed
	Ebooks        Class = "ebooks"        // and audio books
	Periodicals   Class = "periodicals"   // newspapers and magazines, printed
	Medicine      Class = "medicine"      // for people, sold without a prescription
	Clothing      Class = "clothing"      // and footwear
	Childrenswear Class = "childrenswear" // children's clothing and footwear
)

// broader is the class that a law means which does not tell this one apart.
func (c Class) broader() Class {
	if c == Childrenswear {
		return Clothing
	}
	return Standard
}

// Category is what decides the class of a product: its category, or else the nearest one above it that tax knows. The path are
// the ids of the category and of those above it, root first.
func Category(id string, path []string) string {
	for _, above := range slices.Backward(append(slices.Clone(path), id)) {
		if _, ok := classes[above]; ok {
			return above
		}
	}
	return id
}

// ClassOf is the class that such a category says.
func ClassOf(category string) Class {
	if c, ok := classes[category]; ok {
		return c
	}
	return Standard
}

// classes are those of categories and of all below them, by exact id: a food processor is no food. Standard ends what a
// category above says.
var classes = byCategory(map[Class]string{
	Food: "baby-food baking bakery bread breakfast canned-food cereals cheese coffee coffee-tea cooking-ingredients dairy eggs fish " +
		"food food-grocery fresh-food fruit fruit-vegetables groceries grocery grocery-gourmet-food meat pantry pasta rice spices tea vegetables",
	Sweets:      "biscuits candy chocolate confectionery cookies crisps snacks sweets sweets-snacks",
	Drinks:      "beverages drinks juice juices mineral-water non-alcoholic-drinks soft-drinks water",
	Books:       "books childrens-books printed-books textbooks",
	Ebooks:      "audio-books audiobooks e-books ebooks",
	Periodicals: "comics-magazines magazines newspapers periodicals",
	Medicine:    "medication medicine medicines otc-medicine over-the-counter-medicine",
	Clothing:    "apparel clothes clothing footwear hiking-boots mens-clothing mens-shoes shoes womens-clothing womens-shoes",
	Childrenswear: "baby-clothes baby-clothing baby-shoes boys-clothing childrens-clothing childrens-shoes childrenswear girls-clothing " +
		"kids-clothing kids-shoes",
	Standard: "alcohol alcoholic-beverages alcoholic-drinks beer bookends calendars dietary-supplements handbags jewellery jewelry pet-food " +
		"pet-supplies spirits stationery supplements vitamins watches wine wines",
})

func byCategory(lists map[Class]string) map[string]Class {
	out := map[string]Class{}
	for c, list := range lists {
		for _, id := range strings.Fields(list) {
			out[id] = c
		}
	}
	return out
}
