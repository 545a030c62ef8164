// Package customers owns who the shoppers are, where they live and with what they pay. PostgreSQL is the truth;
// a snapshot of what a checkout needs is kept in DynamoDB, so that checkout depends on neither SQL nor KMS. It
// also issues guests' tokens. It neither takes nor publishes events.
//
// Invariants:
//   - Everything is found by the subject of a verified token. Another's id is not found, as one that never was.
//     The database enforces that again: each transaction names its customer, and row-level security shows it
//     that customer's rows alone.
//   - What names a person is sealed row by row with the customer's own data key (AES-256-GCM), bound to its
//     table, row and customer: a sealed text that is copied elsewhere does not open. KMS wraps the data key,
//     bound to the customer; the plain key is only ever in memory, for 5 minutes at most.
//   - Erasure destroys the wrapped key and the rows. Copies sealed under the key (in orders, in the stored
//     answers of checkouts, in backups) cannot be opened again; an environment that has the key in memory can
//     for 5 minutes more. An erased customer stays erased.
//   - The snapshot in DynamoDB carries the version of the rows it was made from, and an older one never
//     replaces a newer one. A change whose snapshot could not be written is answered 503; the same request
//     again finds its change made and writes the snapshot. For that, ids of addresses and payment methods are
//     derived (with a key) from their content, and adding the same twice is adding it once.
//   - A payment method is the customer's at the gateway, too, before it is here, and is taken off there before it goes: payments does
//     both, called as a function, since the database's network has no way out. No client names a customer of the gateway's. Brand,
//     last digits and expiry are the gateway's word. A card that the bank would not have is kept with the reason.
//   - Private text is in no log, error or problem document.
//
// In clear stay, because sorting and taxing need them: country, region and as much of the postal code as names a town; and
// in the snapshot the gateway's token, brand and last digits of a payment method.
//
// An address is held to its country's form and against itself: a ZIP code to its state, a postal code of AU, BR, CA, ES, IN,
// IT, JP, MX and TR to its region (regions.go has the source). Regions are taken by name or code, postal codes and phones as
// people write them. /api/v1/destinations tells what an address needs.
//
// What is of one person and of other contexts, too, is done below them all: accounts exports and erases, and moves a guest's
// orders to an account.
//
// Still thin: shipping prices of the marketplaces are made up.
package customers
