// Package invoices owns the papers of what was sold: an invoice for each parcel that was paid, by its seller, and a credit note for what
// was given back of it.
//
// It owns the table invoices. What it promises:
//   - a parcel has one invoice, issued when its money is taken, which is when it ships; a refund of a return has one credit note. What is
//     issued is a record that nothing changes afterwards: it keeps who its seller was, and what each unit cost, with the tax;
//   - where prices include tax it is called an invoice, else a receipt, as what asks for more (a name, a tax id) does so where there is VAT
//     or GST. It has the tax by rate, and of the seller the legal name, address and tax id, as far as the seller has said them;
//   - numbers of a seller and year have no gaps: a number is taken in the transaction that stores what has it. They run in eight series, A
//     to H, told apart by the order's id, as Directive 2006/112/EC, art. 226(2), allows ("one or more series"): one counter a seller
//     would bear a few hundred parcels a second, and a large seller would wait on it. The year is that of the issue, UTC;
//   - nothing personal is kept: whom it is for is opened from the order when it is shown, and stands in the PDF alone, which is made anew,
//     the same to the byte, each time that somebody asks, and whose copy in the bucket lives a day. After an erasure it has no name.
//
// Whatever script a name is in is written as it is read (functions/internal/typeset says in which fonts, and which scripts are not). A
// deployment brings the large fonts to its bucket of assets, and a function reads one when a document first needs it.
//
// Labels are in the marketplace's language.
//
// Still thin: money that an operator gives back out of goodwill has no credit note, and a parcel that costs nothing
// has no invoice. Series of one order meet on one counter. Countries that want invoices registered or signed (IT, IN, BR, MX, EG, SA)
// are not served with that.
//
// Events in: PaymentCaptured, PaymentRefunded (payments). Events out: none.
package invoices
