package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// perCategory times twenty categories are the bundled products.
const perCategory = 52

// kind is a category: what its products are, and the words they are told apart by.
type kind struct {
	department, name string
	nouns            []string
	uses             []string
	materials        []string
	sizes            []string
	cents            int64 // a middling price
}

var kinds = []kind{
	{"Outdoor", "Hiking boots", words("boot,trail shoe,approach shoe"), words("muddy trails,long day hikes,alpine scrambles"),
		words("suede,full-grain leather,recycled mesh"), words("38,40,42,44,46"), 12900},
	{"Outdoor", "Tents", words("tunnel tent,dome tent,bivy"), words("winter nights,light touring,family weekends"),
		words("ripstop nylon,polycotton,silnylon"), words("1 person,2 persons,4 persons"), 24900},
	{"Outdoor", "Backpacks", words("daypack,trekking pack,hip pack"), words("commuting,hut to hut tours,fast ascents"),
		words("cordura,waxed canvas,recycled polyester"), words("15 l,28 l,45 l,65 l"), 9900},
	{"Outdoor", "Lamps and torches", words("headlamp,lantern,torch"), words("camp evenings,night runs,power cuts"),
		words("aluminium,polycarbonate,rubber"), words("200 lm,450 lm,1000 lm"), 3900},
	{"Kitchen", "Pans", words("frying pan,saute pan,wok"), words("searing,slow braises,eggs"), words("cast iron,carbon steel,ceramic"),
		words("20 cm,24 cm,28 cm,32 cm"), 4900},
	{"Kitchen", "Knives", words("chef's knife,paring knife,bread knife"), words("herbs and onions,crusty loaves,fine cuts"),
		words("carbon steel,stainless steel,damascus steel"), words("9 cm,15 cm,20 cm"), 6900},
	{"Kitchen", "Coffee makers", words("pour-over dripper,moka pot,french press"), words("slow mornings,the office,camping"),
		words("glass,stainless steel,porcelain"), words("2 cups,4 cups,8 cups"), 3400},
	{"Kitchen", "Storage", words("lunch box,jar,container"), words("leftovers,dry goods,school days"), words("glass,steel,bamboo"),
		words("0.5 l,1 l,2 l"), 1900},
	{"Home", "Desk lamps", words("desk lamp,clamp lamp,reading lamp"), words("late reading,drawing,video calls"),
		words("brass,oak,powder-coated steel"), words("small,medium,large"), 5900},
	{"Home", "Blankets", words("throw,quilt,wool blanket"), words("sofa evenings,guest beds,cold balconies"), words("merino wool,cotton,linen"),
		words("130 x 170 cm,150 x 200 cm"), 7900},
	{"Home", "Shelves", words("wall shelf,bookcase,ladder shelf"), words("small flats,heavy books,plants"), words("oak,birch plywood,steel"),
		words("60 cm,80 cm,120 cm"), 11900},
	{"Home", "Clocks", words("wall clock,alarm clock,mantel clock"), words("bedrooms,kitchens,classrooms"), words("walnut,brass,concrete"),
		words("12 cm,30 cm,40 cm"), 4400},
	{"Electronics", "Headphones", words("over-ear headphones,earbuds,studio headphones"), words("open offices,the gym,mixing"),
		words("aluminium,recycled plastic,leather"), words("one size"), 15900},
	{"Electronics", "Keyboards", words("mechanical keyboard,compact keyboard,number pad"), words("fast typists,quiet rooms,travel"),
		words("aluminium,pbt plastic,walnut"), words("60%,75%,full size"), 11900},
	{"Electronics", "Chargers", words("wall charger,power bank,charging stand"), words("bedside tables,long flights,two phones at once"),
		words("polycarbonate,aluminium,silicone"), words("20 W,45 W,100 W"), 3900},
	{"Electronics", "Speakers", words("bookshelf speaker,portable speaker,soundbar"), words("small rooms,the beach,film nights"),
		words("birch plywood,fabric,aluminium"), words("compact,standard,tall"), 17900},
	{"Sports", "Yoga mats", words("yoga mat,travel mat,pilates mat"), words("hot yoga,stretching,hotel rooms"), words("natural rubber,cork,jute"),
		words("3 mm,5 mm,6 mm"), 4900},
	{"Sports", "Bicycle bags", words("saddle bag,pannier,handlebar bag"), words("commuting,bikepacking,groceries"),
		words("tarpaulin,waxed canvas,recycled polyester"), words("4 l,12 l,20 l"), 6900},
	{"Sports", "Running wear", words("running jacket,running tights,singlet"), words("rain,winter mornings,race day"),
		words("merino wool,recycled polyester,elastane"), words("S,M,L,XL"), 7400},
	{"Sports", "Swim goggles", words("swim goggles,open-water goggles,racing goggles"), words("lap swimming,lakes,bright sun"),
		words("silicone,polycarbonate,soft rubber"), words("junior,regular,wide"), 2400},
}

var (
	brands  = words("Alderon,Brightmoor,Calvera,Dunholt,Elm & Tarrow,Fennick,Gravelle,Hollowell,Ironmead,Juniper Row")
	colours = words("black,forest green,navy,sand,rust red,slate grey,mustard yellow")
	traits  = words("Light,Sturdy,Quiet,Classic,Everyday,Compact,Weatherproof,Slim,Soft,Precise")
)

func words(list string) []string { return strings.Split(list, ",") }

func pick(list []string, parts ...any) string { return list[number(int64(len(list)), parts...)] }

// Bundled returns the generated catalog: 1,040 products in 20 categories, three sellers, three centres.
func Bundled() Catalog {
	var c Catalog
	for _, k := range kinds {
		root, leaf := slug(k.department), slug(k.name)
		for _, cat := range []Category{{root, k.department}, {leaf, k.name}} {
			if !slices.Contains(c.Categories, cat) {
				c.Categories = append(c.Categories, cat)
			}
		}
		for n := range perCategory {
			p := k.product(root, leaf, n)
			c.Products = append(c.Products, p)
			c.sell(p, k.cents*(60+number(90, p.ID, "price"))/100, 1)
		}
	}
	return c
}

func (k kind) product(root, leaf string, n int) Product {
	id := derive("prd_", leaf, n)
	noun, use, material := pick(k.nouns, id, "noun"), pick(k.uses, id, "use"), pick(k.materials, id, "material")
	size, colour, brand, trait := pick(k.sizes, id, "size"), pick(colours, id, "colour"), pick(brands, id, "brand"), pick(traits, id, "trait")
	return Product{
		ID: id, Brand: brand, CategoryID: leaf, Path: []string{root, leaf}, OwnerID: sellers[number(3, id, "owner")].id,
		Title: fmt.Sprintf("%s %s %s in %s, %s", brand, trait, noun, colour, size),
		Description: fmt.Sprintf("A %s %s made of %s, for %s. %s keeps spare parts for ten years and repairs what it sold.", strings.ToLower(trait),
			noun, material, use, brand),
		Bullets:    []string{"Made of " + material, "For " + use, "Colour: " + colour, "Size: " + size},
		Attributes: map[string]string{"colour": colour, "material": material, "size": size, "use": use},
		Images:     []string{},
	}
}

// slug is the id of a category: lower-case letters, digits and single hyphens.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String(), "-")
	if s == "" {
		return "other"
	}
	return s[:min(len(s), 64)]
}
