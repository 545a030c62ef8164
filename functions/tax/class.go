package tax

import "slices"

// Class is what kind of goods a law of tax tells apart.
type Class string

// The classes. What no category says is Standard.
const (
	Standard      Class = "standard"
	Food          Class = "food"          // what is eaten at home, and its ingredients; no sweets, no alcohol
	Sweets        Class = "sweets"        // confectionery and snacks
	Drinks        Class = "drinks"        // without alcohol
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

// classOf is the class of a product's category or of the nearest category above it that has one.
func classOf(category string, path []string) Class {
	if c, ok := classes[category]; ok {
		return c
	}
	for _, id := range slices.Backward(path) {
		if c, ok := classes[id]; ok {
			return c
		}
	}
	return Standard
}

// classes are those of categories and all below them, by exact id: a food processor is no food.
var classes = map[string]Class{
	"food": Food, "groceries": Food,
	"books": Books, "ebooks": Ebooks, "magazines": Periodicals, "newspapers": Periodicals,
}
