// Package tax says what tax a sale bears. It owns no data: its tables are in the code, each with its source and
// date, and its one function, assess, is a task of the checkout's state machine. It neither takes nor publishes
// events.
//
// Invariants: every charge has its own tax, each line, its shipping and the delivery, and they sum to the total; a tax that prices include is less
// than the price; the same sale has the same tax, to the minor unit. All arithmetic is in integers.
//
// What is simplified, on purpose:
//   - The destination alone decides. Rialto is taken to have nexus in every US state with a sales tax, and the
//     few states that tax by origin are treated as the others.
//   - US rates are the states' own. County, city and district taxes are left out, and so are exemptions of
//     goods (groceries, clothing, tax holidays): every line is taxable.
//   - US shipping is taxed as the goods are, except in the states of shippingExempt.
//   - Reduced VAT rates are known for Germany only, and by the exact category ids of reduced; elsewhere in the
//     EU and in Great Britain the standard rate is taken.
//   - VAT is that of the destination, as under the one-stop shop. A sale between Great Britain and the EU is
//     an import and is refused, as are business customers' reverse charge and places outside the tables.
//
// The rates were entered by hand from the sources that stand beside them: check them before use.
package tax
