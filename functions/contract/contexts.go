package contract

import (
	"slices"
	"time"

	"rialto/functions/internal/api"
)

const (
	second = time.Second
	minute = time.Minute
)

// Context is one bounded context: a room of the house, the same name in every folder. One with functions has a binary and a
// stack of its own.
type Context struct {
	Name string
	Owns string // one line
	// Imports are the contexts whose root packages its root may import, for their values and rules. Everyone may import
	// marketplaces. Its wiring may use their stores, too.
	Imports []string
	// Reads are the contexts whose stores its wiring may use besides those, and so whose tables its functions may read.
	Reads []string
	// Writes are tables of others that its functions write, by name.
	Writes []string

	Functions []Function
	// The routes of the APIs that its api function serves, bound to no service.
	shopper, seller, operator func() []api.Route
}

// Contexts is the one list of contexts, in the order of the house: each imports only what stands above it. Laws, the
// documents, the functions and the stacks of infra/ follow from it.
func Contexts() []Context {
	return []Context{
		{Name: "marketplaces", Owns: "23 marketplaces: currency, language, where they ship, when they rest; the fulfilment centres"},
		inventoryContext,
		catalogContext,
		offersContext,
		sellersContext,
		promotionsContext,
		paymentsContext,
		taxContext,
		cartsContext,
		searchContext,
		customersContext,
		ordersContext,
		checkoutContext,
		fulfillmentContext,
		webhooksContext,
		invoicesContext,
		feedsContext,
		payoutsContext,
		reviewsContext,
		notificationsContext,
		clickstreamContext,
		recommendationsContext,
		accountsContext,
		campaignsContext,
		operatorsContext,
	}
}

// Functions lists every function, context by context, in the order of the house.
func Functions() []Function {
	var all []Function
	for _, c := range Contexts() {
		for _, f := range c.Functions {
			f.Context = c.Name
			all = append(all, f)
		}
	}
	return all
}

// shopper lists the routes of the shopper API.
func shopper() []api.Route {
	return routes(func(c Context) func() []api.Route { return c.shopper })
}

// seller lists the routes of the seller API.
func seller() []api.Route {
	return routes(func(c Context) func() []api.Route { return c.seller })
}

// operator lists the routes of the operators' API.
func operator() []api.Route {
	return routes(func(c Context) func() []api.Route { return c.operator })
}

func routes(of func(Context) func() []api.Route) []api.Route {
	var all []api.Route
	for _, c := range Contexts() {
		if list := of(c); list != nil {
			all = slices.Concat(all, list())
		}
	}
	return all
}
