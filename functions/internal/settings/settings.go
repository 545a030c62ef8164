// Package settings reads what a function is told at deployment; nothing else reads the environment.
//
// The AWS configuration is built by hand from the variables that Lambda sets: the SDK's config package costs
// a cold start 3 ms and every binary 1 MB, and nothing here needs what it adds.
package settings

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"rialto/functions/internal/trace"
)

// Settings are one function's. Missing required settings are collected and reported together by Problems.
type Settings struct {
	Stage    string // local, dev or prod
	Prefix   string // of every physical name: rialto-<stage>-
	Function string // the handler's name: api, hold, …
	get      func(string) string
	missing  []string
}

// Load reads the process's environment.
func Load() *Settings { return From(os.Getenv) }

// From reads any environment.
func From(get func(string) string) *Settings {
	s := &Settings{get: get}
	s.Stage, s.Prefix, s.Function = s.Must("STAGE"), s.Must("PREFIX"), s.Must("_HANDLER")
	return s
}

// Must returns a required setting.
func (s *Settings) Must(name string) string {
	v := s.get(name)
	if v == "" {
		s.missing = append(s.missing, name)
	}
	return v
}

// Get returns an optional setting, "" if it is not set.
func (s *Settings) Get(name string) string { return s.get(name) }

// Number returns an optional whole number above 0.
func (s *Settings) Number(name string, otherwise int) int {
	n, err := strconv.Atoi(s.get(name))
	if err != nil || n <= 0 {
		return otherwise
	}
	return n
}

// Seconds returns an optional whole number of seconds.
func (s *Settings) Seconds(name string, otherwise time.Duration) time.Duration {
	n, err := strconv.Atoi(s.get(name))
	if err != nil || n < 0 {
		return otherwise
	}
	return time.Duration(n) * time.Second
}

// Queue returns the URL of a queue, named "<context>-<function>".
func (s *Settings) Queue(name string) string {
	return s.Must("QUEUE_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
}

// Recorded tells whether every call is logged, for the bill of a checkout (make bench).
func (s *Settings) Recorded() bool { return s.get("RECORD_CALLS") != "" }

// Problems reports every required setting that was asked for and is missing.
func (s *Settings) Problems() error {
	if len(s.missing) == 0 {
		return nil
	}
	return fmt.Errorf("settings missing: %s", strings.Join(s.missing, ", "))
}

// AWS returns the configuration for every client, traced.
func (s *Settings) AWS() aws.Config {
	cfg := aws.Config{
		Region: s.Must("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: s.get("AWS_ACCESS_KEY_ID"), SecretAccessKey: s.get("AWS_SECRET_ACCESS_KEY"),
				SessionToken: s.get("AWS_SESSION_TOKEN"), Source: "environment"}, nil
		}),
	}
	if e := s.get("AWS_ENDPOINT_URL"); e != "" {
		cfg.BaseEndpoint = &e
	}
	trace.Instrument(&cfg)
	if s.Recorded() {
		trace.RecordCalls(&cfg)
	}
	return cfg
}

// Tables is AWS for DynamoDB, which may have an endpoint of its own (AWS_ENDPOINT_URL_DYNAMODB, as the SDK's config
// package reads it).
func (s *Settings) Tables() aws.Config {
	cfg := s.AWS()
	if e := s.get("AWS_ENDPOINT_URL_DYNAMODB"); e != "" {
		cfg.BaseEndpoint = &e
	}
	return cfg
}
