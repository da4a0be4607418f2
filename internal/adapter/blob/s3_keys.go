package blob

import (
	"bufio"
	"cmp"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// keysOf is where credentials come from: a profile when one is named, whatever stands
// in the environment; else the environment, the files that Amazon's tools write, and
// the role of the machine or the container.
func keysOf(profile string) *credentials.Credentials {
	if profile != "" {
		return credentials.New(&credentials.FileAWSCredentials{Profile: profile})
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{Client: &http.Client{Timeout: answers}},
	})
}

// key is what signs a request now. Without one nothing is asked: a storage would take
// it for a request of anyone.
func (b *s3Bucket) key() (credentials.Value, error) {
	key, err := b.keys.GetWithContext(&credentials.CredContext{Client: b.client})
	if err == nil && (key.AccessKeyID == "" || key.SecretAccessKey == "") {
		err = errors.New("there are no credentials, neither in the environment nor in a file, and this machine has no role")
	}
	return key, err
}

// regionOf is the region that the files of Amazon's tools name for a profile, "" if
// they name none.
func regionOf(profile string) string {
	profile = cmp.Or(profile, os.Getenv("AWS_PROFILE"), "default")
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	for _, file := range []string{
		cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), filepath.Join(home, ".aws", "credentials")),
		cmp.Or(os.Getenv("AWS_CONFIG_FILE"), filepath.Join(home, ".aws", "config")),
	} {
		if region := regionIn(file, profile); region != "" {
			return region
		}
	}
	return ""
}

func regionIn(file, profile string) (region string) {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	ours := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if section, ok := strings.CutPrefix(line, "["); ok {
			section = strings.TrimSpace(strings.TrimSuffix(section, "]"))
			ours = strings.TrimSpace(strings.TrimPrefix(section, "profile ")) == profile
		}
		if key, value, ok := strings.Cut(line, "="); ok && ours && strings.TrimSpace(key) == "region" {
			region = strings.TrimSpace(value)
		}
	}
	return region
}
