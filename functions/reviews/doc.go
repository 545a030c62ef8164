// Package reviews owns what customers think of sellers, and of products.
//
// Invariants:
//
//   - who rates a seller has an order of theirs of which a parcel of that seller was delivered, and has one rating of it,
//     which may be changed;
//
//   - a seller's tally is the sum of its ratings as they stand: a rating and its part of the tally are written together.
//     The tally is spread over some items by the order's id, so that the ratings of a large seller do not meet in one.
//
//   - a customer has one review of a product. It is verified if a delivered order of theirs has the product, and stays so;
//
//   - a product's tally is the sum of its published reviews: every move of a review, published, changed, waiting, taken down or
//     withdrawn, is one transaction with its part of the tally;
//
//   - a person's vote on a review counts once;
//
//   - a review has five images at most. They are checked and made anew as images of products are, without what a camera wrote into them,
//     are shown with the review, and go with it; an operator takes one down alone. Whatever takes an image off its review, its files
//     follow: reviews-unshow reads the table's stream, and a file that was checked meanwhile is deleted by who checked it;
//
//   - a review has one answer, of the seller who owns the product's page, which goes when the review does.
//
// That a product's tally is the fold of its reviews was tried over a million random schedules (functions/laboratory/README.md). Both
// tallies are made anew from ratings and reviews by reviews-rebuild, while these go on.
//
// Of unverified reviews, five a product and day are shown at once; those after them wait for an operator (reviews-moderate), or until
// they are found to be of a purchase. A customer's counts once a day, however often it is sent.
//
// Events out: SellerRated and ProductRated, derived from the streams of the tallies. Events in: none.
//
// Still thin: a rating's text is shown to nobody but who wrote it and is not looked through. An
// operator takes an answer down with its review only, and reviews are listed in whatever language they are. A review that is restored
// has lost its images. The edge may show a file for a minute after it is gone, and browsers for an hour.
package reviews
