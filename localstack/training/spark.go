package training

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"rialto/functions/contract"
	"rialto/localstack/cloud"
)

// Spark runs the training script in Spark's local mode.
type Spark struct {
	Home    string // the extra "train": bin/ has Python and spark-submit, jars/s3a/ what reaches buckets
	Scripts string // the folder of train.py and the others
	Log     string // what Spark itself says goes to this file
}

// ErrTooLittle says that there was too little to learn from; nothing was written.
var ErrTooLittle = errors.New("too little to learn from")

// tooLittle is the script's exit status for it.
const tooLittle = 3

// Installed is Spark as the local cloud installs it by name, with the scripts of this repository.
func Installed() (Spark, error) {
	home, err := cloud.Trainer()
	if err != nil {
		return Spark{}, err
	}
	root, err := cloud.Root()
	if err != nil {
		return Spark{}, err
	}
	return Spark{Home: home, Scripts: filepath.Join(root, "functions", "recommendations", "training"),
		Log: filepath.Join(root, ".local", "logs", "spark.log")}, nil
}

// settings keep Spark on this machine: as many tasks as it has processors, no page to watch, and buckets where the local cloud has them.
func (s Spark) settings() []string {
	cores := fmt.Sprint(runtime.NumCPU())
	args := []string{"--master", "local[" + cores + "]", "--driver-memory", "2g"}
	for _, pair := range []string{
		"spark.sql.shuffle.partitions=" + cores, "spark.default.parallelism=" + cores, "spark.ui.enabled=false",
		"spark.driver.bindAddress=127.0.0.1", "spark.driver.host=127.0.0.1",
		"spark.hadoop.fs.s3a.endpoint=" + contract.LocalAWSURL, "spark.hadoop.fs.s3a.endpoint.region=" + contract.LocalRegion,
		"spark.hadoop.fs.s3a.path.style.access=true", "spark.hadoop.fs.s3a.connection.ssl.enabled=false",
		"spark.hadoop.fs.s3a.access.key=test", "spark.hadoop.fs.s3a.secret.key=test",
		"spark.hadoop.fs.s3a.aws.credentials.provider=org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
		"spark.hadoop.fs.s3a.change.detection.mode=none",
	} {
		args = append(args, "--conf", pair)
	}
	jars, _ := filepath.Glob(filepath.Join(s.Home, "jars", "s3a", "*.jar"))
	if len(jars) > 0 {
		args = append(args, "--jars", strings.Join(jars, ","))
	}
	return args
}

// Train trains on a lake and writes the model below a folder or bucket; both are named as Hadoop names them. It returns the
// model's version, or ErrTooLittle. What the script says goes to out.
func (s Spark) Train(ctx context.Context, lake, models string, out io.Writer) (version string, err error) {
	err = s.run(ctx, func(line string) {
		if v, ok := strings.CutPrefix(line, "version "); ok {
			version = v
			return
		}
		fmt.Fprintln(out, line)
	}, "train.py", "--lake", lake, "--models", models)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == tooLittle:
		return "", ErrTooLittle
	case err != nil:
		return "", fmt.Errorf("training failed, %s says why: %w", s.Log, err)
	case version == "":
		return "", fmt.Errorf("training named no version: see %s", s.Log)
	}
	return version, nil
}

// Report says on out what became of an experiment, by a lake and the bucket of models.
func (s Spark) Report(ctx context.Context, lake, models, experiment string, out io.Writer) error {
	err := s.run(ctx, func(line string) { fmt.Fprintln(out, line) }, "experiment.py", "--lake", lake, "--models", models, "--id", experiment)
	if err != nil {
		return fmt.Errorf("there is no report, %s says why: %w", s.Log, err)
	}
	return nil
}

// Clicks writes on out what a lake says of searches.
func (s Spark) Clicks(ctx context.Context, lake string, out io.Writer) error {
	if err := s.run(ctx, func(line string) { fmt.Fprintln(out, line) }, "clicks.py", "--lake", lake); err != nil {
		return fmt.Errorf("the lake was not read, %s says why: %w", s.Log, err)
	}
	return nil
}

// run runs a script, and hands on the lines that it says.
func (s Spark) run(ctx context.Context, line func(string), script string, args ...string) error {
	log, err := os.Create(s.Log)
	if err != nil {
		return err
	}
	defer log.Close()
	args = append(append(s.settings(), filepath.Join(s.Scripts, script)), args...)
	run := exec.CommandContext(ctx, filepath.Join(s.Home, "bin", "spark-submit"), args...)
	run.Env = append(os.Environ(), "PATH="+filepath.Join(s.Home, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"PYSPARK_PYTHON="+filepath.Join(s.Home, "bin", "python"), "SPARK_LOCAL_IP=127.0.0.1", "SPARK_LOCAL_HOSTNAME=localhost",
		"PYTHONDONTWRITEBYTECODE=1")
	run.Stderr = log
	run.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said, err := run.StdoutPipe()
	if err != nil {
		return err
	}
	if err := run.Start(); err != nil {
		return fmt.Errorf("start Spark: %w", err)
	}
	for lines := bufio.NewScanner(said); lines.Scan(); {
		line(lines.Text())
	}
	return run.Wait()
}
