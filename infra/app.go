package infra

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"rialto/functions/contract"
)

// Options say what to synthesize.
type Options struct {
	Stage     Stage
	Out       string // folder of the cloud assembly; what it held before is replaced
	Zips      string // folder of the functions' zips, built for the stage's architecture
	Documents Documents
	Checkout  string // the checkout machine in Amazon States Language, with ${<context>-<function>} for functions
	Retrain   string // the machine that learns what to recommend, likewise
	Training  string // folder of the scripts that train
	Fonts     string // folder of the fonts that documents are written with
}

// Synth writes a stage's cloud assembly and checks it with the guards. One that fails is not kept, so that nobody
// deploys it; the last good one stays. Whoever calls Synth closes jsii at the end.
func Synth(o Options) error {
	if err := vacant(o.Out); err != nil {
		return err
	}
	partial := o.Out + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return fmt.Errorf("remove an interrupted assembly: %w", err)
	}
	if err := write(o, partial); err != nil {
		return errors.Join(fmt.Errorf("synthesize %s: %w", o.Stage.Name, err), os.RemoveAll(partial))
	}
	if err := errors.Join(replace(o.Out, partial), os.RemoveAll(partial)); err != nil {
		return fmt.Errorf("put the assembly in place: %w", err)
	}
	return nil
}

// replace moves what a folder holds to another, in place of what that held. The folder itself and the CLI's locks in it stay:
// the CLI makes both before it asks for an assembly.
func replace(out, with string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	before, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	for _, e := range before {
		if isLock(e) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(out, e.Name())); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(with)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(with, e.Name()), filepath.Join(out, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// isLock tells the CLI's locks on a folder (synth.lock, read.<pid>.<n>.lock) from an assembly's files.
func isLock(e os.DirEntry) bool { return filepath.Ext(e.Name()) == ".lock" }

// write writes the assembly to a folder and checks it.
func write(o Options, folder string) (err error) {
	defer func() { // CDK reports what it does not accept by panicking
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:             &folder,
		AnalyticsReporting: new(false),
		TreeMetadata:       new(false),
		StackTraces:        new(false), // they would hold paths of this machine
	})
	if err := build(app, o); err != nil {
		return err
	}
	if !o.Stage.Local {
		inspect(app)
	}
	app.Synth(nil)
	assembly, err := readAssembly(folder, o.Stage)
	if err != nil {
		return err
	}
	return guard(assembly)
}

func build(app awscdk.App, o Options) error {
	shared := &shared{zips: o.Zips, checkout: o.Checkout, retrain: o.Retrain, training: o.Training, fonts: o.Fonts, streams: tablesStack(app, o.Stage),
		lent: map[contract.Grant]granted{}, feeding: map[string]awscdk.Stack{}}
	events := eventsStack(app, o.Stage)
	if !o.Stage.Local {
		if err := businessDashboard(events, o.Stage); err != nil {
			return err
		}
		shared.network = networkStack(app, o.Stage)
	}
	var problems []error
	contexts := map[string]*contextStack{}
	for _, context := range lendersFirst(deployed()) {
		c := newContextStack(app, o.Stage, context, shared)
		contexts[context] = c
		if err := c.build(); err != nil {
			problems = append(problems, err)
		}
		c.stack.AddDependency(events, new("it publishes to topics or subscribes to them"))
	}
	if !o.Stage.Local {
		problems = append(problems, afterTasks(contexts, "checkout", o.Checkout))
	}
	apis, err := apisStack(app, o.Stage, o.Documents)
	if err != nil {
		problems = append(problems, err)
	} else if !o.Stage.Local {
		edgeStack(app, o.Stage, apis)
	}
	return errors.Join(problems...)
}

// deployed lists the contexts that have functions, in the order of the house.
func deployed() []string {
	var names []string
	for _, c := range contract.Contexts() {
		if len(c.Functions) > 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// lendersFirst puts those in front whose keys and database others are granted, whatever their place in the house.
func lendersFirst(contexts []string) []string {
	lends := map[string]bool{}
	for _, f := range contract.Functions() {
		for _, g := range f.Grants {
			switch g.Access {
			case contract.Seal, contract.Sign, contract.Verify, contract.SQL:
				lends[g.Name] = true
			}
		}
	}
	slices.SortStableFunc(contexts, func(a, b string) int {
		switch {
		case lends[a] == lends[b]:
			return 0
		case lends[a]:
			return -1
		}
		return 1
	})
	return contexts
}

// vacant tells whether an assembly may be put there: where there is nothing, or an earlier one.
func vacant(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(slices.DeleteFunc(entries, isLock)) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into %s: %w", out, err)
	}
	if _, err := os.Stat(filepath.Join(out, "cdk.out")); err != nil {
		return fmt.Errorf("%s is not empty and holds no cloud assembly: name another folder", out)
	}
	return nil
}
