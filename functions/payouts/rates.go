package payouts

// CommissionRate is Rialto's share of a sale without tax, in basis points.
const CommissionRate = 1_500
