package toolchain

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/engine/tool"
	"prentice/internal/kit/clip"
)

var sumLine = regexp.MustCompile(`^([0-9a-fA-F]{64})(?:\s+\*?(\S.*))?$|^SHA256 \((.+)\) = ([0-9a-fA-F]{64})$`)

// FromArchive verifies a program by the archive of its distributor: the archive's digest
// stands in the file of checksums, and the program in the archive is this one.
func (Machine) FromArchive(f tool.Found, archive, sums string) (tool.Found, error) {
	sum, err := digestOf(archive)
	if err != nil {
		return f, prentice.Errorf(prentice.Invalid, "the archive cannot be read: %w", err).Try("name the file that the distributor offers, such as go1.26.3.linux-amd64.tar.gz")
	}
	if !listed(beginning(sums), filepath.Base(archive), sum) {
		return f, prentice.Errorf(prentice.Refused, "%s does not say that %s has the digest %s", clip.To(filepath.Base(sums), 100), clip.To(filepath.Base(archive), 100), sum).
			Try("download both again, the checksums from the distributor's own site: this archive is not the one that they are of")
	}
	same, err := holds(archive, filepath.Base(f.Path), f.Digest)
	switch {
	case err != nil:
		return f, err
	case !same:
		return f, prentice.Errorf(prentice.Refused, "%s is not the program in %s", f.Path, clip.To(filepath.Base(archive), 100)).
			Try("install it from that archive, or name the archive that it was installed from")
	}
	f.Verified, f.By, f.Archive = tool.Checksum, clip.To(filepath.Base(sums), 100), sum
	return f, nil
}

// listed says whether a file of checksums has a digest for a name. One that has a digest and
// no name is of the archive whose name it has.
func listed(sums, name, sum string) bool {
	want := strings.TrimPrefix(sum, "sha256:")
	for line := range strings.Lines(sums) {
		m := sumLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		of, is := path.Base(m[2]+m[3]), strings.ToLower(m[1]+m[4])
		if (of == name || m[2]+m[3] == "") && is == want {
			return true
		}
	}
	return false
}

// mostArchive is how much of an archive is unpacked.
const mostArchive = 4 << 30

// holds says whether an archive has a program of that name and digest. Nothing is written.
func holds(archive, name, digest string) (bool, error) {
	if strings.HasSuffix(archive, ".zip") {
		return inZip(archive, name, digest)
	}
	f, err := os.Open(archive)
	if err != nil {
		return false, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	z, err := gzip.NewReader(f)
	if err != nil {
		return false, prentice.Errorf(prentice.Invalid, "%s is neither a .tar.gz nor a .zip", clip.To(filepath.Base(archive), 100)).Try("take the archive that the distributor offers as one of these")
	}
	t := tar.NewReader(io.LimitReader(z, mostArchive))
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, prentice.Errorf(prentice.Invalid, "%s cannot be unpacked: %w", clip.To(filepath.Base(archive), 100), err).Try("download it again")
		}
		if h.Typeflag == tar.TypeReg && path.Base(h.Name) == name {
			if is, err := hashed(t); err == nil && is == digest {
				return true, nil
			}
		}
	}
}

func inZip(archive, name, digest string) (bool, error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return false, prentice.Errorf(prentice.Invalid, "%s cannot be unpacked: %w", clip.To(filepath.Base(archive), 100), err).Try("download it again")
	}
	defer z.Close() //nolint:errcheck // it was only read
	for _, f := range z.File {
		if path.Base(f.Name) != name || !f.Mode().IsRegular() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			continue
		}
		is, err := hashed(io.LimitReader(r, mostArchive))
		r.Close() //nolint:errcheck // it was only read
		if err == nil && is == digest {
			return true, nil
		}
	}
	return false, nil
}
