package deploy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// stamp says what was deployed to which run of the cloud.
type stamp struct {
	Cloud    string `json:"cloud"`
	Assembly string `json:"assembly"`
}

func (o Options) stampFile() string { return filepath.Join(o.State, o.Stage+".deployed.json") }

func (o Options) newStamp(ctx context.Context) (stamp, error) {
	session, err := o.Cloud.session(ctx)
	if err != nil {
		return stamp{}, err
	}
	hash, err := Hash(o.Assembly)
	return stamp{Cloud: session, Assembly: hash}, err
}

// lastStamp is the zero stamp when nothing is known of a deployment.
func (o Options) lastStamp() stamp {
	var s stamp
	if data, err := os.ReadFile(o.stampFile()); err != nil || json.Unmarshal(data, &s) != nil {
		return stamp{}
	}
	return s
}

func (o Options) keepStamp(s stamp) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.stampFile(), data, 0o644); err != nil {
		return fmt.Errorf("note what was deployed: %w", err)
	}
	return nil
}

// Hash tells assemblies apart. It reads the JSON files only: the functions' zips are named in them by their content.
func Hash(assembly string) (string, error) {
	sum := sha256.New()
	files := 0
	err := filepath.WalkDir(assembly, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(assembly, path)
		if err != nil {
			return err
		}
		files++
		fmt.Fprintf(sum, "%s %d\n", filepath.ToSlash(name), len(data))
		sum.Write(data)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("read the assembly: %w", err)
	}
	if files == 0 {
		return "", fmt.Errorf("%s holds no cloud assembly", assembly)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
