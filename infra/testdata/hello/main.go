// Command hello is the smallest function there is: what others' cold starts are measured by.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() (string, error) { return "hello", nil }) }
