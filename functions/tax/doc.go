// Package tax says what tax a sale bears. It owns no data: its tables are in the code, each with its source and
// date, and its one function, assess, is a task of the checkout's state machine. It neither takes nor publishes
// events.
//
// Invariants: every marketplace taxes what it sells to each of its destinations; every charge has its own tax, each line, its
// shipping and the delivery, and they sum to the total, as the jurisdictions do; a tax that prices include is never more than
// the price; the same sale has the same tax, to the minor unit. All arithmetic is in integers, so that yen have no cents.
//
// How it is found: the destination decides (find), then whether its postal code lies in a place with another tax (places.go),
// then the class of the goods (class.go): that of the product's category or of the nearest one above it, which the cart finds
// (Category). Goods that a law tells apart by the price of a piece (clothing in India and New York) go by what is paid for one.
//
// Rounding: each charge by itself to the nearest unit, halves up, and each of two taxes by itself; in Japan once for each rate of
// the order, shared out over its charges.
//
// Two engines (service.go): the tables, and where a stage says so Stripe Tax for the United States (stripetax), which knows the
// taxes of counties, cities and districts. Where Stripe fails or does not add up, the tables stand in, the assessment and the log
// say tax_engine_failed, and the checkout goes on: what a local tax is short of is Rialto's loss.
//
// Who collects (nexus.go): Rialto, as the marketplace's facilitator, in every state with a sales tax and in Canada; an entry of
// that table makes it the seller's. Prices that include their tax hold it whoever owes it; payouts withholds it for both.
//
// A place outside the area of its country's tax (the Canary Islands, Livigno, Helgoland, Åland, the French overseas departments,
// Jersey, …) has the marketplace's price unchanged, with no tax in it: prices are made for a marketplace, not for a postal code.
// What such a place levies when goods arrive (IGIC, octroi de mer, Puerto Rico's IVU) is neither worked out nor collected.
//
// What is simplified, on purpose:
//   - US rates of the tables are the states' own. County, city and district taxes are left out, and so are tax holidays, medicine and states that
//     tax by origin. Of what is paid for clothing above their limits Massachusetts and Rhode Island tax the excess alone; here all of it.
//   - US shipping is taxed as the goods are, except in the states of shippingExempt.
//   - Brazil shows the destination's general ICMS, which is part of the price. Left out: PIS, COFINS, IPI and their successors CBS and
//     IBS, the funds against poverty, states' reduced rates, tax substitution, sellers under Simples Nacional.
//   - Classes are coarser than laws. Where a law splits a class, the standard rate is taken: sweets and drinks in countries that do
//     not name them, staples below the food rate (Spain, Italy, Slovakia, France's 2.1 % on medicine and the press), basic food of
//     South Africa and Croatia and Hungary, medicine where only that on prescription is reduced, India's 40 % and its nil rate
//     on unpacked food, Mexico's border region and IEPS, Greece's islands, exempt basics of Egypt, the Emirates and Saudi Arabia.
//   - India's GST is not split into central, state and integrated tax: that needs where the goods leave from.
//   - Rates have one date, not a history: a change of law is a change of the table on its day.
//   - Business customers' reverse charge, and thresholds below which a seller owes no tax, are not known.
//
// The rates were entered by hand from the sources that stand beside them: check them before use.
package tax
