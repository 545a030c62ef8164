package payouts

// CommissionRate is Rialto's share of what a seller sells and ships, without tax, in basis points.
const CommissionRate = 1_500
