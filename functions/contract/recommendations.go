package contract

var recommendationsContext = Context{
	Name:    "recommendations",
	Owns:    "what shoppers may like to see next, and the models that say so",
	Imports: []string{"catalog", "offers", "search", "clickstream"},
	Reads:   []string{"customers"},
}
