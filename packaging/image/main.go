// Command image writes the OCI image of a release as one archive: from scratch,
// with the static binary, certificates of the public authorities, and a user
// without rights. It has no shell: what it runs are checks over the network and
// steps on other machines over SSH. The archive is an OCI image layout
// (https://github.com/opencontainers/image-spec/blob/main/image-layout.md).
package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// user runs prentice in the image; it owns the data folder and nothing else.
const user = 65532

// settings are those of a container: its address is its own, and anyone who starts
// it says where it can be reached.
const settings = `data = "/data"
team = "/team"
listen = "0.0.0.0:7400"
remote = true
`

func main() {
	version := flag.String("version", "", "of the release")
	roots := flag.String("roots", "", "the folder with ARCH/usr/bin/prentice")
	out := flag.String("out", "", "the archive to write")
	flag.Parse()
	if err := write(*version, *roots, *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func write(version, roots, out string, arches []string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range arches {
		img, err := image(version, filepath.Join(roots, arch, "usr/bin/prentice"), arch)
		if err != nil {
			return fmt.Errorf("for %s: %w", arch, err)
		}
		platform := v1.Platform{OS: "linux", Architecture: arch}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{
			Platform: &platform, Annotations: map[string]string{"org.opencontainers.image.ref.name": "prentice:" + version},
		}})
	}
	folder, err := os.MkdirTemp(filepath.Dir(out), ".oci-")
	if err != nil {
		return err
	}
	_, err = layout.Write(folder, index)
	if err == nil {
		err = archive(folder, out)
	}
	return errors.Join(err, os.RemoveAll(folder))
}

// made is when everything in the image was made, so that the same source gives
// the same image (https://reproducible-builds.org/docs/source-date-epoch/).
func made() time.Time {
	seconds, _ := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	return time.Unix(seconds, 0).UTC()
}

func image(version, binary, arch string) (v1.Image, error) {
	files, err := root(binary)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil }, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err := mutate.Append(base, mutate.Addendum{Layer: layer, MediaType: types.OCILayer, History: v1.History{CreatedBy: "packaging/image", Created: v1.Time{Time: made()}}})
	if err != nil {
		return nil, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = "linux", arch, v1.Time{Time: made()}
	config.Config = v1.Config{
		Entrypoint: []string{"/usr/bin/prentice"}, Cmd: []string{"up"}, User: strconv.Itoa(user), WorkingDir: "/etc/prentice",
		Env:          []string{"PATH=/usr/bin", "HOME=/data", "SSL_CERT_FILE=/etc/ssl/cert.pem"},
		ExposedPorts: map[string]struct{}{"7400/tcp": {}}, Volumes: map[string]struct{}{"/data": {}},
		Labels: map[string]string{
			"org.opencontainers.image.title": "prentice", "org.opencontainers.image.version": version, "org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.description": "The junior DevOps engineer a team runs as one binary",
		},
	}
	return mutate.ConfigFile(img, config)
}

// root is the file system of the image, as one tar.
func root(binary string) ([]byte, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	var certificates bytes.Buffer
	for r := range bundle.Roots() {
		if r.Constraint != nil {
			continue // a file cannot say what restricts it
		}
		if err := pem.Encode(&certificates, &pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate}); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range []struct {
		name  string
		mode  int64
		owner int
		text  []byte
	}{
		{"data/", 0o700, user, nil},
		{"etc/", 0o755, 0, nil},
		{"etc/group", 0o644, 0, fmt.Appendf(nil, "prentice:x:%d:\n", user)},
		{"etc/passwd", 0o644, 0, fmt.Appendf(nil, "prentice:x:%d:%d:prentice:/data:/nonexistent\n", user, user)},
		{"etc/prentice/", 0o755, 0, nil},
		{"etc/prentice/prentice.toml", 0o644, 0, []byte(settings)},
		{"etc/ssl/", 0o755, 0, nil},
		{"etc/ssl/cert.pem", 0o644, 0, certificates.Bytes()},
		{"team/", 0o755, 0, nil},
		{"tmp/", 0o1777, 0, nil},
		{"usr/", 0o755, 0, nil},
		{"usr/bin/", 0o755, 0, nil},
		{"usr/bin/prentice", 0o755, 0, program},
	} {
		h := &tar.Header{Name: f.name, Mode: f.mode, Uid: f.owner, Gid: f.owner, Size: int64(len(f.text)), ModTime: made(), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if f.text == nil {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.text); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), w.Close()
}

// archive packs an image layout, in the order of names.
func archive(folder, out string) (err error) {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := tar.NewWriter(f)
	err = filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), ModTime: made(), Format: tar.FormatPAX}); err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
	return errors.Join(err, w.Close())
}
