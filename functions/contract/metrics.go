package contract

import "rialto/functions/internal/metrics"

// Metric is what functions count in their logs, under MetricNamespace and the dimensions stage and its own.
type Metric = metrics.Metric

// MetricNamespace is that of all metrics that functions count.
const MetricNamespace = metrics.Namespace

// The metrics that functions count.
var (
	PublishedMetric       = metrics.Published
	CheckoutsFailedMetric = metrics.CheckoutsFailed
	UnbalancedMetric      = metrics.Unbalanced
)

// CheckoutFailures are the codes of the failures that a dashboard tells apart: what shoppers, banks and other shoppers do.
var CheckoutFailures = []string{"payment_declined", "item_unavailable", "coupon_exhausted", "cart_changed"}
