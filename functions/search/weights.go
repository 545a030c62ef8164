package search

// Weights say how far what a shopper would get moves a hit that the words alone have placed. Each is the most that
// its signal, from -1 to 1, adds to or takes from a factor of 1, by which the score of the words is multiplied.
type Weights struct {
	InStock  float64 // 1 if it can be bought, -1 if not
	Price    float64 // the landed price beside the median of the same category's hits: 1 if free, -1 from twice it on
	Seller   float64 // the seller's rating: 1 at five stars, 0 at MiddlingRating or unrated
	Delivery float64 // the promise: 1 within FastDays, -1 from SlowDays on, 0 if nothing is promised
}

// Default is what is deployed. Price, seller and delivery together weigh less than stock: what cannot be bought is
// of no use, however cheap. All together are small beside what a word more or less in a title does.
var Default = Weights{InStock: 0.12, Price: 0.04, Seller: 0.03, Delivery: 0.03}

// What the signals are measured by.
const (
	BestRating     = 500 // hundredths of a star
	MiddlingRating = 350
	FastDays       = 1
	SlowDays       = 9
)

// Bound is how many times another's score of words a hit must have so that it stands before it whatever both are
// like: the highest factor over the lowest.
func (w Weights) Bound() float64 {
	sum := w.InStock + w.Price + w.Seller + w.Delivery
	return (1 + sum) / (1 - sum)
}
