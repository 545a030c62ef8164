package catalog

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Other is the category of what nobody can place yet.
const Other = "other"

// shelf is a category of the built-in tree, with what else sellers call it: other English words, the names of the Google
// product taxonomy (version 2021-09-21, which Shopify's exports have too), and the words of German, French, Spanish and
// Italian shops for the roots.
type shelf struct{ id, parent, name, also string }

// shelves is the built-in tree, parents first. A catalog's own categories stand beside it, and go before one of the same id.
var shelves = []shelf{
	{"clothing", "", "Clothing", "apparel;apparel & accessories;clothes;fashion;garments;bekleidung;kleidung;mode;vêtements;ropa;abbigliamento"},
	{"mens-clothing", "clothing", "Men's clothing", "menswear;men's fashion;men's apparel;herrenbekleidung;herrenmode"},
	{"womens-clothing", "clothing", "Women's clothing", "womenswear;women's fashion;women's apparel;damenbekleidung;damenmode"},
	{"childrens-clothing", "clothing", "Children's clothing", "kidswear;kids clothing;boys clothing;girls clothing;kinderbekleidung"},
	{"shirts-tops", "clothing", "Shirts and tops", "shirts & tops;tops;shirts;t-shirts;tees;blouses;polos;tank tops"},
	{"hoodies-sweaters", "clothing", "Hoodies and sweaters", "hoodies;sweaters;sweatshirts;jumpers;cardigans;knitwear;pullover"},
	{"jackets-coats", "clothing", "Jackets and coats", "outerwear;coats & jackets;coats;jackets;vests;jacken"},
	{"trousers-jeans", "clothing", "Trousers and jeans", "pants;trousers;jeans;leggings;hosen"},
	{"shorts", "clothing", "Shorts", ""},
	{"dresses-skirts", "clothing", "Dresses and skirts", "dresses;skirts;kleider"},
	{"underwear-socks", "clothing", "Underwear and socks", "underwear & socks;underwear;socks;lingerie;hosiery;bras"},
	{"sleepwear", "clothing", "Sleepwear", "sleepwear & loungewear;pyjamas;pajamas;loungewear;nightwear"},
	{"activewear", "clothing", "Activewear", "sportswear;gym wear;workout clothing"},
	{"swimwear", "clothing", "Swimwear", "swimsuits;bikinis;swim shorts"},
	{"suits", "clothing", "Suits", "suits & blazers;blazers;formalwear"},
	{"costumes", "clothing", "Costumes", "costumes & accessories;fancy dress"},
	{"clothing-accessories", "clothing", "Hats, scarves and gloves",
		"clothing accessories;accessories;hats;caps;beanies;scarves;gloves;belts;ties;sunglasses;headwear"},

	{"shoes", "", "Shoes", "footwear;schuhe;chaussures;zapatos;scarpe;calzado"},
	{"mens-shoes", "shoes", "Men's shoes", "herrenschuhe"},
	{"womens-shoes", "shoes", "Women's shoes", "damenschuhe;heels;pumps"},
	{"childrens-shoes", "shoes", "Children's shoes", "kids shoes;kinderschuhe"},
	{"sneakers", "shoes", "Sneakers", "trainers;athletic shoes;running shoes"},
	{"boots", "shoes", "Boots", "ankle boots;stiefel"},
	{"sandals", "shoes", "Sandals", "flip flops;slides"},
	{"slippers", "shoes", "Slippers", "house shoes"},

	{"bags-luggage", "", "Bags and luggage", "luggage & bags;bags;luggage;taschen;sacs;bolsos;borse"},
	{"handbags", "bags-luggage", "Handbags", "purses;shoulder bags;tote bags;clutches"},
	{"suitcases", "bags-luggage", "Suitcases", "travel luggage;carry-on luggage"},
	{"rucksacks", "bags-luggage", "Rucksacks", "backpacks;school bags"},
	{"wallets", "bags-luggage", "Wallets", "card holders;purses & wallets"},

	{"jewellery-watches", "", "Jewellery and watches", "schmuck;bijoux;joyas;gioielli"},
	{"jewellery", "jewellery-watches", "Jewellery", "jewelry;necklaces;rings;earrings;bracelets;charms & pendants"},
	{"watches", "jewellery-watches", "Watches", "wristwatches;uhren;smart watch bands"},

	{"books", "", "Books", "print books;bücher;livres;libros;libri"},
	{"fiction", "books", "Fiction", "novels;literature;crime fiction;science fiction;romance"},
	{"non-fiction", "books", "Non-fiction", "nonfiction;biographies;history books;cookbooks;travel books"},
	{"childrens-books", "books", "Children's books", "kids books;picture books;kinderbücher"},
	{"textbooks", "books", "Textbooks", "school books;educational books"},
	{"comics", "books", "Comics", "graphic novels;manga"},
	{"ebooks", "books", "E-books", "e-books;kindle books"},
	{"audiobooks", "books", "Audiobooks", "audio books"},
	{"magazines", "books", "Magazines", "magazines & newspapers;journals"},
	{"newspapers", "books", "Newspapers", ""},
	{"calendars", "books", "Calendars", "calendars organizers & planners"},

	{"groceries", "", "Groceries", "grocery;food;food items;food beverages & tobacco;lebensmittel;alimentation;alimentación;alimentari;épicerie"},
	{"bread", "groceries", "Bread and bakery", "bakery;bread;cakes"},
	{"dairy", "groceries", "Dairy and eggs", "dairy products;milk;cheese;butter;eggs;yogurt"},
	{"meat", "groceries", "Meat", "meat seafood & eggs;sausages"},
	{"fish", "groceries", "Fish", "seafood"},
	{"fruit-vegetables", "groceries", "Fruit and vegetables", "fruits & vegetables;fruit;vegetables;produce"},
	{"pantry", "groceries", "Pantry",
		"grains rice & cereal;pasta;rice;cereals;flour;canned food;soups & broths;condiments & sauces;sauces;cooking & baking ingredients;oils;nuts"},
	{"spices", "groceries", "Herbs and spices", "seasonings & spices;spices;herbs;seasoning"},
	{"breakfast", "groceries", "Breakfast", "muesli;granola;jam;honey;dips & spreads"},
	{"coffee", "groceries", "Coffee", "coffee beans;ground coffee;kaffee"},
	{"tea", "groceries", "Tea", "tea & infusions;herbal tea;tee"},
	{"sweets", "groceries", "Sweets", "candy & chocolate;candy;confectionery;chocolate;süßigkeiten"},
	{"snacks", "groceries", "Snacks", "snack foods;crisps;chips;cookies;biscuits"},
	{"soft-drinks", "groceries", "Soft drinks", "beverages;drinks;soda;lemonade;energy drinks;non-alcoholic drinks;getränke"},
	{"juice", "groceries", "Juice", "juices"},
	{"water", "groceries", "Water", "mineral water"},
	{"wine", "groceries", "Wine", "wines;wein"},
	{"beer", "groceries", "Beer", "bier"},
	{"spirits", "groceries", "Spirits", "liquor & spirits;alcoholic beverages;whisky;gin;rum;vodka"},

	{"electronics", "", "Electronics", "consumer electronics;elektronik;électronique;electrónica;elettronica"},
	{"phones", "electronics", "Phones", "mobile phones;smartphones;cell phones;telephony;handys"},
	{"phone-accessories", "electronics", "Phone accessories", "mobile phone accessories;phone cases;screen protectors;handyhüllen"},
	{"computers", "electronics", "Computers", "desktop computers;pcs"},
	{"laptops", "electronics", "Laptops", "notebooks computers;notebook computers"},
	{"tablets", "electronics", "Tablets", "tablet computers;e-book readers"},
	{"computer-accessories", "electronics", "Computer accessories",
		"computer components;mice;input devices;webcams;usb hubs;laptop bags;mouse pads;storage devices;hard drives;usb sticks"},
	{"keyboards", "electronics", "Keyboards", "computer keyboards"},
	{"monitors", "electronics", "Monitors", "computer monitors;displays"},
	{"printers-scanners", "electronics", "Printers and scanners", "printers;scanners;print copy scan & fax"},
	{"networking", "electronics", "Networking", "routers;network switches;modems"},
	{"televisions", "electronics", "Televisions", "tvs;tv;television sets;video"},
	{"audio", "electronics", "Audio", "audio components;hi-fi;turntables;microphones;radios"},
	{"headphones", "electronics", "Headphones", "earphones;earbuds;headsets;kopfhörer"},
	{"speakers", "electronics", "Speakers", "loudspeakers;bluetooth speakers;soundbars"},
	{"cameras", "electronics", "Cameras", "cameras & optics;digital cameras;camcorders;camera lenses;tripods;binoculars"},
	{"wearables", "electronics", "Wearables", "smartwatches;smart watches;fitness trackers"},
	{"smart-home", "electronics", "Smart home", "home automation;smart plugs;security cameras"},
	{"chargers", "electronics", "Chargers", "power banks;phone chargers;power adapters;ladegeräte"},
	{"cables", "electronics", "Cables", "usb cables;hdmi cables;audio & video cables;kabel"},
	{"batteries", "electronics", "Batteries", "rechargeable batteries"},

	{"home", "", "Home", "home & garden;household;home & living;haus;haushalt;wohnen;maison;hogar;casa"},
	{"furniture", "home", "Furniture", "möbel;meubles;muebles"},
	{"sofas-chairs", "home", "Sofas and chairs", "sofas;chairs;armchairs;stools;couches"},
	{"tables", "home", "Tables", "desks;coffee tables;dining tables"},
	{"beds-mattresses", "home", "Beds and mattresses", "beds & accessories;beds;mattresses"},
	{"shelves", "home", "Shelves", "shelving;bookcases;wall shelves"},
	{"lighting", "home", "Lighting", "lamps;lamp;ceiling lights;light bulbs;floor lamps;beleuchtung;leuchten;luminaires"},
	{"desk-lamps", "home", "Desk lamps", "table lamps;reading lamps"},
	{"bedding", "home", "Bedding", "linens & bedding;bed sheets;duvets;pillows;bettwäsche"},
	{"blankets", "home", "Blankets", "throws;quilts"},
	{"towels", "home", "Towels", "bath towels"},
	{"curtains-blinds", "home", "Curtains and blinds", "curtains & drapes;window treatments;curtains;blinds"},
	{"rugs", "home", "Rugs", "carpets;door mats;teppiche"},
	{"decor", "home", "Decor", "home decor;decoration;vases;picture frames;mirrors;candles;wall art;posters;deko"},
	{"clocks", "home", "Clocks", "wall clocks;alarm clocks"},
	{"household-supplies", "home", "Household supplies", "cleaning;cleaning supplies;laundry supplies;laundry;waste containment"},
	{"household-appliances", "home", "Household appliances", "appliances;vacuum cleaners;vacuums;fans;heaters;washing machines;air purifiers"},
	{"home-storage", "home", "Storage and organisation", "storage & organization;storage boxes;baskets;hangers"},
	{"bathroom", "home", "Bathroom", "bathroom accessories;shower curtains"},

	{"kitchen", "", "Kitchen", "kitchen & dining;küche;cuisine;cocina;cucina"},
	{"pans", "kitchen", "Pans", "cookware;pots;frying pans;pots & pans;cookware & bakeware"},
	{"bakeware", "kitchen", "Bakeware", "baking tins"},
	{"knives", "kitchen", "Knives", "kitchen knives;knife sets"},
	{"tableware", "kitchen", "Tableware", "dinnerware;plates;bowls;mugs;cups;glasses;drinkware;cutlery;flatware;geschirr;tassen"},
	{"kitchen-tools", "kitchen", "Kitchen tools", "kitchen tools & utensils;utensils;cutting boards;graters"},
	{"kitchen-appliances", "kitchen", "Kitchen appliances", "blenders;mixers;toasters;kettles;food processors;air fryers;microwaves"},
	{"coffee-makers", "kitchen", "Coffee makers", "coffee makers & espresso machines;espresso machines;french presses"},
	{"food-storage", "kitchen", "Food storage", "lunch boxes;food containers;jars;water bottles"},

	{"toys", "", "Toys", "toys & games;spielzeug;jouets;juguetes;giocattoli"},
	{"building-toys", "toys", "Building toys", "building blocks;construction toys;bricks"},
	{"dolls", "toys", "Dolls and figures", "dolls playsets & toy figures;action figures;dollhouses"},
	{"soft-toys", "toys", "Soft toys", "stuffed animals;plush toys;plushies"},
	{"board-games", "toys", "Board games", "games & puzzles;card games;dice sets;brettspiele"},
	{"puzzles", "toys", "Puzzles", "jigsaw puzzles"},
	{"toy-vehicles", "toys", "Toy vehicles", "model cars;toy trains;remote control toys"},
	{"educational-toys", "toys", "Educational toys", "science kits;stem toys"},
	{"outdoor-toys", "toys", "Outdoor toys", "outdoor play equipment;trampolines;kites;water toys"},

	{"sports", "", "Sports", "sporting goods;sport;sports & fitness;athletics;deportes"},
	{"fitness", "sports", "Fitness", "exercise & fitness;gym equipment;weights;dumbbells;resistance bands"},
	{"yoga-mats", "sports", "Yoga mats", "yoga & pilates;yoga"},
	{"cycling", "sports", "Cycling", "bicycles;bikes;bicycle accessories;bicycle parts;bike helmets;fahrräder"},
	{"running-wear", "sports", "Running wear", "running clothing"},
	{"swimming", "sports", "Swimming", "swim goggles & masks;swim caps"},
	{"team-sports", "sports", "Team sports", "football;soccer;basketball;baseball;rugby;hockey;volleyball"},
	{"racket-sports", "sports", "Racket sports", "tennis;badminton;table tennis;squash"},
	{"golf", "sports", "Golf", "golf clubs"},
	{"winter-sports", "sports", "Winter sports", "winter sports & activities;skiing;snowboarding;ice skates"},
	{"water-sports", "sports", "Water sports", "boating & water sports;surfing;kayaking;diving;paddle boards"},
	{"martial-arts", "sports", "Martial arts", "boxing;boxing & martial arts"},

	{"outdoor", "", "Outdoor", "outdoor recreation;outdoors;camping & hiking"},
	{"tents", "outdoor", "Tents", "camping tents"},
	{"sleeping-bags", "outdoor", "Sleeping bags", ""},
	{"backpacks", "outdoor", "Hiking backpacks", "trekking backpacks;hiking packs"},
	{"hiking-boots", "outdoor", "Hiking boots", "hiking shoes;trekking shoes"},
	{"climbing", "outdoor", "Climbing", "climbing gear"},
	{"fishing", "outdoor", "Fishing", "fishing rods;fishing tackle"},
	{"camp-kitchen", "outdoor", "Camp kitchen", "camping cookware;camping stoves"},
	{"lamps-and-torches", "outdoor", "Lamps and torches", "torches;flashlights;headlamps;lanterns"},

	{"beauty", "", "Beauty", "cosmetics;health & beauty;personal care;beauty & personal care;kosmetik;beauté;belleza;bellezza"},
	{"makeup", "beauty", "Makeup", "make-up;lipsticks;nail polish;nail care;mascara"},
	{"skin-care", "beauty", "Skin care", "skincare;face creams;body lotions;sunscreen;face masks"},
	{"hair-care", "beauty", "Hair care", "haircare;shampoo;conditioner;hair styling products;hair dryers;hair colour"},
	{"fragrance", "beauty", "Fragrance", "perfume;perfume & cologne;parfum"},
	{"bath-body", "beauty", "Bath and body", "bath & body;soap;shower gel;body wash;bath bombs"},
	{"shaving", "beauty", "Shaving and grooming", "shaving & grooming;razors;beard care;trimmers"},
	{"oral-care", "beauty", "Oral care", "toothpaste;toothbrushes"},

	{"health", "", "Health", "health care;health & wellness;gesundheit;santé;salud;salute"},
	{"otc-medicine", "health", "Medicine without prescription", "medicine & drugs;medicine;over the counter medicine"},
	{"vitamins", "health", "Vitamins and supplements", "vitamins & supplements;supplements;dietary supplements;fitness & nutrition;protein powder"},
	{"first-aid", "health", "First aid", "plasters;bandages"},
	{"medical-devices", "health", "Medical devices", "blood pressure monitors;thermometers;biometric monitors;mobility aids"},
	{"eye-care", "health", "Eye care", "vision care;contact lenses;reading glasses;eyeglasses"},

	{"pet-supplies", "", "Pets", "pets;animals & pet supplies;pet supplies;haustierbedarf;haustiere;animalerie;mascotas;animali"},
	{"pet-food", "pet-supplies", "Pet food", "dog food;cat food;pet treats;tierfutter"},
	{"dogs", "pet-supplies", "Dogs", "dog supplies;dog toys;dog beds;leashes;hunde"},
	{"cats", "pet-supplies", "Cats", "cat supplies;cat toys;cat litter;katzen"},
	{"small-animals", "pet-supplies", "Small animals", "small animal supplies;rabbits;hamsters"},
	{"fish-aquariums", "pet-supplies", "Aquariums", "fish supplies;aquarium"},
	{"birds", "pet-supplies", "Birds", "bird supplies;bird cages"},

	{"office", "", "Office", "office supplies;business & industrial;bürobedarf;büro;fournitures de bureau;oficina;ufficio"},
	{"stationery", "office", "Stationery",
		"pens;pencils;writing & drawing instruments;notebooks;paper;paper products;envelopes;general office supplies"},
	{"filing", "office", "Filing", "filing & organization;folders;binders"},
	{"office-furniture", "office", "Office furniture", "office chairs;office desks"},
	{"office-equipment", "office", "Office equipment", "calculators;label makers;shredders;laminators"},
	{"ink-toner", "office", "Ink and toner", "ink cartridges;toner cartridges;printer ink"},

	{"garden", "", "Garden", "lawn & garden;gardening;yard;garten;jardin;jardín;giardino"},
	{"plants-seeds", "garden", "Plants and seeds", "plants;seeds;flowers;bulbs;pflanzen"},
	{"pots-planters", "garden", "Pots and planters", "flower pots;planters"},
	{"garden-tools", "garden", "Garden tools", "gardening tools;pruners;lawn mowers;outdoor power equipment;watering & irrigation;hoses"},
	{"garden-furniture", "garden", "Garden furniture", "outdoor furniture;patio furniture;outdoor living"},
	{"grills", "garden", "Grills", "barbecues;outdoor grills;bbq"},

	{"automotive", "", "Automotive", "vehicles & parts;car accessories;auto;car & motorbike;autozubehör;automobile;coche"},
	{"car-parts", "automotive", "Car parts", "vehicle parts & accessories;motor vehicle parts;auto parts;spare parts;brakes;filters;autoteile"},
	{"car-care", "automotive", "Car care", "vehicle maintenance care & decor;car cleaning;motor oil;car wax"},
	{"car-electronics", "automotive", "Car electronics", "motor vehicle electronics;dash cams;car audio"},
	{"tyres-wheels", "automotive", "Tyres and wheels", "motor vehicle wheel systems;tires;tyres;wheels;rims;reifen"},
	{"motorcycle", "automotive", "Motorcycle", "motorbike;motorcycle helmets;motorcycle parts"},

	{"tools", "", "Tools", "hardware;diy;tools & home improvement;home improvement;werkzeug;baumarkt;bricolage;herramientas;utensili"},
	{"hand-tools", "tools", "Hand tools", "hammers;screwdrivers;wrenches;pliers;saws"},
	{"power-tools", "tools", "Power tools", "drills;sanders;grinders;circular saws"},
	{"tool-accessories", "tools", "Tool accessories", "drill bits;saw blades;toolboxes"},
	{"fasteners", "tools", "Fasteners", "hardware accessories;screws;nails;bolts;hooks;schrauben"},
	{"electrical", "tools", "Electrical", "power & electrical supplies;sockets;switches;extension cords;wires"},
	{"plumbing", "tools", "Plumbing", "taps;faucets;pipes;plumbing fixtures"},
	{"paint", "tools", "Paint", "painting consumables;brushes;varnish;farben"},
	{"safety", "tools", "Safety and workwear", "work safety protective gear;protective gear;work gloves;workwear"},
	{"measuring", "tools", "Measuring", "measuring tools & sensors;tape measures;spirit levels"},
	{"locks", "tools", "Locks", "locks & keys;padlocks;safes"},

	{"baby", "", "Baby", "baby & toddler;babies;bébé;bebé;bambini"},
	{"baby-clothing", "baby", "Baby clothing", "baby & toddler clothing;baby clothes;bodysuits"},
	{"baby-shoes", "baby", "Baby shoes", ""},
	{"diapers", "baby", "Nappies", "diapering;diapers;nappies;wipes;windeln"},
	{"baby-feeding", "baby", "Feeding", "nursing & feeding;baby bottles;breast pumps;high chairs"},
	{"baby-food", "baby", "Baby food", "baby & toddler food;infant formula;babynahrung"},
	{"prams-seats", "baby", "Prams and car seats", "baby transport;strollers;prams;car seats;baby carriers;kinderwagen"},
	{"nursery", "baby", "Nursery", "baby furniture;cribs;baby bedding;baby safety"},
	{"baby-toys", "baby", "Baby toys", "baby toys & activity equipment;rattles;teethers"},

	{"music", "", "Music", "music & sound recordings;musik;musique;música;musica"},
	{"cds", "music", "CDs", "cd;compact discs"},
	{"vinyl", "music", "Vinyl", "vinyl records;records;lps;schallplatten"},

	{"instruments", "", "Musical instruments", "musical instrument & orchestra accessories;instrumente"},
	{"guitars", "instruments", "Guitars", "string instruments;guitar accessories;violins"},
	{"pianos-keyboards", "instruments", "Pianos and keyboards", "pianos;electronic keyboards;synthesizers"},
	{"drums", "instruments", "Drums", "percussion;drum kits"},

	{"film", "", "Film", "films;movies;dvds & videos;dvd;dvds;blu-ray;media;filme;cine;cinéma"},
	{"games", "", "Video games", "games;gaming;video game software;videospiele;jeux vidéo;videojuegos;videogiochi"},
	{"consoles", "games", "Consoles", "video game consoles;game consoles"},
	{"game-accessories", "games", "Game accessories", "video game console accessories;game controllers;gaming chairs"},
	{"software", "", "Software", "computer software;operating systems;antivirus"},

	{"crafts", "", "Arts and crafts", "arts & entertainment;arts & crafts;hobbies & creative arts;craft supplies;hobby;basteln"},
	{"sewing-knitting", "crafts", "Sewing and knitting", "yarn;fabric;sewing machines;knitting;textiles"},
	{"art-supplies", "crafts", "Art supplies", "art & crafting materials;canvases;paints;drawing"},
	{"party", "crafts", "Party", "party & celebration;party supplies;balloons;gift wrapping;greeting cards"},
	{"collectibles", "crafts", "Collectibles", "collectables;coins;stamps;trading cards"},

	{Other, "", "Other", "misc;miscellaneous;uncategorized;uncategorised;sonstiges;autres;otros;altro"},
}

// attributesOf are the attributes of the built-in roots, and so of all below them unless those have their own. All take the
// common ones too.
var attributesOf = map[string]map[string]string{
	"clothing":          {"gender": Text, "age_group": Text, "pattern": Text, "fit": Text, "sleeve": Text, "care": Text, "season": Text},
	"shoes":             {"gender": Text, "age_group": Text, "width": Text, "closure": Text, "sole": Text, "heel_height": Text},
	"bags-luggage":      {"volume": Text, "closure": Text, "compartments": Integer},
	"jewellery-watches": {"gender": Text, "stone": Text, "metal": Text, "fineness": Text, "strap": Text, "movement": Text},
	"books": {"author": Text, "publisher": Text, "language": Text, "pages": Integer, "binding": Text, "edition": Text, "published": Text,
		"series":    Text,
		"age_group": Text},
	"groceries": {"flavour": Text, "ingredients": Text, "allergens": Text, "net_content": Text, "storage": Text, "organic": Boolean, "vegan": Boolean,
		"alcohol": Text, "nutrition": Text},
	"electronics": {"power": Text, "voltage": Text, "connectivity": Text, "capacity": Text, "memory": Text, "screen": Text, "resolution": Text,
		"processor": Text, "operating_system": Text, "battery": Text, "length": Text, "energy_class": Text},
	"home":         {"room": Text, "style": Text, "assembly": Boolean, "pattern": Text, "power": Text, "thread_count": Integer, "energy_class": Text},
	"kitchen":      {"capacity": Text, "power": Text, "dishwasher_safe": Boolean, "induction": Boolean, "energy_class": Text},
	"toys":         {"age_from": Text, "players": Text, "pieces": Integer, "batteries": Text, "theme": Text, "warning": Text},
	"sports":       {"sport": Text, "gender": Text, "age_group": Text, "level": Text},
	"outdoor":      {"use": Text, "gender": Text, "capacity": Text, "season": Text, "waterproof": Text, "light": Text},
	"beauty":       {"skin_type": Text, "hair_type": Text, "scent": Text, "ingredients": Text, "net_content": Text, "gender": Text, "vegan": Boolean},
	"health":       {"form": Text, "ingredients": Text, "net_content": Text, "dosage": Text, "flavour": Text, "strength": Text},
	"pet-supplies": {"animal": Text, "age_group": Text, "flavour": Text, "ingredients": Text, "net_content": Text, "breed_size": Text},
	"office":       {"format": Text, "ruling": Text, "pack": Text, "compatible": Text},
	"garden":       {"plant": Text, "light": Text, "season": Text, "power": Text, "volume": Text},
	"automotive":   {"vehicle": Text, "fits": Text, "part_number": Text, "side": Text, "viscosity": Text, "volume": Text},
	"tools":        {"power": Text, "voltage": Text, "thread": Text, "length": Text, "diameter": Text, "protection": Text},
	"baby":         {"age_group": Text, "gender": Text, "ingredients": Text, "net_content": Text},
	"music":        {"artist": Text, "label": Text, "format": Text, "genre": Text, "released": Text},
	"instruments":  {"type": Text, "strings": Integer, "keys": Integer, "handedness": Text},
	"film":         {"director": Text, "format": Text, "genre": Text, "language": Text, "region": Text, "rating": Text, "released": Text},
	"games":        {"platform": Text, "genre": Text, "rating": Text, "language": Text, "edition": Text, "format": Text},
	"software":     {"platform": Text, "language": Text, "licence": Text, "format": Text},
	"crafts":       {"theme": Text, "technique": Text, "pieces": Integer, "length": Text},
}

var common = []string{"colour", "material", "size", "weight", "dimensions", "use", "origin"}

// builtIn is the tree by id, and its ids by what people call them. It is made when it is first asked for: many functions never do.
var builtIn = sync.OnceValues(func() (map[string]Category, map[string]string) {
	tree, words := map[string]Category{}, map[string]string{}
	for _, s := range shelves {
		c := Category{ID: s.id, Name: s.name, Parent: s.parent}
		if types := attributesOf[s.id]; types != nil {
			c.Attributes = map[string]string{}
			for _, name := range common {
				c.Attributes[name] = Text
			}
			for name, kind := range types {
				c.Attributes[name] = kind
			}
		}
		tree[s.id] = c
	}
	for _, s := range shelves { // ids and names before what else they are called, so that no synonym hides one
		words[wordsOf(s.id)], words[wordsOf(s.name)] = s.id, s.id
	}
	for _, s := range shelves {
		for also := range strings.SplitSeq(s.also, ";") {
			if key := wordsOf(also); key != "" && words[key] == "" {
				words[key] = s.id
			}
		}
	}
	return tree, words
})

func taxonomy() map[string]Category { tree, _ := builtIn(); return tree }

// BuiltIn lists the built-in tree of categories, parents first.
func BuiltIn() []Category {
	tree, out := taxonomy(), make([]Category, 0, len(shelves))
	for _, s := range shelves {
		out = append(out, tree[s.id])
	}
	return out
}

// joiners are the words that lists of goods are joined by.
var joiners = []string{"and", "und", "et", "y", "the", "for"}

// wordsOf is a name as two who mean the same would agree on: its words in the singular, without those that only join.
func wordsOf(name string) string {
	name = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(norm.NFC.String(name)), "'s", "s"), "’s", "s")
	var out []string
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) {
		if !slices.Contains(joiners, w) {
			out = append(out, singular(w))
		}
	}
	return strings.Join(out, " ")
}

func singular(w string) string {
	for _, e := range []string{"ches", "shes", "sses", "xes"} {
		if strings.HasSuffix(w, e) {
			return strings.TrimSuffix(w, "es")
		}
	}
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		return strings.TrimSuffix(w, "ies") + "y"
	case len(w) > 2 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss"):
		return strings.TrimSuffix(w, "s")
	}
	return w
}

// Categorize finds the built-in category that a seller's name of one means: a name, a path of names from the root (Apparel
// & Accessories > Shoes), or several that are listed by commas. exact tells whether it is what was said; else it is the nearest
// above that, or Other.
func Categorize(said string) (id string, exact bool) {
	_, words := builtIn()
	if id := words[wordsOf(said)]; id != "" {
		return id, true
	}
	path := strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(">›»/\\|→:;", r) })
	for i, name := range slices.Backward(path) {
		last := i == len(path)-1
		if id := words[wordsOf(name)]; id != "" {
			return id, last
		}
		for part := range strings.SplitSeq(name, ",") {
			if id := words[wordsOf(part)]; id != "" {
				return id, last
			}
		}
		// The last words of a name say what it is: garden gnome statues are no gnomes.
		all := strings.Fields(wordsOf(name))
		for n := 1; n < len(all); n++ {
			if id := words[strings.Join(all[n:], " ")]; id != "" {
				return id, false
			}
		}
	}
	return Other, false
}
