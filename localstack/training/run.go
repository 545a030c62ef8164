package training

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"rialto/functions/contract"
	"rialto/infra/operate"
	"rialto/localstack/demo/shop"
	"rialto/localstack/shoppers"
)

// The local stage's buckets and machine.
const (
	lakeBucket   = "rialto-local-clickstream-files-" + contract.LocalAccount
	modelsBucket = "rialto-local-recommendations-files-" + contract.LocalAccount
	machine      = "arn:aws:states:" + contract.LocalRegion + ":" + contract.LocalAccount + ":stateMachine:rialto-local-retrain"
)

// bounded is how many shoppers an empty lake gets.
const bounded = 400

// Run trains on the local cloud's lake and has the machine judge, load and serve what came of it.
func Run(ctx context.Context, spark Spark, out io.Writer) error {
	cfg := operate.Local().Config
	files := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	if err := filled(ctx, files, out); err != nil {
		return err
	}
	if err := snapshot(ctx, out); err != nil {
		return err
	}
	version, err := spark.Train(ctx, "s3a://"+lakeBucket+"/events", "s3a://"+modelsBucket, out)
	if errors.Is(err, ErrTooLittle) {
		return fmt.Errorf("%w: make shoppers sends more", err)
	}
	if err != nil {
		return err
	}
	started := time.Now()
	end, err := execute(ctx, sfn.NewFromConfig(cfg), version)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the machine retrain ended in %s: %s\n\n", time.Since(started).Round(time.Second), end.Status)
	if err := report(ctx, files, version, out); err != nil {
		return err
	}
	if end.Status != "SUCCEEDED" {
		return fmt.Errorf("retrain ended as %s: %s %s", end.Status, aws.ToString(end.Error), aws.ToString(end.Cause))
	}
	return nil
}

// Report says what became of an experiment on the local cloud.
func Report(ctx context.Context, spark Spark, experiment string, out io.Writer) error {
	return spark.Report(ctx, "s3a://"+lakeBucket+"/events", "s3a://"+modelsBucket, experiment, out)
}

// Clicks writes into a file what the local cloud's lake says of searches.
func Clicks(ctx context.Context, spark Spark, file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(spark.Clicks(ctx, "s3a://"+lakeBucket+"/events", f), f.Close())
}

// filled sees that there is something to learn from.
func filled(ctx context.Context, files *s3.Client, out io.Writer) error {
	found, err := files.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String(lakeBucket), Prefix: aws.String("events/"), MaxKeys: aws.Int32(1)})
	if err != nil {
		return fmt.Errorf("look into the lake: %w", err)
	}
	if len(found.Contents) > 0 {
		return nil
	}
	fmt.Fprintf(out, "the lake is empty; %d made-up shoppers fill it (make shoppers N= sends more)\n", bounded)
	return shoppers.Run(ctx, bounded, 1, out)
}

// snapshot takes a snapshot of the catalog, as the machine does on AWS once a day.
func snapshot(ctx context.Context, out io.Writer) error {
	type step = map[string]any
	take := func(in any, into any) error { return operate.Local().Invoke(ctx, "recommendations-snapshot", in, into) }
	var begun struct {
		Snapshot string `json:"snapshot"`
		Parts    []step `json:"parts"`
	}
	if err := take(step{"of": 2}, &begun); err != nil {
		return err
	}
	for _, part := range begun.Parts {
		for part["done"] != true {
			if err := take(part, &part); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(out, "the catalog is written down as catalog/%s\n", begun.Snapshot)
	return take(step{"snapshot": begun.Snapshot, "complete": true}, nil)
}

// execute runs the machine from its gate on.
func execute(ctx context.Context, machines *sfn.Client, version string) (*sfn.DescribeExecutionOutput, error) {
	input, err := json.Marshal(map[string]string{"version": version})
	if err != nil {
		return nil, err
	}
	run, err := machines.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(machine), Input: aws.String(string(input))})
	if err != nil {
		return nil, fmt.Errorf("start the machine retrain: %w", err)
	}
	for {
		now, err := machines.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: run.ExecutionArn})
		if err != nil {
			return nil, fmt.Errorf("look at the machine retrain: %w", err)
		}
		if now.Status != "RUNNING" {
			return now, nil
		}
		if err := shop.Pause(ctx, time.Second); err != nil {
			return nil, err
		}
	}
}

// measured is what is told of a manifest.
type measured struct {
	Events  int `json:"events"`
	Metrics map[string]struct {
		NDCG float64 `json:"ndcg@20"`
	} `json:"metrics"`
}

// report prints what the gate looked at, the best first, and what it said.
func report(ctx context.Context, files *s3.Client, version string, out io.Writer) error {
	var m measured
	if _, err := read(ctx, files, "models/"+version+"/manifest.json", &m); err != nil {
		return err
	}
	var verdict struct {
		Reasons []string `json:"reasons"`
	}
	refused, err := read(ctx, files, "models/"+version+"/refused.json", &verdict)
	if err != nil {
		return err
	}
	table(m, version, out)
	if !refused {
		fmt.Fprintf(out, "the gate: accepted, %s serves (make rollback-model goes back)\n", version)
		return nil
	}
	fmt.Fprintln(out, "the gate: refused, the model before serves on")
	for _, r := range verdict.Reasons {
		fmt.Fprintln(out, "  "+r)
	}
	return nil
}

func table(m measured, version string, out io.Writer) {
	fmt.Fprintf(out, "model %s, on %d visits that nothing learned from\n", version, m.Events)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "NDCG@20\tof the ranker's\t \t")
	ours := m.Metrics["ranker"].NDCG
	names := slices.SortedFunc(maps.Keys(m.Metrics), func(a, b string) int {
		return cmp.Or(cmp.Compare(m.Metrics[b].NDCG, m.Metrics[a].NDCG), cmp.Compare(a, b))
	})
	for _, name := range names {
		n := m.Metrics[name].NDCG
		share := ""
		if ours > 0 {
			share = fmt.Sprintf("%.0f%%", 100*n/ours)
		}
		fmt.Fprintf(w, "%.4f\t%s\t%s\t\n", n, share, name)
	}
	_ = w.Flush()
}

// read reads a file of JSON and tells whether it is there.
func read(ctx context.Context, files *s3.Client, key string, into any) (bool, error) {
	got, err := files.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(modelsBucket), Key: aws.String(key)})
	if missing := new(types.NoSuchKey); errors.As(err, &missing) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", key, err)
	}
	defer got.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(got.Body); err != nil {
		return false, fmt.Errorf("read %s: %w", key, err)
	}
	return true, json.Unmarshal(text.Bytes(), into)
}
