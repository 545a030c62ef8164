// Package training has the local cloud learn what to recommend: Spark reads the lake that the clickstream wrote, the model that
// comes of it lies in the bucket of recommendations, and the state machine retrain lets it serve, or not. On AWS the machine
// begins with the training itself, on EMR Serverless, which runs the same script (functions/recommendations/training).
package training
