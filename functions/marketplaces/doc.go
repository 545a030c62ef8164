// Package marketplaces holds the marketplaces as values: where each sells to, in which currency and language,
// and whether its prices include tax. They change with a deployment, so they are code and cost no read.
package marketplaces
